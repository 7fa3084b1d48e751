"""``make release VERSION=…``: cut a release from a clean main.

Writes the version, the dated changelog and publiccode.yml, commits and tags them, and lays the
artefacts in ``dist/``: the source, the list of its parts (CycloneDX), and their checksums. Nothing
leaves this machine; what is pushed where is said at the end.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

NAME = "nhrc-plan-tracker"
UNRELEASED = "## Unreleased"
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class Refused(Exception):
    """Why there is no release, in a sentence; nothing has been changed."""


def number(version: str) -> tuple[int, ...]:
    found = _VERSION.fullmatch(version)
    if found is None:
        raise Refused(f"A version is like 0.3.0, not {version!r}: make release VERSION=0.3.0")
    return tuple(map(int, found.groups()))


def replaced(pattern: str, by: str, text: str) -> str:
    """The text with the one place of ``pattern`` filled anew. Raises Refused where there is none."""
    text, count = re.subn(pattern, lambda found: found[1] + by + found[2], text, flags=re.MULTILINE)
    if count != 1:
        raise Refused(f"{count} places for {by!r}, where there has to be one.")
    return text


def project_of(text: str, version: str) -> str:
    """pyproject.toml with the next version; refuses one that is not above the last."""
    last = re.search(r'^version = "(.*)"$', text, re.MULTILINE)
    if last is None or number(version) <= number(last[1]):
        raise Refused(f"{version} has to be above {last[1] if last else 'the last one'}.")
    return replaced(r'^(version = ").*(")$', version, text)


def publiccode_of(text: str, version: str, day: date) -> str:
    text = replaced(r'^(softwareVersion: ").*(")$', version, text)
    return replaced(r'^(releaseDate: ").*(")$', day.isoformat(), text)


def changelog_of(text: str, version: str, day: date) -> str:
    """The changelog with what was unreleased under the version and its day."""
    head, mark, rest = text.partition(f"{UNRELEASED}\n")
    told = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    if not mark or not told.strip():
        raise Refused("CHANGELOG.md tells nothing under Unreleased.")
    return f"{head}{UNRELEASED}\n\n## {version} — {day.isoformat()}\n{rest}"


def git(top: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(top), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def release(top: Path, version: str, day: date) -> list[str]:
    """Cut it; gives what was made, a line each. Raises Refused before anything is changed."""
    number(version)
    if git(top, "branch", "--show-current") != "main":
        raise Refused("A release is cut from main.")
    if git(top, "status", "--porcelain"):
        raise Refused("There are changes that are not committed.")
    if git(top, "tag", "--list", f"v{version}"):
        raise Refused(f"There is a tag v{version} already.")
    written = {
        "pyproject.toml": lambda text: project_of(text, version),
        "publiccode.yml": lambda text: publiccode_of(text, version, day),
        "CHANGELOG.md": lambda text: changelog_of(text, version, day),
    }
    texts = {
        name: change((top / name).read_text(encoding="utf-8")) for name, change in written.items()
    }
    for name, text in texts.items():
        (top / name).write_text(text, encoding="utf-8")
    git(top, "commit", "--quiet", "--message", f"Release {version}", "--", *texts)
    signed = bool(subprocess.run(
        ["git", "-C", str(top), "config", "user.signingkey"], capture_output=True, check=False
    ).stdout.strip())  # fmt: skip
    git(top, "tag", "-s" if signed else "-a", f"v{version}", "--message", f"Release {version}")
    said = [f"v{version} is committed and tagged{'' if signed else ', without a signature'}."]
    return said + _artefacts(top, version)


def _artefacts(top: Path, version: str) -> list[str]:
    """Source, parts and checksums in ``dist/``; of one commit always the same bytes."""
    folder = top / "dist" / version
    folder.mkdir(parents=True)
    whole = f"{NAME}-{version}"
    source = folder / f"{whole}.tar.gz"
    git(
        top, "archive", "--format=tar.gz", f"--prefix={whole}/", f"--output={source}", f"v{version}"
    )
    parts = folder / f"{whole}.cdx.json"
    subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml",
         "--output-reproducible", "--output-format", "JSON", "--output-file", str(parts),
         "requirements.lock"],
        cwd=top, check=True, capture_output=True,
    )  # fmt: skip
    sums = folder / "SHA256SUMS"
    sums.write_text(
        "".join(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
            for path in (source, parts)
        )
    )
    return [str(path.relative_to(top)) for path in (source, parts, sums)]


def main() -> int:
    day = datetime.now(ZoneInfo("Asia/Bangkok")).date()
    try:
        made = release(Path.cwd(), sys.argv[1] if len(sys.argv) > 1 else "", day)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    print("\n".join(made))
    print("Now: git push --follow-tags, and the files of dist/ beside the tag.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
