"""How cells look: the house's font and its named styles, and the colours of statuses."""

from __future__ import annotations

from typing import Any, NamedTuple

from strategy.standing.status import (
    AT_RISK,
    AWAITING,
    CRITICAL,
    NEAR,
    NO_BUDGET,
    NO_CASES,
    NO_TARGET,
    NOT_DUE,
    ON_PLAN,
    WAITING_APPROVAL,
)

FONT = "TH Sarabun New"
SIZE = 14
BRAND = "#1D3A6E"
INK = "#14213D"
_MUTED, _HAIR, _BAND = "#5B667A", "#D9DEEA", "#E9EDF5"

#: A day of the Buddhist Era, as a spreadsheet writes it.
_THAI_DATE = "[$-107041E]d mmm yyyy"


class Style(NamedTuple):
    """A look of cells. ``wraps``: a text goes on in further lines.

    What stands in a row is centred on one line, so that words and figures stand beside one
    another. Only running text, which may take many rows, begins at the top (``at_top``).
    """

    bold: bool = False
    color: str = INK
    fill: str = ""
    number: str = "General"
    align: str = "left"
    wraps: bool = False
    size: int = SIZE
    border: bool = True
    locked: bool = True
    at_top: bool = False

    def properties(self) -> dict[str, Any]:
        """The same as a workbook's format takes it."""
        found: dict[str, Any] = {
            "font_name": FONT,
            "font_size": self.size,
            "bold": self.bold,
            "font_color": self.color,
            "num_format": self.number,
            "align": self.align,
            "valign": "top" if self.at_top else "vcenter",
            "text_wrap": self.wraps,
            "locked": self.locked,
        }
        if self.fill:
            found |= {"bg_color": self.fill, "pattern": 1}
        if self.border:
            found |= {"border": 1, "border_color": _HAIR}
        return found


_GROUP = Style(bold=True, color=BRAND, fill=_BAND)
STYLES = {
    "title": Style(bold=True, color=BRAND, size=19, border=False),
    "note": Style(color=_MUTED, border=False),
    "head": Style(bold=True, color="#FFFFFF", fill=BRAND, align="center", wraps=True),
    "group": _GROUP._replace(wraps=True),
    "group_number": _GROUP._replace(number="0.00", align="right"),
    "group_four": _GROUP._replace(number="0.0000", align="right"),
    "group_whole": _GROUP._replace(number="#,##0", align="right"),
    "group_center": _GROUP._replace(align="center", wraps=True),
    "text": Style(wraps=True),
    # Beside what is printed: as high as the row is without it.
    "aside": Style(wraps=True, at_top=True),
    "label": Style(color=_MUTED, wraps=True),
    "prose": Style(wraps=True, at_top=True),
    # Cells that nothing was written to.
    "empty": Style(border=False),
    "center": Style(align="center", wraps=True),
    "whole": Style(number="#,##0", align="right"),
    "percent": Style(number="#,##0.00", align="right"),
    "four": Style(number="#,##0.0000", align="right"),
    "date": Style(number=_THAI_DATE, align="center"),
    "total": Style(bold=True, fill="#F5F7FB", number="#,##0.00", align="right"),
    # Where people type, on a sheet that is locked for the rest.
    "entry": Style(fill="#FAF6EA", number="#,##0.00", align="right", locked=False),
    "entry_number": Style(fill="#FAF6EA", align="right", locked=False),
    "entry_text": Style(fill="#FAF6EA", wraps=True, locked=False),
    "entry_center": Style(fill="#FAF6EA", align="center", locked=False),
    # Where people type, on a sheet that is open: no spreadsheet makes dates of such texts.
    "free_text": Style(number="@", wraps=True, locked=False),
    "free_number": Style(align="right", locked=False),
    # A cell that does not apply to its row.
    "closed": Style(fill="#E9EDF5"),
    # A text across all columns.
    "title_across": Style(bold=True, color=BRAND, size=19, border=False, wraps=True),
    "title_centred": Style(
        bold=True, color=BRAND, size=19, border=False, wraps=True, align="center"
    ),
    "section_across": Style(bold=True, color=BRAND, size=16, border=False, wraps=True),
    "note_across": Style(color=_MUTED, border=False, wraps=True),
    # A paragraph: words to be read, not a row of a table.
    "text_across": Style(border=False, wraps=True),
    "note_centred": Style(color=_MUTED, border=False, wraps=True, align="center"),
}

#: Fill and font of each status; the words say the same.
STATUS_COLOURS = {
    ON_PLAN: ("#DDF1E5", "#125C36"),
    NEAR: ("#FBF0CF", "#6F4F00"),
    AT_RISK: ("#FCE3CE", "#8A4107"),
    CRITICAL: ("#FADAD7", "#8F1E17"),
    AWAITING: ("#FFFFFF", "#14213D"),
    WAITING_APPROVAL: ("#EAF0FB", "#1D3A6E"),
    NOT_DUE: ("#F1F3F7", "#5B667A"),
    NO_TARGET: ("#F1F3F7", "#5B667A"),
    NO_CASES: ("#F1F3F7", "#5B667A"),
    NO_BUDGET: ("#F1F3F7", "#5B667A"),
}
CHART_COLOURS = {
    ON_PLAN: "#1A7F4B",
    NEAR: "#B58100",
    AT_RISK: "#C65D0A",
    CRITICAL: "#B3261E",
    AWAITING: "#5B667A",
    WAITING_APPROVAL: "#8EA3C8",
    NOT_DUE: "#9AA4B5",
    NO_TARGET: "#DFE3EA",
    NO_CASES: "#C3CAD6",
}

#: As the pages draw them (tokens.css: brand, brand-mid, brand-light), dark to light for grey print.
DISBURSED, COMMITTED, LEFT = "#1D3A6E", "#8EA3C8", "#DDE4F0"
#: On these a label is white.
DARK_COLOURS = {
    DISBURSED,
    *(CHART_COLOURS[code] for code in (ON_PLAN, AT_RISK, CRITICAL, AWAITING)),
}
