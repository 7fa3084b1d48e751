"""The ground everyone stands on: agencies, units, and the plan from strategy to objective."""

from strategy.models.account import Account, LanguageChoice
from strategy.models.agency import (
    FISCAL_YEAR_VALIDATORS,
    THAI,
    THAI_COLLATION,
    Agency,
    Membership,
    ReportingYear,
    Unit,
)
from strategy.models.calendar import Holiday, MonthLock, Unlocking
from strategy.models.comment import Comment
from strategy.models.evidence_file import EvidenceFile
from strategy.models.plan import (
    Approach,
    Objective,
    Plan,
    PlanStatement,
    StrategicIssue,
    Strategy,
)

__all__ = [
    "FISCAL_YEAR_VALIDATORS", "THAI", "THAI_COLLATION", "Account", "Agency", "Approach",
    "Comment", "EvidenceFile", "Holiday", "LanguageChoice", "Membership", "MonthLock", "Objective",
    "Plan", "PlanStatement", "ReportingYear", "StrategicIssue", "Strategy", "Unit", "Unlocking",
]  # fmt: skip
