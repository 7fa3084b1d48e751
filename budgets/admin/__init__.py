"""Projects, what they may spend, and money by month in the admin."""

from budgets.admin import carried, disbursements, projects

__all__ = ["carried", "disbursements", "projects"]
