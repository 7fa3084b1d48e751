"""Whom to mail what on a day: what people owe, as their own pages say it, and what waits."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Max, Q
from django.urls import reverse
from django.utils import timezone

from integrity.measures.models import QuarterProgress
from integrity.measures.rows import place_of
from integrity.measures.waiting import quarter_name
from integrity.models import ItaAssessment, SelfAssessment
from integrity.self_assessments.rows import edition_name
from kpis.models import Result
from nhrc_plan.desk.read import tasks_of, waiting_for_approval
from nhrc_plan.desk.rows import Task
from nhrc_plan.reminders import rules
from nhrc_plan.reminders.models import MailChoice, Reminder
from strategy import access
from strategy.access import Viewer, viewer
from strategy.approval.hands import Hands, hands_of
from strategy.calendar import FiscalMonth
from strategy.language.choice import language_choices, reading
from strategy.models import Agency, Unit
from strategy.pages.current import current_plan
from strategy.read import holidays
from strategy.records.model import actor_name
from strategy.thai import month_name

#: Roles whose people are reminded of their own work.
AT_WORK = (access.PLANNER, access.REPORTER, access.APPROVER)

NO_ADDRESS, CLOSED = "no address", "closed"


class Item(NamedTuple):
    """A line of a mail with what it is called; ``address``: a path, of its form where the reader
    may enter it."""

    line: rules.Line
    kind: str
    code: str
    name: str
    unit: str
    period: str
    deadline: date | None
    address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be sent. ``title``: that of the agency's pages."""

    user_id: int
    name: str
    email: str
    kind: str
    title: str
    items: tuple[Item, ...]
    language: str


class Skipped(NamedTuple):
    """Somebody who gets no mail, and why."""

    name: str
    why: str


@dataclass(slots=True)
class Round:
    """What a day's run sends, what it keeps from those who switched reminders off, whom it leaves
    out, and which agencies do not work that day."""

    letters: list[Letter] = field(default_factory=list)
    stopped: list[Letter] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)


class _Office:
    """An agency on a day, each thing read once."""

    def __init__(self, agency: Agency, today: date) -> None:
        self.agency, self.today = agency, today
        self.holidays = holidays(agency.pk)
        self.quiet = rules.is_quiet(today, self.holidays)
        self.days = rules.Days(
            agency.remind_before, agency.head_told_after, agency.planners_told_after
        )
        # What every unit owes, as it would stand on the list of somebody who works in all of them.
        units = tuple(Unit.objects.filter(agency=agency).order_by("pk").values_list("pk", "name"))
        everywhere = Viewer(
            None, "", frozenset({access.PLANNER}), units, frozenset({agency.pk}), True
        )
        self.owed = [] if self.quiet else tasks_of(everywhere, today, soon=0)

    def late(self, after: int) -> dict[str, rules.Line]:
        """What is so many working days late, by its key."""
        lines = rules.escalated(map(_due, self.owed), self.today, after, self.holidays)
        return {line.key: line for line in lines}


def outgoing(today: date) -> Round:
    """The mails of a day, as if none had been claimed yet, each in its reader's language.

    A query for each person; beside these a number for each agency, and for each set of roles and
    units that somebody holds. What is told is read once for each language that somebody reads.
    """
    chosen = language_choices()
    found = Round()
    for language in sorted({settings.LANGUAGE_CODE, *chosen.values()}):
        with reading(language):
            every = _outgoing(today, language)
        for mine, theirs in ((found.letters, every.letters), (found.stopped, every.stopped)):
            mine += [
                letter
                for letter in theirs
                if chosen.get(letter.user_id, settings.LANGUAGE_CODE) == language
            ]
        found.skipped, found.quiet = every.skipped, every.quiet
    return found


