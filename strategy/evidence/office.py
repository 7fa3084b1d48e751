"""Office files: opened within limits, and refused where anything in them could run or be fetched.

Nothing is unpacked but the lists of contents and links, each up to a limit.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError
from zipfile import BadZipFile, ZipFile

from defusedxml.ElementTree import fromstring

from strategy.thai import Refusal

_FORMATS = "application/vnd.openxmlformats-officedocument."
XLSX = _FORMATS + "spreadsheetml.sheet"
DOCX = _FORMATS + "wordprocessingml.document"
PPTX = _FORMATS + "presentationml.presentation"
#: What the main part of each is called in the list of contents.
_MAIN = {
    f"{XLSX}.main+xml": XLSX,
    f"{DOCX}.main+xml": DOCX,
    f"{PPTX}.main+xml": PPTX,
}
_EMBEDDED = {".xlsx", ".docx", ".pptx"}
#: Parts that only hold words, pictures, fonts, sound and film.
_HARMLESS = _EMBEDDED | {
    ".xml", ".rels", ".vml", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf",
    ".wmf", ".wdp", ".svg", ".webp", ".fntdata", ".odttf", ".mp4", ".m4a", ".m4v", ".mov", ".mp3",
    ".wav", ".wma", ".wmv",
}  # fmt: skip
MOST_PARTS = 5_000
MOST_UNPACKED = 250_000_000
#: Unpacked to packed; sheets of figures reach some thirty.
MOST_RATIO = 200
_MOST_LIST = 2_000_000
_MOST_EMBEDDED = 20_000_000
_END = b"PK\x05\x06"
#: What reading a broken or forged archive or list can raise.
_BROKEN = (
    BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError,
    OSError, OverflowError, LookupError, ParseError,
)  # fmt: skip


def office_type(content: bytes, *, embedded: bool = False) -> str:
    """The content type of a Word, Excel or PowerPoint file without macros; else Refusal.

    ``embedded``: it lies in another one, as the figures of a chart do.
    """
    try:
        return _judged(content, embedded)
    except Refusal:
        raise
    except _BROKEN:
        raise Refusal("file_incomplete") from None


def _judged(content: bytes, embedded: bool) -> str:
    archive = ZipFile(BytesIO(content))
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > min(MOST_UNPACKED, MOST_RATIO * len(content)):
        raise Refusal("file_bomb")
    if archive.comment or content[-22:-18] != _END:
        raise Refusal("file_incomplete")
    names = {part.filename.lower() for part in parts if not part.is_dir()}
    if "[content_types].xml" not in names:
        raise Refusal("file_unknown")
    types = _contents(archive)
    if any("macroenabled" in each or "vbaproject" in each for each in types):
        raise Refusal("file_macros")
    if any("/macrosheets/" in name or "/activex/" in name for name in names):
        raise Refusal("file_macros")
    main = [_MAIN[each] for each in types if each in _MAIN]
    if len(main) != 1:
        raise Refusal("file_unknown")
    for name in names:
        suffix = PurePosixPath(name).suffix
        if name.endswith("vbaproject.bin"):
            raise Refusal("file_macros")
        if suffix not in _HARMLESS and not (suffix == ".bin" and "/printersettings/" in name):
            raise Refusal("file_embedded")
        if "/externallinks/" in name:
            raise Refusal("file_linked")
    for part in parts:
        suffix = PurePosixPath(part.filename.lower()).suffix
        if suffix == ".rels":
            _refuse_fetched(_list(archive, part.filename))
        elif suffix in _EMBEDDED:
            if embedded or part.file_size > _MOST_EMBEDDED:
                raise Refusal("file_embedded")
            office_type(archive.read(part), embedded=True)
    return main[0]


def _contents(archive: ZipFile) -> list[str]:
    """The types of the parts, as the list of contents names them, in small letters."""
    (name,) = (each for each in archive.namelist() if each.lower() == "[content_types].xml")
    return [str(each.get("ContentType", "")).lower() for each in _list(archive, name).iter()]


def _refuse_fetched(links: Element) -> None:
    """Only the links that a reader clicks on may lead out of the file."""
    for link in links.iter():
        outside = link.get("TargetMode", "").lower() == "external"
        if outside and not link.get("Type", "").lower().endswith("/hyperlink"):
            raise Refusal("file_linked")


def _list(archive: ZipFile, name: str) -> Element:
    with archive.open(name) as stream:
        content = stream.read(_MOST_LIST + 1)
    if len(content) > _MOST_LIST:
        raise Refusal("file_bomb")
    found: Element = fromstring(content)
    return found
