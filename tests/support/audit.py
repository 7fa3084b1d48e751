"""``make audit``: known holes in the packages of the lock, and whether they could be looked up.

pip-audit counts a package that it could not look up as skipped and still succeeds. An audit of
nothing must not read as a clean one, so this says of how many packages it speaks.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

LOCK = "requirements.lock"


def verdict(report: dict[str, Any]) -> tuple[int, list[str]]:
    """Exit code and lines for people, from pip-audit's JSON: 1 for a hole, 0 otherwise."""
    packages = report["dependencies"]
    looked_up = [package for package in packages if "skip_reason" not in package]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}"
        + (f", mended in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else "")
        for package in looked_up
        for hole in package["vulns"]
    ]
    if holes:
        return 1, holes
    if not looked_up:
        return 0, [f"NOT AUDITED: the data on known holes cannot be reached ({LOCK})."]
    skipped = len(packages) - len(looked_up)
    line = f"No known hole in {len(looked_up)} packages of {LOCK}"
    return 0, [line + (f"; {skipped} could not be looked up." if skipped else ".")]


def main() -> int:
    run = subprocess.run(
        [sys.executable, "-m", "pip_audit", "--requirement", LOCK, "--no-deps", "--disable-pip",
         "--format", "json", "--progress-spinner", "off"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        report = json.loads(run.stdout)
    except json.JSONDecodeError:
        print(f"NOT AUDITED: the data on known holes cannot be reached ({LOCK}).")
        return 0
    code, lines = verdict(report)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
