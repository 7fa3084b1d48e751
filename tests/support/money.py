"""What tests of money share: projects, figures entered, money moved."""

from __future__ import annotations

from decimal import Decimal as D

from budgets.models import BudgetTransfer, Disbursement, Project, ProjectBudget
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from strategy import access as roles
from strategy.records.write import record_save
from tests.support.writing import OWN, TODAY

SECOND = "สำนักมาตรฐานและติดตามการคุ้มครองสิทธิมนุษยชน"  # the second of 3-1's lead units


def project_of(plan, code):
    """A project by its place in the plan such as 3-1."""
    strategy, number = code.split("-")
    return Project.objects.get(strategy__plan=plan, strategy__number=strategy, number=number)


def entry(plan, code, year, month, disbursed, committed="0", **more):
    """An entry; None for an amount that was left empty."""
    amounts = [None if amount is None else D(amount) for amount in (disbursed, committed)]
    return DisbursementEntry(project_of(plan, code), year, month, *amounts, **more)


def spend(plan, code, year, month, disbursed, committed="0", *, user=None, why="", **more):
    """One month's figures, as a person or the system enters them."""
    found = entry(plan, code, year, month, disbursed, committed, **more)
    return DisbursementEntries.record(user=user, entry=found, today=TODAY, reason=why)


def stored():
    """Every month's figures in the database."""
    rows = Disbursement.objects.order_by("project__strategy__number", "project__number", "month")
    return [(row.month, str(row.disbursed), str(row.committed)) for row in rows]


def move(plan, code, amount, day, year=2569, user=None):
    return record_save(
        instance=BudgetTransfer(
            budget=ProjectBudget.objects.get(project=project_of(plan, code), fiscal_year=year),
            amount=D(amount),
            document_number="ที่ ตัวอย่าง/1",
            document_date=day,
            reason="ตัวอย่าง",
        ),
        user=user,
    )


PEOPLE = {
    "planner": (roles.PLANNER, "สำนักนโยบายและยุทธศาสตร์"),
    "first-lead": (roles.REPORTER, OWN),
    "second-lead": (roles.REPORTER, SECOND),
    "supporting": (roles.REPORTER, "สำนักเฝ้าระวังและประเมินสถานการณ์สิทธิมนุษยชน"),
    "outsider": (roles.REPORTER, "สำนักกฎหมาย"),
    "no-unit": (roles.REPORTER,),
    "no-role-in-the-unit": ("", OWN),
    "executive-of-the-unit": (roles.EXECUTIVE, OWN),
    "auditor-of-the-unit": (roles.AUDITOR, OWN),
    "administrator-of-the-unit": (roles.ADMINISTRATOR, OWN),
}
