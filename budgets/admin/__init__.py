"""Projects, what they may spend, and money by month in the admin."""

from budgets.admin import disbursements, projects

__all__ = ["disbursements", "projects"]