def _outgoing(today: date, language: str) -> Round:
    """The same as if everybody read one language, which is spoken meanwhile."""
    found = Round()
    offices = {agency.pk: _Office(agency, today) for agency in Agency.objects.order_by("pk")}
    found.quiet = [office.agency.name for office in offices.values() if office.quiet]
    off = frozenset(MailChoice.objects.filter(off=True).values_list("user_id", flat=True))
    last = _last_told(off)
    people = list(_people())
    watching = [(person, viewer(person)) for person in people if person.is_active]
    found.skipped = [
        Skipped(actor_name(person), CLOSED) for person in people if not person.is_active
    ]
    waits = _Waiting([who for _person, who in watching])
    work = cache(lambda who: tuple(tasks_of(who, today, soon=_longest(offices.values()))))
    home = cache(lambda agencies: _home(agencies))
    for person, who in watching:
        office = offices.get(home(who.agency_ids) or 0)
        headed = (
            {unit.pk: unit.agency_id for unit in person.account.headed_units.all()}
            if hasattr(person, "account")
            else {}
        )
        if office is None or office.quiet:
            continue
        own = {task.key: task for task in work(_anonymous(who))} if who.enters else {}
        contents = {
            rules.OWN: _own(own, office),
            rules.APPROVAL: waits.of(who) if who.approves and who.is_staff else [],
            rules.HEAD: _of_units(who, headed, own, offices),
            rules.PLANNERS: _of_office(own, office) if who.is_planner and who.is_staff else [],
        }
        letters = [
            Letter(
                who.user_id or 0,
                who.name,
                person.email,
                kind,
                office.agency.title,
                tuple(items),
                language,
            )
            for kind, items in contents.items()
            if rules.goes_out([item.line for item in items], last.get((person.pk, kind)), today)
        ]
        kept = [each for each in letters if rules.stopped(each.kind, person.pk in off)]
        letters = [each for each in letters if each not in kept]
        found.stopped += kept
        if letters and not person.email:
            found.skipped.append(Skipped(who.name, NO_ADDRESS))
        else:
            found.letters += letters
    return found


def _people() -> Iterable[Any]:
    """Everybody who may be mailed, closed accounts among them. Three queries."""
    concerned = Q(groups__name__in=AT_WORK) | Q(account__headed_units__isnull=False)
    people = get_user_model().objects.filter(concerned).distinct().order_by("pk")
    return people.select_related("account").prefetch_related("account__headed_units")


def _home(agencies: frozenset[int]) -> int | None:
    """The agency by whose days and holidays somebody is reminded: the one whose plan their pages
    show."""
    plan = current_plan(replace(access.NOBODY, agency_ids=agencies))
    return plan.agency_id if plan else None


def _anonymous(who: Viewer) -> Viewer:
    """The same for everybody with the same roles and units: they owe the same."""
    return replace(who, user_id=None, name="")


def _longest(offices: Iterable[_Office]) -> int:
    return max((office.days.before for office in offices), default=0)


def _last_told(off: Container[int]) -> dict[tuple[int, str], date]:
    """The day of the last mail of each kind that each person was sent; of those who switched
    reminders off also that of one which was kept from them. One query."""
    told = Reminder.objects.filter(state__in=(Reminder.State.SENT, Reminder.State.OFF)).order_by()
    found: dict[tuple[int, str], date] = {}
    for person, kind, state, last in told.values_list("recipient_id", "kind", "state").annotate(
        last=Max("day")
    ):
        if state == Reminder.State.SENT or person in off:
            found[person, kind] = max(last, found.get((person, kind), last))
    return found


def _due(task: Task) -> rules.Due:
    return rules.Due(task.key, task.deadline, task.returned_on)


def _item(task: Task, line: rules.Line, address: str) -> Item:
    return Item(
        line,
        task.kind,
        task.code,
        task.name,
        task.unit,
        task.period,
        task.deadline,
        address,
    )


def _own(own: dict[str, Task], office: _Office) -> list[Item]:
    """What is late, returned or due soon of somebody's own work."""
    lines = rules.own_lines(map(_due, own.values()), office.today, office.days)
    return [_item(own[line.key], line, own[line.key].address) for line in lines]


def _of_units(
    who: Viewer, headed: dict[int, int], own: dict[str, Task], offices: dict[int, _Office]
) -> list[Item]:
    """What units owe for too long, for their head: without what is on the head's own list."""
    found = []
    for agency in sorted(set(headed.values())):
        office = offices[agency]
        late = office.late(office.days.head)
        found += _beside(
            own, office, late, lambda task: task.unit_id in headed, lambda task: _seen_by(who, task)
        )
    return found


