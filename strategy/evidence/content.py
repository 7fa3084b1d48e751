"""What an uploaded file is, decided by its content: whether it is one that runs nothing.

The name decides nothing, but its ending has to agree with the content, since it is the ending by
which the reader's own computer chooses what opens the file.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from strategy.evidence.office import DOCX, PPTX, XLSX, office_type
from strategy.thai import Refusal

PDF, PNG, JPEG, WEBP = "application/pdf", "image/png", "image/jpeg", "image/webp"
UTF8, THAI = "text/plain; charset=utf-8", "text/plain; charset=windows-874"

#: Every kind that is kept, with the endings under which it may come.
ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    WEBP: (".webp",),
    XLSX: (".xlsx",),
    DOCX: (".docx",),
    PPTX: (".pptx",),
    UTF8: (".csv", ".txt"),
    THAI: (".csv", ".txt"),
}
MOST_LETTERS = 150
#: The files of Word, Excel and PowerPoint before 2007, and of those locked by a password.
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: So far from the end a PDF or an image says that it is whole; some programs add a little.
_TAIL = 4096
#: What a browser could take for a page, in the words of its own rules of guessing and some more.
_MARKUP = re.compile(
    r"<(!doctype|!--|[?]|/?(html|head|body|title|meta|base|link|style|script|iframe|frame|svg|"
    r"object|embed|form|img|video|audio|table|div|font|h1|a|b|p|br)[\s/>])",
    re.IGNORECASE,
)
#: A formula of a spreadsheet that starts a program: =cmd|'/c …'!A1
_STARTS_PROGRAM = re.compile(r"""(^|[,;\t"'])\s*[=+@-][^\n,;|]*\|[^\n]*!""", re.MULTILINE)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def shown_name(name: str) -> str:
    """A file's name as it is kept: without folders, unseen characters and excess length."""
    seen = "".join(letter if letter.isprintable() else " " for letter in name.replace("\\", "/"))
    path = PurePath(" ".join(seen.split()))
    ending = path.suffix if len(path.suffix) <= 10 else ""
    stem = path.name.removesuffix(ending).strip()
    return stem[: MOST_LETTERS - len(ending)] + ending


def content_type_of(name: str, content: bytes) -> str:
    """The content type of a file that may be kept, one of :data:`ENDINGS`; Refusal says why not."""
    if not content:
        raise Refusal("file_empty")
    found = _by_content(content)
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS[found]:
        raise Refusal("file_ending", ending=ending or name, right=" ".join(ENDINGS[found]))
    return found


def _by_content(content: bytes) -> str:
    tail = content[-_TAIL:]
    if content.startswith(b"%PDF-"):
        return _whole(PDF, b"%%EOF" in tail)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _whole(PNG, b"IEND\xaeB`\x82" in tail)
    if content.startswith(b"\xff\xd8\xff"):
        return _whole(JPEG, b"\xff\xd9" in tail)
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        told = int.from_bytes(content[4:8], "little") + 8
        return _whole(WEBP, told <= len(content) <= told + 1)
    if content.startswith(b"PK\x03\x04"):
        return office_type(content)
    if content.startswith(_OLD_OFFICE):
        raise Refusal("file_old_office")
    return _text(content)


def _whole(found: str, is_whole: bool) -> str:
    if not is_whole:
        raise Refusal("file_incomplete")
    return found


def _text(content: bytes) -> str:
    """Plain text in UTF-8 or Windows-874, that no program takes for a page or runs."""
    if b"\x00" in content:
        raise Refusal("file_unknown")
    for found, encoding in ((UTF8, "utf-8-sig"), (THAI, "cp874")):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _UNSEEN.search(text):
            raise Refusal("file_unknown")
        if _MARKUP.search(text):
            raise Refusal("file_markup")
        if _STARTS_PROGRAM.search(text):
            raise Refusal("file_macros")
        return found
    raise Refusal("file_unknown")
