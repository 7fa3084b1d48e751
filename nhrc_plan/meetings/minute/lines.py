"""The three lines that a report to the board begins with, as page, data and workbook show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext as _

from kpis.read.rows import last_close
from kpis.rules.roll_up import RollUp
from nhrc_plan.meetings.change_lines import IndicatorChange
from nhrc_plan.meetings.minute.asks import Ask, asks
from nhrc_plan.meetings.minute.rules import (
    LATE,
    NEW,
    NO_TARGETS,
    NOTHING_YET,
    RESTATED,
    TOO_EARLY,
    verdict,
)
from strategy.read import bands
from strategy.standing.status import AT_RISK, AWAITING, CRITICAL, NEAR, ON_PLAN, WAITING_APPROVAL
from strategy.standing.words import STATUS_LABELS
from strategy.thai import format_number

if TYPE_CHECKING:
    from nhrc_plan.meetings.read import BoardReport

#: So many are named in a line; the others are counted.
_NAMED = 3


class Line(NamedTuple):
    """A question and its answer in one sentence, which begins with a figure."""

    question: str
    figure: str
    text: str

    @property
    def answer(self) -> str:
        return f"{self.figure} {self.text}"


class Minute(NamedTuple):
    """The three lines: is the plan on track, what turned, what is asked.

    ``verdict``: the first as a code of minute/rules.py.
    """

    verdict: str
    on_track: Line
    turned: Line
    asked: Line
    asks: tuple[Ask, ...]

    @property
    def lines(self) -> tuple[Line, Line, Line]:
        return self.on_track, self.turned, self.asked


def minute(report: BoardReport) -> Minute:
    """The three lines of a month's report."""
    summed = report.standing.roll_up
    found = verdict(
        with_target=summed.with_target,
        reported=summed.reported,
        mean=summed.mean,
        bands=bands(report.plan),
    )
    asked = asks(report)
    return Minute(found, _on_track(report, found, summed), _turned(report), _asked(asked), asked)


def _on_track(report: BoardReport, found: str, summed: RollUp) -> Line:
    question = _("Is the plan on track?")
    of_all = {"reported": summed.reported, "total": summed.with_target}
    if found == NO_TARGETS:
        text = _("indicators have a target in fiscal year %(year)s")
        return Line(question, "0", text % {"year": report.at.year})
    if found in (NOTHING_YET, TOO_EARLY):
        figure = _("%(reported)s of %(total)s") % of_all
        text = _("indicators have a current report, too few to judge the plan")
        if summed.mean is not None:
            text += " " + _("(these reach %(mean)s per cent of what was expected)") % {
                "mean": summed.mean
            }
        return Line(question, figure, text + _closed(report))
    figure = _("%(mean)s per cent") % {"mean": summed.mean}
    text = _("of what was expected by now: %(status)s") % {"status": STATUS_LABELS[found]}
    scores = summed.scores
    if scores is not None and scores.mean is not None:
        figure = _("%(mean)s of %(top)s") % {
            "mean": scores.mean,
            "top": format_number(report.plan.top_score),
        }
        text = _("as the weighted mean of the scores: %(status)s") % {
            "status": STATUS_LABELS[found]
        }
    text += " " + _("(%(reported)s of %(total)s indicators reported)") % of_all
    counts = [
        f"{STATUS_LABELS[code]} {summed.counts[code]}"
        for code in (ON_PLAN, NEAR, AT_RISK, CRITICAL, AWAITING, WAITING_APPROVAL)
        if summed.counts[code]
    ]
    return Line(question, figure, f"{text} {', '.join(counts)}")


def _closed(report: BoardReport) -> str:
    """How the last year closed, for a year that has hardly begun."""
    last = last_close(report.standing.rows)
    if last is None or last.mean is None:
        return ""
    return "; " + _("%(year)s closed at %(mean)s per cent (%(reported)s of %(total)s)") % {
        "year": last.year,
        "mean": last.mean,
        "reported": last.reported,
        "total": last.with_target,
    }


def _turned(report: BoardReport) -> Line:
    question, changes = _("What turned?"), report.changes
    since = _("since %(month)s") % {"month": changes.compared_name}
    turned = sorted(
        (change for change in changes.indicators if change.direction),
        key=lambda change: change.weight,
    )
    others = [
        (_("%(count)s figures restated"), sum(c.change == RESTATED for c in changes.indicators)),
        (_("%(count)s targets revised"), len(changes.targets)),
        (_("%(count)s rules of judging changed"), len(changes.rules)),
        (_("%(count)s resolutions answered or decided"), len(changes.resolutions)),
    ]
    told = [words % {"count": count} for words, count in others if count]
    if not turned:
        text = _("indicators turned better or worse %(since)s") % {"since": since}
        new = sum(change.change in (LATE, NEW) for change in changes.indicators)
        if new:
            told.insert(0, _("%(count)s have another figure") % {"count": new})
        return Line(question, "0", "; ".join([text, *told]))
    counted = [
        (_("%(count)s worse"), changes.worse),
        (_("%(count)s better"), changes.better),
    ]
    figure = ", ".join(words % {"count": count} for words, count in counted if count)
    named = [_named(change) for change in turned[:_NAMED]]
    if len(turned) > _NAMED:
        named.append(_("and %(count)s more") % {"count": len(turned) - _NAMED})
    return Line(question, figure, "; ".join([f"{since}: {', '.join(named)}", *told]))


def _named(change: IndicatorChange) -> str:
    """An indicator and what it turned from and to: its figure where that tells it, else its
    status."""
    before, after = change.before, change.after
    if change.by_figure:
        words = _("%(code)s from %(before)s to %(after)s (%(status)s)")
        shown = {"before": before.result, "after": after.result, "status": after.label}
    else:
        words = _("%(code)s from %(before)s to %(after)s")
        shown = {"before": before.label, "after": after.label}
    return words % {"code": change.row.code, **shown}


def _asked(found: tuple[Ask, ...]) -> Line:
    question = _("What is asked of you?")
    if not found:
        return Line(question, "0", _("matters are asked of this meeting"))
    figure = _("%(count)s matters") % {"count": len(found)}
    return Line(question, figure, "; ".join(ask.text for ask in found))
