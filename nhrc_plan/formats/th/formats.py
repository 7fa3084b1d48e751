"""Number formats. Dates never go through Django's formats: see strategy/thai/."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
