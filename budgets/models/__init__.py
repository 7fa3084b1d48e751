"""Projects, what they may spend, what they spent, and what was expected of that."""

from budgets.models.projects import BudgetTransfer, Project, ProjectBudget, ProjectLead
from budgets.models.spending import (
    CarriedPayment,
    Disbursement,
    DisbursementEvidence,
)
from budgets.models.targets import QUARTERS, USED_QUARTERS, SpendingTarget

__all__ = [
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
