"""A page as PDF by Chromium: letters that can be searched, bookmarks, tags for screen readers."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _

#: What the program is called where it is installed.
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
#: Seconds after which printing is given up.
_PATIENCE = 120


class NoPdf(Exception):
    """Why there is no PDF, in words for people."""


def chromium_path(given: str = "") -> str:
    """The program: the one given, else the first that is found. Raises NoPdf."""
    found = shutil.which(given) if given else next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoPdf(
            _("No Chromium was found. Install the package chromium, or say where it is: "
              "--chromium /path/to/chromium. Without one, open the page and print it there.")
        )  # fmt: skip
    return found


def print_pdf(page: Path, chromium: str) -> bytes:
    """The file of a page as PDF. Raises NoPdf where Chromium fails."""
    with TemporaryDirectory() as folder:
        out = Path(folder, "page.pdf")
        command = [
            chromium, "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions",
            "--disable-dev-shm-usage", f"--user-data-dir={folder}/profile",
            # Nothing is fetched: what the page needs lies beside it.
            "--host-resolver-rules=MAP * ~NOTFOUND", "--no-pdf-header-footer",
            "--generate-pdf-document-outline", "--export-tagged-pdf", f"--print-to-pdf={out}",
        ]  # fmt: skip
        if os.geteuid() == 0:
            command.append("--no-sandbox")  # Chromium has none for root
        try:
            ran = subprocess.run(  # noqa: S603 - a fixed command, the file is our own
                [*command, page.as_uri()], capture_output=True, timeout=_PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as failed:
            raise NoPdf(_("Chromium could not print: %(why)s") % {"why": failed}) from failed
        content = out.read_bytes() if out.exists() else b""
    if not content.startswith(b"%PDF-"):
        why = ran.stderr.decode(errors="replace").strip()[-500:]
        raise NoPdf(_("Chromium could not print: %(why)s") % {"why": why})
    return content
