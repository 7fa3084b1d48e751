"""Every address of the site and the admin, with a row to stand for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import DatabaseError, models, transaction
from django.urls import NoReverseMatch, reverse

from budgets.models import BudgetTransfer, Project, SpendingTarget
from budgets.write.carried import CarriedEntries, CarriedEntry
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from integrity.measures.write import ProgressEntries, ProgressEntry
from integrity.models import ItaMeasure
from kpis.models import Baseline, Result
from kpis.write.targets import TargetEntry
from nhrc_plan.api.models import ApiKey
from nhrc_plan.api.write import key_make
from nhrc_plan.disclosure.models import Item, Publisher
from nhrc_plan.meetings.models import Meeting, MonthSummary
from nhrc_plan.meetings.resolutions import write as steps
from nhrc_plan.meetings.resolutions.models import Escalation, Resolution
from strategy.comments.write import question_answer, question_ask
from strategy.evidence.entry import EvidenceEntry
from strategy.models import Holiday, Membership, MonthLock, Plan, ReportingYear, Unit, Unlocking
from strategy.records.model import recorded_models
from strategy.records.write import record_save
from tests.support.assessing import AnswerEntries, begun, entry
from tests.support.pages import DAY, enter, indicator_of, retarget

#: Attributes of an element that a browser takes for addresses.
_ADDRESSES = {"href", "src", "action", "formaction", "data", "poster"}


class Forbidden(HTMLParser):
    """What a page holds that the policy would block."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.elements = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements += 1
        names = dict(attrs)
        if tag == "style" or (tag == "script" and not names.get("src")):
            self.found.append(f"<{tag}>")
        if tag in ("object", "embed", "iframe", "base"):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if (
                name == "style"
                or name.startswith("on")
                or name in _ADDRESSES
                and address.startswith(("javascript:", "data:", "vbscript:"))
                or (
                    tag in ("script", "link", "img", "form")
                    and name in _ADDRESSES
                    and address.startswith(("http:", "https:", "//"))
                )
            ):
                self.found.append(f'<{tag} {name}="{value}">')

    handle_startendtag = handle_starttag


def directives(response: Any) -> dict[str, list[str]]:
    policy = response["Content-Security-Policy"]
    return {part.split()[0]: part.split()[1:] for part in policy.split(";") if part.strip()}


def problems(response: Any) -> list[str]:
    """Everything wrong with an answer's policy or body."""
    if "Content-Security-Policy" not in response:
        return ["no policy"]
    found = []
    policy = directives(response)
    if policy.get("default-src") != ["'none'"] or policy.get("frame-ancestors") != ["'none'"]:
        found.append(f"policy {policy}")
    loose = {"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:"}
    found += [f"{name} {sources}" for name, sources in policy.items() if loose & set(sources)]
    for name in ("script-src", "style-src"):
        if policy.get(name) != ["'self'"]:
            found.append(f"{name} {policy.get(name)}")
    if response.get("X-Content-Type-Options") != "nosniff":
        found.append("no nosniff")
    if response.get("X-Frame-Options") != "DENY":
        found.append("may be framed")
    if response.get("Content-Type", "").startswith("text/html"):
        found += Forbidden(response.content.decode()).found
    return found


