"""In which language somebody reads: the choice, and words that follow it."""
