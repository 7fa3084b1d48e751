"""Fills in a workbook with LibreOffice, as a person would; run by a Python that has its bridge.

Standard input: JSON with ``office``, ``profile``, ``source``, ``target`` and ``typed``: for each
sheet {cell: what is typed}. Standard output: JSON by sheet with what the spreadsheet knows of each
cell: whether it is locked, which check it has, with its message and its choices.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import uno  # LibreOffice's bridge
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException


def told(**named: Any) -> tuple[Any, ...]:
    found = []
    for name, value in named.items():
        each = PropertyValue()
        each.Name, each.Value = name, value
        found.append(each)
    return tuple(found)


def desktop(pipe: str) -> Any:
    """The office, once it listens."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _try in range(240):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
        except NoConnectException:
            time.sleep(0.25)
    raise TimeoutError


def main() -> None:
    asked = json.load(sys.stdin)
    pipe = "filled" + asked["profile"].strip("/").replace("/", "_")
    office = subprocess.Popen(  # noqa: S603 - the office that the tests found
        [
            asked["office"], f"-env:UserInstallation=file://{asked['profile']}", "--headless",
            "--norestore", f"--accept=pipe,name={pipe};urp;",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        bench = desktop(pipe)
        book = bench.loadComponentFromURL(
            f"file://{asked['source']}", "_blank", 0, told(Hidden=True)
        )
        found: dict[str, Any] = {}
        for name, typed in asked["typed"].items():
            sheet = book.Sheets.getByName(name)
            found[name] = {"protected": sheet.isProtected()}
            for address, text in typed.items():
                cell = sheet.getCellRangeByName(address)
                check = cell.Validation
                found[name][address] = {
                    "locked": cell.CellProtection.IsLocked,
                    "check": check.Type.value,
                    "message": check.ErrorMessage,
                    "choices": check.getFormula1(),
                }
                if text is not None:
                    cell.setFormula(text)
        book.storeToURL(f"file://{asked['target']}", told(FilterName="Calc MS Excel 2007 XML"))
        book.close(True)
        bench.terminate()
        office.wait(60)
    finally:
        office.kill()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
