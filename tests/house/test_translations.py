"""The Thai catalogue is complete in itself, and the compiled one is made from it.

Whether every word of the code is in it is asked by ``make lint`` (tests/support/translations.py).
"""

from __future__ import annotations

import json
import re

import polib
import pytest
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.i18n import JavaScriptCatalog

from tests.support.translations import CATALOGUE, TOP, gaps, the_catalogue, two_spellings, update


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return the_catalogue()


def test_every_word_is_translated(catalogue):
    assert len(catalogue) > 100
    assert gaps(catalogue) == []


def test_no_word_stands_twice(catalogue):
    keys = [(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete]
    assert len(keys) == len(set(keys))


def test_the_compiled_catalogue_is_up_to_date(catalogue):
    def texts(file):
        return {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in file}

    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.exists(), "make translations compiles it"
    translated = [entry for entry in catalogue if entry.translated()]
    assert texts(polib.mofile(str(compiled))) == texts(translated)


def made_up(*entries: polib.POEntry) -> polib.POFile:
    file = polib.POFile()
    file.extend(entries)
    return file


GOOD = polib.POEntry(msgid="%(count)s plans", msgstr="%(count)s แผน")


def test_a_sound_catalogue_has_no_gaps():
    assert gaps(made_up(GOOD), made_up(polib.POEntry(msgid=GOOD.msgid))) == []


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (polib.POEntry(msgid="plan"), "not translated: 'plan'"),
        (
            polib.POEntry(msgid="plan", msgstr="แผน", flags=["fuzzy"]),
            "doubtful (fuzzy): 'plan'",
        ),
        (
            polib.POEntry(msgid="%(count)s plans", msgstr="%(n)s แผน"),
            "placeholders differ: '%(count)s plans'",
        ),
        (
            polib.POEntry(
                msgid="%(n)s plan", msgid_plural="%(n)s plans", msgstr_plural={0: "%(m)s แผน"}
            ),
            "placeholders differ: '%(n)s plan'",
        ),
    ],
)
def test_a_bad_entry_is_reported(entry, complaint):
    assert gaps(made_up(entry)) == [complaint]


@pytest.mark.parametrize(
    "word",
    [
        polib.POEntry(msgid="unit", occurrences=[("kpis/models.py", "7")]),
        polib.POEntry(msgid=GOOD.msgid, msgctxt="x", occurrences=[("kpis/models.py", "7")]),
    ],
)
def test_a_word_of_the_code_that_is_missing_is_reported(word):
    assert gaps(made_up(GOOD), [GOOD, word]) == [f"missing: {word.msgid!r} (kpis/models.py)"]


def test_a_word_that_stands_nowhere_or_elsewhere_is_reported():
    idle = polib.POEntry(msgid="unit", msgstr="หน่วย")
    moved = polib.POEntry(msgid="plan", msgstr="แผน", occurrences=[("a.py", "")])
    word = polib.POEntry(msgid="plan", occurrences=[("b.py", "7")])
    assert gaps(made_up(GOOD, idle, moved), [GOOD, word]) == [
        "stands nowhere: 'unit'",
        "stands elsewhere by now: 'plan'",
    ]


@pytest.mark.parametrize(
    ("one", "other", "thai", "alike"),
    [
        ("month", "Month", "เดือน", True),
        ("nothing changed", "Nothing changed.", "ไม่เปลี่ยน", True),
        ("month", "months", "เดือน", False),
    ],
)
def test_two_spellings_of_one_word_are_reported(one, other, thai, alike):
    file = made_up(polib.POEntry(msgid=one, msgstr=thai), polib.POEntry(msgid=other, msgstr=thai))
    assert two_spellings(file) == ([f"two spellings: {one!r} and {other!r}"] if alike else [])


def test_our_words_have_one_spelling_each_and_say_where_they_stand(catalogue):
    assert two_spellings(catalogue) == []
    assert [entry.msgid for entry in catalogue if not entry.occurrences] == []


def test_an_update_adds_what_is_missing_and_takes_out_what_stands_nowhere():
    file = made_up(GOOD, polib.POEntry(msgid="idle", msgstr="ว่าง"))
    word = polib.POEntry(msgid="unit", occurrences=[("kpis/models.py", "7")])
    assert update(file, [word, GOOD]) == (1, 1)
    assert [entry.msgid for entry in file] == [GOOD.msgid, "unit"]
    assert [place for place, _line in file.find("unit").occurrences] == ["kpis/models.py"]
    assert gaps(file) == ["not translated: 'unit'"]


# ------------------------------------------- every catalogue: ours, the packages', the scripts'

