"""Files that people send, and files that somebody means ill with."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
WEBP = b"RIFF" + struct.pack("<I", 12) + b"WEBPVP8 \x00\x00\x00\x00"
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EXE = b"MZ\x90\x00\x03\x00\x00\x00This program cannot be run in DOS mode."

_FORMATS = "application/vnd.openxmlformats-officedocument."
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD, SHEET, SLIDES = (
    "wordprocessingml.document",
    "spreadsheetml.sheet",
    "presentationml.presentation",
)


def png() -> bytes:
    """An image of one pixel."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + end

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = zlib.compress(b"\x00\x1d\x3a\x6e")
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


def office(
    kind: str = SHEET,
    *,
    main: str = "",
    parts: dict[str, bytes] | None = None,
    link: tuple[str, str] | None = None,
) -> bytes:
    """An Office file; ``main``: another type of its main part; ``link``: (type, target) outside."""
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/main.xml" ContentType="{main or f"{_FORMATS}{kind}.main+xml"}"/>'
        "</Types>"
    )
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("main.xml", "<main/>")
        if link is not None:
            archive.writestr(
                "_rels/main.xml.rels",
                f'<Relationships><Relationship Id="r" Type="{_RELATED}/{link[0]}" '
                f'Target="{link[1]}" TargetMode="External"/></Relationships>',
            )
        for name, content in (parts or {}).items():
            archive.writestr(name, content)
    return stream.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    """An archive that is no Office file."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()