def _of_office(own: dict[str, Task], office: _Office) -> list[Item]:
    """What units owe for longer still, for planners: without what is on their own list."""
    late = office.late(office.days.planners)
    return _beside(own, office, late, lambda task: True, lambda task: task.address)


def _beside(
    own: dict[str, Task],
    office: _Office,
    late: dict[str, rules.Line],
    concerns: Callable[[Task], bool],
    address: Callable[[Task], str],
) -> list[Item]:
    return [
        _item(task, late[task.key], address(task))
        for task in office.owed
        if task.key in late and task.key not in own and concerns(task)
    ]


def _seen_by(who: Viewer, task: Task) -> str:
    """The form where somebody may enter it, else where everybody reads of it."""
    return task.address if who.is_staff and who.may_report(task.unit_id) else task.shown_at


class _Waiting:
    """What waits for approval, and who is told of it. Three queries a kind, or a few more."""

    def __init__(self, people: Iterable[Viewer]) -> None:
        planner = replace(access.NOBODY, roles=frozenset({access.PLANNER}))
        #: Each with its kind, the hands that it went through, and when it was handed in.
        self.rows: list[tuple[str, Any, Hands, datetime]] = []
        for kind, found in waiting_for_approval(planner):
            rows = list(found)
            model: Any = found.model
            ids = [row.pk for row in rows]
            hands = hands_of(model, ids)
            written = model.history.filter(id__in=ids).order_by().values_list("id")
            last = dict(written.annotate(last=Max("history_date")))
            # What the system loaded waits on its screen, but nobody is mailed about it.
            self.rows += [
                (kind, row, hands[row.pk], last[row.pk]) for row in rows if hands[row.pk].authors
            ]
        self.approvers = [who for who in people if access.APPROVER in who.roles and who.is_staff]

    def of(self, who: Viewer) -> list[Item]:
        """What somebody may decide: what they neither entered nor submitted, of their units; for
        planners what no approver may decide."""
        return [
            _awaiting(kind, row, since)
            for kind, row, hands, since in self.rows
            if self._is_for(who, row, hands)
        ]

    def _is_for(self, who: Viewer, row: Any, hands: Hands) -> bool:
        units, authors = frozenset(row.approval_units()), hands.authors
        may = any(map(who.may_approve, units)) if units else who.is_planner
        if who.user_id in authors or not may:
            return False
        if access.APPROVER in who.roles and units & who.unit_ids:
            return True
        agency = row.month_owner()[0]
        if agency is not None and who.agency_ids and agency not in who.agency_ids:
            return False
        return not any(
            units & other.unit_ids and other.user_id not in authors for other in self.approvers
        )


def _awaiting(kind: str, row: Any, since: datetime) -> Item:
    """A figure that waits for approval, led to its form."""
    code, name, unit = _called(row)
    meta = row._meta
    return Item(
        rules.Line(f"{kind}-{row.pk}", rules.WAITING, timezone.localtime(since).date()),
        kind,
        code,
        name,
        unit,
        _period(row),
        None,
        reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]),
    )


def _called(row: Any) -> tuple[str, str, str]:
    """Code, name and unit of a figure."""
    if isinstance(row, ItaAssessment):
        return "", row.title, ""
    if isinstance(row, SelfAssessment):
        return "", row.organisation, str(row.agency or "")
    if isinstance(row, Result):
        return row.indicator.code, row.indicator.name, str(row.indicator.unit or "")
    if isinstance(row, QuarterProgress):
        measure = row.measure
        unit = measure.responsible_text or ", ".join(map(str, measure.units.all()))
        return place_of(measure.issue.number, measure.number), measure.text, unit
    first = next(iter(row.project.leads.all()), None)
    code = f"{row.project.strategy.number}-{row.project.number}"
    return code, row.project.name, str(first.unit) if first else ""


def _period(row: Any) -> str:
    """The time that a figure is of."""
    if isinstance(row, ItaAssessment):
        return str(row.fiscal_year)
    if isinstance(row, SelfAssessment):
        return edition_name(row.rubric.organisation_kind, row.rubric.fiscal_year)
    if isinstance(row, QuarterProgress):
        return quarter_name(row)
    return month_name(FiscalMonth(*row.month_written()), short=True)
