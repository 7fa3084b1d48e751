"""A month of the board, a frozen meeting or an indicator as PDF, by Chromium."""

from __future__ import annotations

from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from django.utils.translation import gettext as _

from kpis.models import Indicator
from nhrc_plan.meetings.frozen.canonical import short_code
from nhrc_plan.meetings.models import Meeting
from nhrc_plan.printing.chromium import NoPdf, chromium_path, print_pdf
from nhrc_plan.printing.page import page_file
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.language.digits import ARABIC, THAI, written_in
from strategy.models import Plan
from strategy.pages.page import file_words
from strategy.pages.period import NotEnded, find_month
from strategy.thai import month_name

_HELP = """\
Writes a PDF, by a Chromium that is installed:
  manage.py render_pack --meeting 3                             a frozen meeting, as it was frozen
  manage.py render_pack --plan SLUG --month 2569-07             the board's page of a fiscal month
  manage.py render_pack --plan SLUG --month 2569-07 --indicator S1-1.1
A fiscal month is written year-number: 2569-07 is the seventh month, April."""


class Command(BaseCommand):
    help = _HELP

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--meeting", type=int, help="the id of a frozen meeting")
        what.add_argument("--plan", help="the short name of a plan")
        parser.add_argument("--month", default="", help="fiscal year and month, such as 2569-07")
        parser.add_argument("--indicator", default="", help="the code of an indicator of the plan")
        parser.add_argument("--thai-digits", action="store_true", help="numbers in Thai digits")
        parser.add_argument("--output", default="", help="the file to write; else named by itself")
        parser.add_argument("--chromium", default="", help="where the program is")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            chromium = chromium_path(options["chromium"])
            if options["meeting"] is not None:
                address, query, foot, name = _meeting(options["meeting"])
            else:
                address, query, foot, name = _month(options)
            digits = THAI if options["thai_digits"] else ARABIC
            with TemporaryDirectory() as folder, written_in(digits):
                content = print_pdf(page_file(address, query, foot, Path(folder)), chromium)
        except NoPdf as why:
            raise CommandError(str(why)) from why
        out = Path(options["output"] or f"{name}.pdf")
        try:
            out.write_bytes(content)
        except OSError as error:
            raise CommandError(_("%(file)s cannot be written.") % {"file": out}) from error
        self.stdout.write(str(out))


Wanted = tuple[str, dict[str, str], str, str]


def _meeting(pk: int) -> Wanted:
    """Address, query, foot and name of a frozen meeting."""
    found = Meeting.objects.filter(pk=pk).select_related("plan", "frozen").first()
    if found is None:
        raise NoPdf(_("%(id)s: there is no meeting of that id.") % {"id": pk})
    frozen = getattr(found, "frozen", None)
    if frozen is None:
        raise NoPdf(
            _("This meeting has not been frozen, so there is nothing kept of it.")
            + " "
            + _("Give plan and month for the figures as they stand.")
        )
    code = short_code(frozen.figures_sha256)
    address = reverse("meeting", args=[found.plan.slug, found.pk])
    name = file_words(found, month_name(found.at), found.plan.name)
    return address, {}, f"{found.plan.name} · {found} · {code}", name


def _month(options: dict[str, Any]) -> Wanted:
    """The same of a month of a plan, or of an indicator of it."""
    plan = Plan.objects.filter(slug=options["plan"]).first()
    if plan is None:
        raise NoPdf(_("%(plan)s: there is no such plan.") % {"plan": options["plan"]})
    year, _dash, number = options["month"].partition("-")
    numbers = year.isdecimal() and number.isdecimal() and 1 <= int(number) <= 12
    if not numbers or int(year) not in plan.years:
        raise NoPdf(
            _("Give a fiscal month of the plan as --month year-number, such as %(month)s.")
            % {"month": f"{plan.first_year}-07"}
        )
    at = FiscalMonth(int(year), int(number))
    query = {"year": str(at.year), "month": str(at.month)}
    try:
        find_month(plan, query, today())
    except NotEnded as not_ended:
        raise NoPdf(str(not_ended)) from not_ended
    foot, code = f"{plan.name} · {month_name(at)}", options["indicator"]
    if not code:
        name = file_words(_("Board meeting"), month_name(at), plan.name)
        return reverse("board", args=[plan.slug]), query, foot, name
    if code not in {row.code for row in Indicator.objects.filter(strategy__plan=plan)}:
        raise NoPdf(_("%(code)s: the plan has no such indicator.") % {"code": code})
    address = reverse("indicator", args=[plan.slug, code])
    return address, query, f"{code} · {foot}", file_words(code, month_name(at), plan.name)
