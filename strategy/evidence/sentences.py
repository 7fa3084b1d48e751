"""The sentences for files that are refused: what is wrong with one, and what would be right."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, Any] = {
    "file_empty": _("The file is empty. Check it on your computer and choose it again."),
    "file_large": _(
        "The file is larger than %(limit)s MB. Make it smaller or split it, or name where it is "
        "kept as a link."
    ),
    "file_incomplete": _(
        "The file is damaged or incomplete. Open it on your computer, save it anew and choose "
        "it again."
    ),
    "file_unknown": _(
        "This kind of file is not kept. Choose a PDF, an image (PNG, JPEG, WebP), an Excel, Word "
        "or PowerPoint file (.xlsx, .docx, .pptx), a CSV file or plain text."
    ),
    "file_ending": _(
        "The name ends in “%(ending)s”, but by its content the file ends in %(right)s. Give it "
        "the right ending, or choose the right file."
    ),
    "file_old_office": _(
        "This is an Office file of the old kind (.doc, .xls, .ppt) or one locked by a password. "
        "Save it without a password as .docx, .xlsx or .pptx, or as a PDF."
    ),
    "file_macros": _(
        "The file holds macros or commands that run programs. Save it without them (.xlsx, .docx, "
        ".pptx), or as a PDF."
    ),
    "file_embedded": _(
        "Another file or program is embedded in this one. Take it out, or save this as a PDF."
    ),
    "file_linked": _(
        "The file fetches content from elsewhere. Break its links to other files, or save it as "
        "a PDF."
    ),
    "file_bomb": _(
        "Unpacked, the file is far larger than it looks, so it is not opened. Save it as a PDF."
    ),
    "file_markup": _(
        "The text holds code of web pages, which could run. Save the words alone, or save it as "
        "a PDF."
    ),
    "file_gone": _("The file that was chosen is no longer kept. Choose it again."),
    "file_elsewhere": _("This file belongs to another figure. Choose it again from your computer."),
    "file_not_stored": _(
        "The file could not be stored just now; what you typed is kept. Try again, and tell who "
        "runs the system if it happens again."
    ),
}