PACKAGES = TOP / "locale" / "packages" / "th" / "LC_MESSAGES"
CATALOGUES = [CATALOGUE, PACKAGES / "django.po", PACKAGES / "djangojs.po"]
each_catalogue = pytest.mark.parametrize(
    "path", CATALOGUES, ids=[str(path.relative_to(TOP / "locale")) for path in CATALOGUES]
)

#: Django fills these with the English names of classes; the Thai leaves them out.
LEFT_OUT = {"%(from)s-%(to)s relationship", "%(from)s-%(to)s relationships"}

#: Latin words that stand in Thai sentences: file formats, keys of the keyboard, commands.
LATIN = {
    "Excel",
    "JSON",
    "IPv6",
    "Control",
    "Command",
    "Mac",
    "TRIAL",
    "manage.py",
    "bootstrap",
    "PIN",
}
LATIN |= {"a-z", "A-Z", "http", "https"}
LATIN |= {"ITA", "IIT", "EIT", "xlsx", "MB"}
#: Kinds of files, as people call them.
LATIN |= {"PDF", "PNG", "JPEG", "WebP", "Word", "PowerPoint", "CSV", "docx", "pptx", "csv", "zip"}
LATIN |= {"Office", "doc", "xls", "ppt"}
LATIN |= {"SHA-256", "verify_pack", "LibreOffice"}
LATIN |= {"Google", "Authenticator"}
LATIN |= {"SITE_URL", "EMAIL_FROM", "plan.example.org"}
#: Codes of indicators and projects, as examples.
LATIN |= {"S1-2.1", "S3-1.1", "S1-2"}
LATIN |= {"UTF-8", "Windows", "S3-1.1", "i27", "O8"}
#: Keys as keyboards have them; programs, settings and commands as administrators type them.
LATIN |= {"Enter", "Esc", "Page", "Down"}
LATIN |= {"BACKUP_DIR", "BACKUP_DRILL_DATABASE_URL", "BACKUP_PUBLIC_KEYS", "BACKUP_SECRET_KEY_FILE"}
LATIN |= {"CREATEDB", "Chromium", "Debian", "age1", "apt", "backup", "backup_drill", "chromium"}
LATIN |= {"install", "month", "path", "postgresql-client", "replace", "to"}
LATIN |= {"API", "OIT", "PUBLIC_READING"}
#: What programs send and are sent, in the words in which the API is described, and nowhere else.
OF_PROGRAMS = {
    "GET", "Authorization", "Bearer", "ETag", "If-None-Match", "Retry-After", "null", "fiscal_year",
    "per_page", "strategic", "scorecard", "number", "percent", "ratio", "level", "higher", "lower",
    "numeric", "milestone", "baseline", "none", "total", "instrument", "part", "indicator", "item",
    "item_part", "sample", "ce", "error", "code", "parameter",
}  # fmt: skip
_API = ("nhrc_plan/api/", "templates/api/")
_NOT_WORDS = re.compile(r"%\(\w+\)[a-z]|%[sdr]|\{\w*\}|<[^>]*>|\x04")
_LATIN_WORD = re.compile(r"[A-Za-z][\w.-]*", re.ASCII)
_THAI = re.compile(r"[ก-๛]")


def thai_texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def latin_words(text: str) -> set[str]:
    return {word.rstrip(".-") for word in _LATIN_WORD.findall(_NOT_WORDS.sub(" ", text))} - LATIN


def words_of_programs(entry: polib.POEntry) -> set[str]:
    return OF_PROGRAMS if all(path.startswith(_API) for path, _ in entry.occurrences) else set()


@each_catalogue
def test_a_catalogue_is_complete_and_sound(path):
    file = polib.pofile(str(path))
    assert [complaint for complaint in gaps(file) if complaint.split("'")[1] not in LEFT_OUT] == []
    assert [entry.msgid for entry in file if entry.obsolete] == []
    keys = [(entry.msgctxt, entry.msgid) for entry in file]
    assert len(keys) == len(set(keys))


@each_catalogue
def test_thai_has_one_form_for_every_number(path):
    file = polib.pofile(str(path))
    assert file.metadata["Language"] == "th"
    assert file.metadata["Plural-Forms"] == "nplurals=1; plural=0;"
    assert {tuple(entry.msgstr_plural) for entry in file if entry.msgid_plural} <= {(0,)}


@each_catalogue
def test_what_is_compiled_is_what_is_written(path):
    def texts(file):
        return {(e.msgctxt, e.msgid, e.msgid_plural): thai_texts(e) for e in file}

    compiled = polib.mofile(str(path.with_suffix(".mo")))
    assert texts(compiled) == texts(polib.pofile(str(path)))


