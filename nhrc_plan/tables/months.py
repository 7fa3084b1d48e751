"""Tables with a column for each month of a year: which columns these are. Pure.

Source: docs/domain.md, "Tables that people have".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from nhrc_plan.tables.rules import Month, normal
from strategy.thai import MONTH_ABBREVIATIONS, MONTH_NAMES, to_arabic

_CALENDAR = {
    normal(name): number
    for names in (MONTH_NAMES, MONTH_ABBREVIATIONS)
    for number, name in enumerate(names, start=1)
}
#: A heading that says a month, as in "ต.ค.", "ต.ค. 68", "สิ้นเดือนตุลาคม 2568".
_HEADED = re.compile(
    rf"(?:ณ|สิน|สะสมถึง|ถึง)*(?:เดือน)?({'|'.join(_CALENDAR)})(?:พศ)?(25\d\d|[67]\d)?", re.ASCII
)
_YEAR = re.compile(r"(?<!\d)25\d\d(?!\d)", re.ASCII)


def months_headed(heads: Sequence[Sequence[str]], years: Collection[int] = ()) -> dict[int, Month]:
    """The columns below the name of a month, by their place from 0; none where there is but one
    month: a heading then says as of when the whole table is.

    ``years``: those of the plan. A year beside the name is the calendar's, as in "ต.ค. 68"; one
    above it too, unless it is called a fiscal year. Of months of several fiscal years those of the
    one with most of them, the later of two: a table that is taken is of one year.
    """
    found: dict[int, Month] = {}
    for place, parts in enumerate(heads):
        told = [match for part in parts if (match := _HEADED.fullmatch(normal(part)))]
        if len(told) == 1:
            others = [part for part in parts if not _HEADED.fullmatch(normal(part))]
            found[place] = _month(told[0][1], told[0][2], others)
    if len({each.month for each in found.values()}) < 2:
        return {}
    named = [each.year for each in found.values() if each.year is not None]
    if not named:
        return found
    usual = max(named, key=lambda year: (named.count(year), year))
    if usual not in years:
        return {}
    return {place: each for place, each in found.items() if each.year == usual}


def _month(name: str, beside: str | None, others: Sequence[str]) -> Month:
    calendar = _CALENDAR[name]
    above = " ".join(to_arabic(part) for part in others)
    year: int | None = None
    if beside:
        year = int(beside) + (2500 if len(beside) == 2 else 0)
    elif len(named := set(_YEAR.findall(above))) == 1:
        year = int(named.pop())
    if year is not None and calendar >= 10 and (beside or "งบประมาณ" not in above):
        year += 1
    rest = re.sub("ปีงบประมาณ|ปี|พศ", "", normal(_YEAR.sub("", above)))
    return Month((calendar + 2) % 12 + 1, year, rest)
