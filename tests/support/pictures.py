"""The pictures of the manual, made from the running system: ``make pictures``.

A trial with samples is set up in a folder of its own and served on a free port; a browser opens
what the manual speaks of as the account that would, and each picture is written anew.
"""

from __future__ import annotations

import io
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import openpyxl
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "manual" / "pictures"
PLAN = "/plans/nhrc-2566-2570"
WIDTH, HEIGHT = 1280, 760
#: Seconds until a fresh trial has to answer.
PATIENCE = 120

#: Name of the picture, account, address, pixels of height; what is done there first stands below.
SHOTS = (
    ("my-work", "reporter", "/my-work/", 780),
    ("month-of-results", "reporter", "/my-work/", HEIGHT),
    ("entry", "reporter", f"{PLAN}/entry/", 520),
    ("preview", "reporter", f"{PLAN}/entry/", 780),
    ("waiting", "approver", "/my-work/", HEIGHT),
    ("board", "executive", f"{PLAN}/board/?year=2569&month=12", HEIGHT),
    ("overview", "executive", f"{PLAN}/?year=2569&month=12", HEIGHT),
    ("indicator", "executive", f"{PLAN}/indicators/S3-1.1/?year=2569&month=12", HEIGHT),
    ("quality", "planner", f"{PLAN}/quality/", 560),
    ("person", "admin", "/admin/auth/user/add/", HEIGHT),
    ("table-columns", "planner", f"{PLAN}/tables/", 1_150),
    ("table-preview", "planner", f"{PLAN}/tables/", 900),
    ("next-plan", "planner", "/drafts/", HEIGHT),
    ("draft", "planner", "/drafts/", 900),
)