@each_catalogue
def test_no_english_word_is_left(path):
    left = {
        entry.msgid: words
        for entry in polib.pofile(str(path))
        for text in thai_texts(entry)
        if (words := latin_words(text) - words_of_programs(entry))
    }
    assert left == {}


@each_catalogue
def test_markup_and_outer_blanks_are_kept(path):
    """A tag lost or a blank more would show on the page."""
    for entry in polib.pofile(str(path)):
        for text in thai_texts(entry):
            if "Referrer-Policy" not in entry.msgid:
                tags = re.findall(r"<[^>]*>", entry.msgid)
                assert re.findall(r"<[^>]*>", text) == tags, entry.msgid
            assert (text[:1].isspace(), text[-1:].isspace()) == (
                entry.msgid[:1].isspace(),
                entry.msgid[-1:].isspace(),
            ), entry.msgid


def test_a_word_is_ours_or_a_packages_and_never_both(catalogue):
    ours = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    theirs = {(e.msgctxt, e.msgid) for e in polib.pofile(str(PACKAGES / "django.po"))}
    assert ours & theirs == set()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("บันทึก", set()),
        ("รายงานที่ประชุม (Excel)", set()),
        ("เลือก%s จาก %(cnt)s <strong>แล้ว</strong> {name} {}", set()),
        ("ปีงบประมาณ year", {"year"}),
        ("คำสั่ง manage.py bootstrap.", set()),
    ],
)
def test_english_in_a_thai_sentence_is_seen(text, words):
    assert latin_words(text) == words


#: What users of the admin meet most, as (text,), (context, text) or (one, many).
OF_PACKAGES = [
    "Save",
    "Save and add another",
    "Save and continue editing",
    "Delete",
    "Add %(name)s",
    "Add another %(verbose_name)s",
    "Add %s",
    "Change %s",
    "View %s",
    "Select %s to change",
    "Select %s to view",
    "Change",
    "View",
    "Log in",
    "Log out",
    "View site",
    "Change password",
    "Password change",
    "Recent actions",
    "My actions",
    "None available",
    "Filter",
    " By %(filter_title)s ",
    "All",
    "Any date",
    "Today",
    "Empty",
    "Not empty",
    "Show counts",
    "Hide counts",
    "Clear all filters",
    "Show all",
    "Breadcrumbs",
    "Skip to main content",
    "Toggle navigation",
    "Start typing to filter…",
    "Toggle theme (current theme: auto)",
    "Change selected %(model)s",
    "Add another %(model)s",
    "View selected %(model)s",
    "Yes, I’m sure",
    "No, take me back",
    'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of the following related items will be deleted:',
    "The {name} “{obj}” was changed successfully.",
    "The %(name)s “%(obj)s” was deleted successfully.",
    "Please enter the correct %(username)s and password for a staff account. Note that both fields may be case-sensitive.",
    "Please enter a correct %(username)s and password. Note that both fields may be case-sensitive.",
    "This account is inactive.",
    "Authentication and Authorization",
    "username",
    "groups",
    "staff status",
    "Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
    "The two password fields didn’t match.",
    "This password is too common.",
    "Your password can’t be entirely numeric.",
    "This field is required.",
    "Enter a valid date.",
    "Enter a number.",
    "Enter a valid email address.",
    "Select a valid choice. %(value)s is not one of the available choices.",
    "%(model_name)s with this %(field_label)s already exists.",
    "Format",
    "Export selected %(verbose_name_plural)s",
    "Yesterday",
    "Changed by",
    ("%(counter)s result", "%(counter)s results"),
    ("Please correct the error below.", "Please correct the errors below."),
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    (
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
]


@pytest.mark.parametrize("text", OF_PACKAGES, ids=str)
def test_django_answers_in_thai(text):
    """The settings name both folders of catalogues, and Django reads them."""
    with translation.override("th"):
        found = translation.ngettext(*text, 2) if isinstance(text, tuple) else _(text)
    assert _THAI.search(found), found
    assert latin_words(found) == set()


def test_the_admins_scripts_answer_in_thai():
    view = JavaScriptCatalog.as_view(packages=["django.contrib.admin"])
    with translation.override("th"):
        script = view(RequestFactory().get("/")).text
    catalog = json.loads(re.search(r"const newcatalog = (\{.*?\n *\});", script, re.S)[1])
    for text in ("Available %s", "Choose all %s", "Remove all %s", "Cancel", "Filter"):
        assert _THAI.search(catalog[text]), text
    assert _THAI.search(catalog["%s selected option not visible"][0])
