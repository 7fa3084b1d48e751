"""Every address of the system. A page's rows are to be had as data: .json for the last slash."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.http import HttpResponseBase
from django.urls import URLPattern, path
from django.views.generic import TemplateView

from budgets.pages import views as money_views
from integrity.ita import pages as ita_views
from integrity.measures import pages as measure_views
from integrity.self_assessments import pages as assessment_views
from kpis.pages import views as kpi_views
from nhrc_plan.api import v1
from nhrc_plan.api import views as api_views
from nhrc_plan.desk import views as desk_views
from nhrc_plan.disclosure import pages as disclosure_pages
from nhrc_plan.drafts import views as draft_views
from nhrc_plan.exchange import entry_views
from nhrc_plan.exchange import views as exchange_views
from nhrc_plan.health import views as health_views
from nhrc_plan.help import views as help_views
from nhrc_plan.meetings import views as board_views
from nhrc_plan.meetings.frozen import pages as meeting_views
from nhrc_plan.meetings.resolutions import pages as resolution_views
from nhrc_plan.overview import views
from nhrc_plan.owners import views as owner_views
from nhrc_plan.reminders import calendars, choosing
from nhrc_plan.reminders import views as reminder_views
from nhrc_plan.search import views as search_views
from nhrc_plan.tables import views as table_views
from nhrc_plan.value import views as value_views
from nhrc_plan.watch import views as watch_views
from strategy.comments.pages import comment_act, comment_ask
from strategy.explained.pages import agency_figure, plan_figure
from strategy.language.choice import language_choose
from strategy.pages.evidence import evidence_file
from strategy.people import code_pages
from strategy.people.pages import OwnPassword
from strategy.people.passkeys import pages as passkey_pages
from strategy.people.sso import pages as sso_pages

PLAN = "plans/<slug:slug>"


def page(route: str, view: Callable[..., HttpResponseBase], name: str) -> list[URLPattern]:
    """A reading page and the same rows as JSON."""
    data: dict[str, Any] = {"as_data": True}
    return [
        path(f"{route}/", view, name=name),
        path(f"{route}.json", view, data, name=f"{name}_data"),
    ]


urlpatterns = [
    path("healthz", health_views.healthz, name="healthz"),
    path("readyz", health_views.readyz, name="readyz"),
    path("", views.home, name="home"),
    path("login/", code_pages.SignIn.as_view(), name="login"),
    path("login/code/", code_pages.sign_in_code, name="login_code"),
    path("login/sso/", sso_pages.sign_on, name="sso"),
    path("login/sso/callback/", sso_pages.come_back, name="sso_callback"),
    path("login/set-up/", code_pages.sign_in_set_up, name="login_set_up"),
    path("login/passkey/", passkey_pages.sign_in_passkey, name="login_passkey"),
    path("login/passkey/new/", passkey_pages.sign_in_new, name="login_passkey_new"),
    path("login/passkey/alone/", passkey_pages.sign_in_alone, name="login_passkey_alone"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path(
        "signed-out/",
        TemplateView.as_view(template_name="registration/signed_out.html"),
        name="signed_out",
    ),
    path("language/", language_choose, name="language"),
    path("password/", OwnPassword.as_view(), name="password"),
    path("password/codes/", code_pages.codes, name="codes"),
    path("password/codes/set-up/", code_pages.own_set_up, name="codes_set_up"),
    path("password/codes/backup/", code_pages.own_backup, name="codes_backup"),
    path("password/codes/off/", code_pages.own_off, name="codes_off"),
    path("help/", help_views.manual, name="help"),
    path("help/<slug:chapter>/", help_views.manual, name="help_page"),
    path("styleguide/", help_views.styleguide, name="styleguide"),
    path("password/passkeys/", passkey_pages.passkeys, name="passkeys"),
    path("password/passkeys/new/", passkey_pages.own_new, name="passkeys_new"),
    path(
        "password/passkeys/<int:passkey_id>/remove/",
        passkey_pages.own_remove,
        name="passkeys_remove",
    ),
    *page("search", search_views.results, "search"),
    *page("my-work", desk_views.desk, "my_work"),
    path("my-work/count.json", desk_views.count, {"as_data": True}, name="my_work_count"),
    path("my-work/calendar/", calendars.calendar_page, name="my_calendar"),
    path("my-work/calendar/new/", calendars.calendar_new, name="my_calendar_new"),
    path("my-work/reminders/", choosing.choice_page, name="my_reminders"),
    path("my-work/reminders/choose/", choosing.choice_set, name="my_reminders_choose"),
    path("reminders/off/<str:token>/", choosing.one_click, name="reminders_off"),
    path("units/<int:unit_id>/calendar/", calendars.calendar_page, name="unit_calendar"),
    path("units/<int:unit_id>/calendar/new/", calendars.calendar_new, name="unit_calendar_new"),
    path(f"{calendars.PREFIX}<str:secret>.ics", calendars.calendar_file, name="calendar_file"),
    *page("reminders", reminder_views.reminders, "reminders"),
    *page("plans", views.plans, "plans"),
    *page(PLAN, views.overview, "overview"),
    *page(f"{PLAN}/strategies/<int:number>", views.strategy, "strategy"),
    *page(f"{PLAN}/indicators", kpi_views.indicators, "indicators"),
    *page(f"{PLAN}/indicators/<str:code>", kpi_views.indicator, "indicator"),
    *page(f"{PLAN}/steps", kpi_views.steps, "steps"),
    *page(f"{PLAN}/units", views.units, "units"),
    *page(f"{PLAN}/units/<int:unit_id>", views.unit, "unit"),
    *page(f"{PLAN}/budgets", money_views.budgets, "budgets"),
    *page(f"{PLAN}/budgets/units", money_views.budget_units, "budget_units"),
    *page(f"{PLAN}/budgets/<str:place>", money_views.project, "project"),
    *page(f"{PLAN}/value", value_views.value, "value"),
    *page(f"{PLAN}/map", views.strategy_map, "map"),
    *page(f"{PLAN}/about", views.about, "about"),
    *page(f"{PLAN}/board", board_views.board, "board"),
    path(f"{PLAN}/figures/<slug:figure>/<str:of>/", plan_figure, name="figure"),
    path("figures/<slug:figure>/<str:of>/", agency_figure, name="agency_figure"),
    path(f"{PLAN}/board.xlsx", board_views.board_pack, name="board_pack"),
    *page(f"{PLAN}/meetings", meeting_views.meetings, "meetings"),
    *page(f"{PLAN}/meetings/<int:meeting_id>", meeting_views.meeting, "meeting"),
    path(
        f"{PLAN}/meetings/<int:meeting_id>/pack.xlsx",
        meeting_views.meeting_pack,
        name="meeting_pack",
    ),
    path(
        f"{PLAN}/meetings/<int:meeting_id>/frozen.json",
        meeting_views.meeting_file,
        name="meeting_file",
    ),
    *page(f"{PLAN}/resolutions", resolution_views.resolutions, "resolutions"),
    *page(f"{PLAN}/resolutions/<int:resolution_id>", resolution_views.resolution, "resolution"),
    path(f"{PLAN}/report.xlsx", kpi_views.report, name="report"),
    path(f"{PLAN}/entry/", entry_views.entry, name="entry"),
    path(f"{PLAN}/entry.xlsx", entry_views.entry_book, name="entry_book"),
    path(f"{PLAN}/units/<int:unit_id>/entry/", entry_views.entry, name="unit_entry"),
    path(
        f"{PLAN}/units/<int:unit_id>/entry.xlsx",
        entry_views.entry_book,
        name="unit_entry_book",
    ),
    path(f"{PLAN}/tables/", table_views.tables, name="tables"),
    path(
        f"{PLAN}/tables/<slug:kind>.<slug:ending>",
        table_views.table_template,
        name="table_template",
    ),
    path(f"{PLAN}/imports/", exchange_views.imports, name="imports"),
    path(f"{PLAN}/imports/<int:import_id>/match/", table_views.table_match, name="table_match"),
    path(f"{PLAN}/imports/<int:import_id>/", exchange_views.one_import, name="one_import"),
    path(
        f"{PLAN}/imports/<int:import_id>/file.xlsx",
        exchange_views.import_file,
        name="import_file",
    ),
    path("drafts/", draft_views.drafts, name="drafts"),
    path("drafts/begin.xlsx", draft_views.begin_workbook, name="draft_begin"),
    path("drafts/empty.xlsx", draft_views.empty_workbook, name="draft_empty"),
    path("drafts/imports/<int:sent_id>/", draft_views.plan_import, name="plan_import"),
    path(
        "drafts/imports/<int:sent_id>/file.xlsx",
        draft_views.plan_import_file,
        name="plan_import_file",
    ),
    path("drafts/<slug:slug>/", draft_views.draft, name="draft"),
    path("drafts/<slug:slug>/plan.xlsx", draft_views.plan_file, name="plan_file"),
    path("drafts/<slug:slug>/beside/", draft_views.beside, name="draft_beside"),
    path("drafts/<slug:slug>/activate/", draft_views.activate, name="draft_activate"),
    *page(f"{PLAN}/owners", owner_views.owners, "owners"),
    *page(f"{PLAN}/quality", watch_views.quality, "quality"),
    *page("history", watch_views.history, "history"),
    path("history.xlsx", watch_views.history_file, {"ending": "xlsx"}, name="history_xlsx"),
    path("history.csv", watch_views.history_file, {"ending": "csv"}, name="history_csv"),
    *page("integrity/ita", ita_views.years, "ita_years"),
    *page("integrity/ita/<int:year>", ita_views.year, "ita"),
    path("integrity/ita/<int:year>.xlsx", ita_views.ita_workbook, name="ita_workbook"),
    *page("integrity/measures", measure_views.measures, "measures"),
    *page("integrity/measures/<int:year>", measure_views.measure_year, "measure_year"),
    path(
        "integrity/measures/<int:year>.xlsx",
        measure_views.measure_workbook,
        name="measure_workbook",
    ),
    *page("integrity/assessments", assessment_views.assessments, "assessments"),
    *page("integrity/assessments/rubrics/<int:rubric_id>", assessment_views.rubric, "rubric"),
    *page("integrity/assessments/<int:assessment_id>", assessment_views.assessment, "assessment"),
    path(
        "integrity/assessments/<int:assessment_id>.xlsx",
        assessment_views.workbook,
        name="assessment_workbook",
    ),
    path("api/", api_views.description, name="api"),
    path(
        "api/catalogue.jsonld", disclosure_pages.catalogue_dcat, {"as_data": True}, "catalogue_dcat"
    ),
    path(
        "api/catalogue/government",
        disclosure_pages.catalogue_government,
        {"as_data": True},
        "catalogue_government",
    ),
    *page("disclosure", disclosure_pages.disclosure, "disclosure"),
    *page("disclosure/<int:year>", disclosure_pages.disclosure, "disclosure_year"),
    path("api/v1/", (v1.urls(), "ninja", "v1")),
    path("evidence/<str:key>/", evidence_file, name="evidence_file"),
    path("comments/", comment_ask, name="comment_ask"),
    path("comments/<int:comment_id>/", comment_act, name="comment_act"),
    path("admin/", admin.site.urls),
]

handler500 = "nhrc_plan.health.calm.server_error"
handler404 = "strategy.pages.page.not_found"
