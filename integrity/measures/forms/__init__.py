"""The forms by which quarters of measures, and results of their years, are entered."""
