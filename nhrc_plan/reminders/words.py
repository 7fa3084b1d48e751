"""A mail in words: plain text, most urgent first, each line with the address of its form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nhrc_plan.desk.rows import KINDS
from nhrc_plan.reminders import rules
from nhrc_plan.reminders.read import Item, Letter
from strategy.thai import format_date

#: So many lines of a standing are written out; of the rest the mail says how many there are.
WRITTEN_OUT = 30

#: What the lines of a standing are called, in a mail and in its subject.
HEADS = {
    rules.LATE: gettext_lazy("overdue"),
    rules.RETURNED: gettext_lazy("returned to be mended"),
    rules.SOON: gettext_lazy("Due soon"),
    rules.WAITING: gettext_lazy("To approve"),
}
SUBJECTS = {
    rules.OWN: gettext_lazy("Your work on the plan"),
    rules.APPROVAL: gettext_lazy("Results wait for your approval"),
    rules.HEAD: gettext_lazy("Your unit's reports are overdue"),
    rules.PLANNERS: gettext_lazy("Reports of units are long overdue"),
}
OPENINGS = {
    rules.OWN: gettext_lazy("This is what you have to report or to mend."),
    rules.APPROVAL: gettext_lazy(
        "These results were handed in and wait until you approve or return them."
    ),
    rules.HEAD: gettext_lazy(
        "You are told as the head of the unit, since these reports have not come in for days."
    ),
    rules.PLANNERS: gettext_lazy(
        "You are told as a planner, since these reports have not come in although the unit was "
        "reminded."
    ),
}


def subject(letter: Letter) -> str:
    """What it is about, with how many of each."""
    counts = [
        f"{capfirst(HEADS[standing])} {len(items)}" for standing, items in _by_standing(letter)
    ]
    return f"{SUBJECTS[letter.kind]}: {', '.join(counts)}"


def body(letter: Letter, today: date, site: str) -> str:
    """The text; ``site``: where the addresses begin, without the last slash."""
    told = [
        _("Dear %(name)s,") % {"name": letter.name},
        f"{OPENINGS[letter.kind]} "
        + _("As it stood on %(day)s.") % {"day": format_date(today, short=False)},
    ]
    for standing, items in _by_standing(letter):
        head = f"{capfirst(HEADS[standing])} ({len(items)})"
        told.append(f"{head}\n{'-' * 40}")
        written = items[:WRITTEN_OUT]
        told += [_lines(number, item, today, site) for number, item in enumerate(written, start=1)]
        if len(items) > len(written):
            more = len(items) - len(written)
            told.append(ngettext("and %(more)s more", "and %(more)s more", more) % {"more": more})
    told.append("\n".join(_closing(letter, site)))
    return "\n\n".join(told) + "\n"


def _by_standing(letter: Letter) -> Iterator[tuple[str, list[Item]]]:
    for standing in rules.STANDINGS:
        items = [item for item in letter.items if item.line.standing == standing]
        if items:
            items.sort(key=lambda item: (item.deadline or date.max, item.code))
            yield standing, items


def _lines(number: int, item: Item, today: date, site: str) -> str:
    title = f"{item.code} {item.name}".strip()
    about = [str(capfirst(KINDS[item.kind])), item.unit, item.period]
    shown = [f"{number}. {title}", " · ".join(filter(None, about)), when(item, today)]
    return "\n   ".join([*filter(None, shown), f"{site}{item.address}"])


def when(item: Item, today: date) -> str:
    """By when it is or was due, or since when it waits."""
    line = item.line
    if line.standing == rules.RETURNED:
        return _("returned on %(day)s; the comment stands in the form") % {
            "day": format_date(line.since)
        }
    if line.standing == rules.WAITING:
        return _("handed in on %(day)s") % {"day": format_date(line.since)}
    if item.deadline is None:
        return ""
    day = format_date(item.deadline)
    if line.standing == rules.LATE:
        late = (today - item.deadline).days
        return ngettext(
            "due on %(day)s, %(late)s day late", "due on %(day)s, %(late)s days late", late
        ) % {"day": day, "late": late}
    return _("due on %(day)s") % {"day": day}


def _closing(letter: Letter, site: str) -> Iterator[str]:
    if letter.kind == rules.APPROVAL:
        every = _("All that waits for your approval")
        yield f"{every}: {site}{reverse('admin:kpis_result_waiting')}"
    elif letter.kind == rules.OWN:
        every = _("All your work")
        yield f"{every}: {site}{reverse('my_work')}"
    if letter.kind in rules.STOPPABLE:
        said = _("You can switch such mails off")
    else:
        said = _("This mail comes to you by your office. Which mails can be switched off")
    yield f"{said}: {site}{reverse('my_reminders')}"
    yield _("Sent by %(title)s. Please do not answer this mail.") % {"title": letter.title}
