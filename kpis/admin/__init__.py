"""Indicators, their targets and baselines, and results in the admin."""

from kpis.admin import indicators, results

__all__ = ["indicators", "results"]
