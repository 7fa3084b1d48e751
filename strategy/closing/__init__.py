"""Months that are locked: nothing is written to them, by whatever way."""
