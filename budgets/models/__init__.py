"""Projects, what they may spend, what they spent, and what was expected of that."""

from budgets.models.projects import BudgetTransfer, Project, ProjectBudget, ProjectLead
from budgets.models.spending import (
    MONTH_CHOICES,
    CarriedPayment,
    Disbursement,
    DisbursementEvidence,
)
from budgets.models.targets import QUARTERS, USED_QUARTERS, SpendingTarget

__all__ = [
    "MONTH_CHOICES",
    "QUARTERS",
    "USED_QUARTERS",
    "BudgetTransfer",
    "CarriedPayment",
    "Disbursement",
    "DisbursementEvidence",
    "Project",
    "ProjectBudget",
    "ProjectLead",
    "SpendingTarget",
]