#: What is typed into the workbook before it is sent back, by sheet and heading.
TYPED = {
    ("ผลตัวชี้วัด", "ผลการดำเนินงาน"): (77.5, "ห้าสิบ"),
    ("การเบิกจ่าย", "เบิกจ่าย (บาท)"): (181_000,),
}
#: A table as the finance office might have it, in thousands of baht.
TABLE = (
    ("รายงานการเบิกจ่าย (ตัวอย่าง) ณ สิ้นเดือนพฤศจิกายน 2569", None, None, None, None),
    ("รหัส", "โครงการ", "งบประมาณ (พันบาท)", None, None),
    (None, None, "จัดสรร", "เบิกจ่าย", "ก่อหนี้"),
    ("1-1", "โครงการที่ 1 (ตัวอย่าง)", 2_000, 250, 100),
    ("1-2", "โครงการที่ 2 (ตัวอย่าง)", 1_500, 120.5, 0),
    ("1-3", "โครงการที่ 3 (ตัวอย่าง)", 900, "n/a", 0),
    (None, "รวม", 4_400, 370.5, 100),
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The row of the headings in each of its sheets.
HEADINGS = 3


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def served(folder: Path) -> Iterator[tuple[str, str]]:
    """A trial in ``folder``, while it lasts: its address and the password of its accounts."""
    port = free_port()
    environment = {
        **os.environ,
        "TRIAL": "1",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": f"sqlite:///{folder / 'trial.sqlite3'}",
        "EVIDENCE_DIR": str(folder / "evidence"),
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    told = subprocess.run(
        [*manage, "bootstrap", "--sample"],
        env=environment, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    password = re.search(r": (\S+)\)\s*$", told, re.MULTILINE)
    assert password, told
    server = subprocess.Popen(
        [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(PATIENCE):
            try:
                urlopen(f"{address}/login/").close()
                break
            except OSError:
                time.sleep(1)
        yield address, password[1]
    finally:
        server.terminate()
        server.wait()


def signed_in(browser: Browser, address: str, account: str, password: str) -> Page:
    page = browser.new_context(
        base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, accept_downloads=True
    ).new_page()
    page.set_default_timeout(PATIENCE * 1000)
    page.goto("/login/")
    page.fill("#id_username", account)
    page.fill("#id_password", password)
    with page.expect_navigation():
        page.press("#id_password", "Enter")
    return page


def month_of_results(page: Page, folder: Path) -> None:
    with page.expect_navigation():
        page.click("main a:has-text('บันทึกทั้งเดือนในหน้าเดียว')")


def waiting(page: Page, folder: Path) -> None:
    with page.expect_navigation():
        page.click("main a:has-text('ดูและอนุมัติ') >> nth=0")


def preview(page: Page, folder: Path) -> None:
    """Download the workbook, change some cells, send it back, and stand before the preview."""
    with page.expect_download() as begun:
        page.click("a:has-text('(.xlsx)')")
    path = folder / "entry.xlsx"
    begun.value.save_as(path)
    _sheet_picture(path, folder)
    book = openpyxl.load_workbook(path)
    for (sheet, heading), values in TYPED.items():
        [column] = [cell.column for cell in book[sheet][HEADINGS] if cell.value == heading]
        for row, value in enumerate(values, HEADINGS + 1):
            book[sheet].cell(row, column, value)
    _send(page, book, "สมุดงาน.xlsx")


def _send(page: Page, book: openpyxl.Workbook, name: str) -> None:
    """Choose a workbook on the page and send it."""
    held = io.BytesIO()
    book.save(held)
    file = {"name": name, "mimeType": XLSX, "buffer": held.getvalue()}
    page.set_input_files("input[type=file]", file)
    with page.expect_navigation():
        page.click("main form[enctype] button[type=submit]")
    page.wait_for_load_state()


def table_columns(page: Page, folder: Path) -> None:
    """Send a table, and stand before its columns."""
    book = openpyxl.Workbook()
    for row in TABLE:
        book.worksheets[0].append(row)
    for merged in ("A1:E1", "A2:A3", "B2:B3", "C2:E2"):
        book.worksheets[0].merge_cells(merged)
    page.check("input[name=kind][value=disbursements]")
    _send(page, book, "เบิกจ่าย (ตัวอย่าง).xlsx")


def table_preview(page: Page, folder: Path) -> None:
    table_columns(page, folder)
    with page.expect_navigation():
        page.click("main form button.primary")
    page.wait_for_load_state()


def draft(page: Page, folder: Path) -> None:
    """Begin the next plan from the one at work, and stand before the draft."""
    with page.expect_download() as begun:
        page.click("form[action*='begin'] button")
    path = folder / "plan.xlsx"
    begun.value.save_as(path)
    _send(page, openpyxl.load_workbook(path), "แผนฉบับต่อไป.xlsx")
    with page.expect_navigation():
        page.click("button[name=_confirm]")
    page.wait_for_load_state()


def _sheet_picture(path: Path, folder: Path) -> None:
    """How LibreOffice prints the sheet of results."""
    office, drawn = shutil.which("soffice"), shutil.which("pdftoppm")
    if office is None or drawn is None:
        print("Without LibreOffice and pdftoppm entry-workbook.png stays as it is.")
        return
    shown = folder / "entry-workbook.xlsx"
    shutil.copy(path, shown)
    for command in (
        [office, f"-env:UserInstallation=file://{folder}/office", "--headless",
         "--convert-to", "pdf", "--outdir", str(folder), str(shown)],
        [drawn, "-png", "-singlefile", "-f", "2", "-r", "96", str(shown.with_suffix(".pdf")),
         str(PICTURES / shown.stem)],
    ):  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)


STEPS: dict[str, Callable[[Page, Path], None]] = {
    "month-of-results": month_of_results,
    "preview": preview,
    "waiting": waiting,
    "table-columns": table_columns,
    "table-preview": table_preview,
    "draft": draft,
}


def main(wanted: list[str]) -> None:
    """Write the pictures called ``wanted``, without any all of them."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with (
        tempfile.TemporaryDirectory() as name,
        served(Path(name)) as (address, password),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for shot, account, path, height in SHOTS:
            if wanted and shot not in wanted:
                continue
            page = signed_in(browser, address, account, password)
            page.goto(path)
            if shot in STEPS:
                STEPS[shot](page, Path(name))
            page.set_viewport_size({"width": WIDTH, "height": height})
            page.screenshot(path=PICTURES / f"{shot}.png")
            page.context.close()
            print(shot)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