def one_of_each(plan: Plan, user: Any) -> None:
    """Rows of every registered model, with a history and words that have to be escaped."""
    nasty = "<script>alert(1)</script><b style='x' onclick=y>"
    result = enter(plan, "S1-2.1", 2567, 10, "55", state="submitted", narrative=nasty)
    Result.objects.filter(pk=result.pk).update(problems=nasty)
    measure = indicator_of(plan, "S3-1.1").measures.get()
    retarget(user, plan, "S3-1.1", 2567, TargetEntry("numeric", {measure.pk: (Decimal(66),) * 4}))
    row = Baseline(measure=measure, value=Decimal(4), source=nasty, fiscal_year=2566, month=1)
    record_save(instance=row, user=user)
    record_save(instance=ReportingYear(agency=plan.agency, fiscal_year=2567), user=user)
    AccessAttempt.objects.create(username=nasty, ip_address="127.0.0.1", failures_since_start=9)
    record_save(instance=Membership(user=user, unit=Unit.objects.earliest("pk")), user=user)
    project = Project.objects.get(strategy__plan=plan, strategy__number=1, number=2)
    record_save(instance=SpendingTarget(agency=plan.agency, fiscal_year=2567), user=user)
    transfer = BudgetTransfer(
        budget=project.budgets.get(fiscal_year=2567),
        amount=Decimal(1000),
        document_number=nasty,
        document_date=date(2024, 1, 15),
        reason=nasty,
    )
    record_save(instance=transfer, user=user)
    assessment = begun(nasty[:40], agency=plan.agency)
    AnswerEntries.record_many(
        user=user, assessment=assessment, entries=[entry(assessment, "A 1.1", 1, remark=nasty)]
    )
    summary = MonthSummary(plan=plan, fiscal_year=2567, month=10, text=nasty)
    record_save(instance=summary, user=user)
    meeting = Meeting(
        plan=plan, number=nasty[:40], held_on=DAY, fiscal_year=2567, month=10, note=nasty
    )
    record_save(instance=meeting, user=user)
    record_save(instance=Escalation(plan=plan), user=user)
    for number, about in enumerate(({}, {"indicator": indicator_of(plan, "S3-1.1")}), start=1):
        resolution = Resolution(
            meeting=meeting, number=f"3.{number}", text=nasty, unit=Unit.objects.earliest("pk"),
            first_due_on=DAY, **about,
        )  # fmt: skip
        record_save(instance=resolution, user=user)
    planner = {"user": user, "resolution": resolution, "text": nasty}
    steps.resolution_postpone(**planner, expected_version=1, due_on=date(2024, 12, 2))
    steps.resolution_answer(**planner, expected_version=2)
    steps.resolution_ask_again(**planner, expected_version=3)
    spent = DisbursementEntry(
        project, 2567, 10, Decimal(9_000_000), Decimal(0), note=nasty, reason=nasty
    )
    DisbursementEntries.record(user=None, entry=spent, today=DAY)
    closing = project.disbursements.filter(fiscal_year=2566, month=12).first()
    if closing is None:
        entered = DisbursementEntry(project, 2566, 12, Decimal(0), Decimal(500), reason=nasty)
        closing = DisbursementEntries.record(user=None, entry=entered, today=DAY)
    paid = CarriedEntry(project, 2566, 3, closing.committed / 2, note=nasty, reason=nasty)
    CarriedEntries.record(user=None, entry=paid, today=DAY)
    lock = MonthLock(agency=plan.agency, fiscal_year=2566, month=1)
    record_save(instance=lock, user=user)
    record_save(instance=Unlocking(lock=lock, reason=nasty), user=user)
    record_save(instance=Holiday(agency=plan.agency, day=date(2023, 10, 13), name=nasty), user=user)
    record_save(instance=Publisher(agency=plan.agency, contact=nasty), user=user)
    item = Item(
        agency=plan.agency, fiscal_year=2567, number=nasty[:20], title=nasty, asks_for=nasty,
        kind="plan", plan=plan, of_year=2567,
    )  # fmt: skip
    record_save(instance=item, user=user)
    key_make(key=ApiKey(name=nasty, purpose=nasty), user=user)
    measure = ItaMeasure.objects.select_related("issue__year").get(number="2.2")
    letter = EvidenceEntry("letter", number=nasty, text=nasty)
    question = question_ask(user=user, figure=Result.objects.latest("pk"), text=nasty)
    question_answer(user=user, question=question, text=nasty)
    reported = ProgressEntry(measure, 2, "in_progress", nasty, (letter,))
    ProgressEntries.record(user=None, entry=reported, today=DAY)


#: What a browser would run wherever it is written out as it stands.
MARKUP = "'\"><script>z</script><i onx=y>"
#: Texts that follow a form of their own, which addresses, sign-in or rules read.
_SHAPED = {
    "begins_with", "code", "code_prefix", "content_type", "key", "number", "password", "province",
    "scale", "secret_hash", "sha256", "slug", "digest", "figure_type",
}  # fmt: skip


def fill_texts(text: str) -> list[str]:
    """Put a text into every column of every row that takes any; gives the columns.

    Left alone: what is chosen from a list, what has to be another in each row or of a form of its
    own, and histories, which are closed.
    """
    found = []
    ours = {model._meta.app_label for model in recorded_models()}
    for model in apps.get_models():
        own = model._meta.app_label in ours and model._meta.app_label != "auth"
        if not (own or model is get_user_model()) or hasattr(model, "history_type"):
            continue
        for field in model._meta.concrete_fields:
            plain = type(field) in (models.CharField, models.TextField) and not field.choices
            if not plain or field.unique or field.name in _SHAPED:
                continue
            rows = model._base_manager.all()
            try:
                with transaction.atomic():
                    filled = rows.update(**{field.name: text[: field.max_length]})
            except DatabaseError:
                continue  # the database keeps it to a form, or apart in each row
            if filled:
                found.append(f"{model._meta.label}.{field.name}")
    return found


def example(model: type[models.Model]) -> models.Model:
    """A row of a model, the one entered last."""
    found = model._default_manager.order_by("-pk").first()
    assert found is not None, f"one_of_each() has to make a {model.__name__}"
    return found


def admin_addresses() -> Iterator[str]:
    """Every address of the admin that answers to GET, for each registered model."""
    for name in ("index", "password_change", "password_change_done", "jsi18n", "login"):
        yield reverse(f"admin:{name}")
    labels = {model._meta.app_label for model in admin.site._registry}
    for label in sorted(labels):
        yield reverse("admin:app_list", args=[label])
    for model in admin.site._registry:
        row, info = example(model), f"{model._meta.app_label}_{model._meta.model_name}"
        for name in ("changelist", "add", "export", "import"):
            try:
                yield reverse(f"admin:{info}_{name}")
            except NoReverseMatch:
                continue
        for name in ("change", "delete", "history", "password_change", "evidence"):
            try:
                yield reverse(f"admin:{info}_{name}", args=[row.pk])
            except NoReverseMatch:
                continue
