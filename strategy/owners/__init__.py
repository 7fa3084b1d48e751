"""Who answers for what: the accountable person of a thing beside its unit, and their deputy."""
