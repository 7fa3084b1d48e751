"""Evidence: what a figure or a statement rests on (หลักฐานอ้างอิง)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from strategy.access import Viewer
from strategy.models import EvidenceFile
from strategy.records.model import PLACE, Path
from strategy.thai import format_date

#: The store, by its name in the settings, in which files lie.
STORE = "evidence"


class WithFiles(models.Manager):
    """Pieces together with their files, in one query."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().select_related("file")


class Evidence(models.Model):
    """An official letter, another document, a link, or a file; the others may have a file too.

    Part of the record that it supports: written by that record's service and kept in its history
    by ``audit_details``. Subclasses add the foreign key, with ``related_name="evidence"``.
    """

    class Kind(models.TextChoices):
        LETTER = "letter", _("official letter")
        DOCUMENT = "document", _("other document")
        LINK = "link", _("link")
        FILE = "file", _("file")

    position = models.PositiveSmallIntegerField(_("order"), default=1)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.LETTER)
    number = models.CharField(
        _("letter number"), max_length=100, blank=True, help_text=_("As printed on the letter.")
    )
    dated = models.DateField(_("dated"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    text = models.TextField(_("what it is"), blank=True)
    file = models.ForeignKey(
        EvidenceFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("file"),
    )

    objects = WithFiles()

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["position", "pk"]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return self.text or self.number or self.url or str(self.file or "")

    def as_details(self) -> dict[str, Any]:
        """This piece as it stands in its record's history row, a file with its checksum."""
        file = {"file": self.file.as_details()} if self.file else {}
        return {
            "kind": self.kind,
            "number": self.number,
            "dated": self.dated.isoformat() if self.dated else None,
            "url": self.url,
            "text": self.text,
            **file,
        }


#: Where the fields of a piece stand in ``as_details``.
EVIDENCE_PARTS: dict[str, Path] = {
    "position": (PLACE,),
    **{name: (name,) for name in ("kind", "number", "dated", "url", "text")},
    "file": ("file", "key"),
}


class SupportedByEvidence:
    """For a :class:`Record` that evidence belongs to: its place in the history, its readers.

    A record that does not say who sees it is read by those who read the drafts of all units.
    """

    audit_parts: ClassVar[Mapping[str, Mapping[str, Path]]] = {"evidence": EVIDENCE_PARTS}

    def audit_details(self) -> dict[str, Any]:
        return {"evidence": evidence_details(self)}

    def evidence_seen_by(self, who: Viewer) -> bool:
        """Whether somebody signed in may read what the record rests on now."""
        return self.history_seen_by(who)

    def history_seen_by(self, who: Viewer) -> bool:
        """Whether they may read its history, and with it what it once rested on."""
        return who.may_read_drafts(None)

    def evidence_written_by(self, who: Viewer) -> bool:
        """Whether they may enter what it rests on by itself."""
        return who.is_planner

    @classmethod
    def audit_lines(cls, name: str, value: Any) -> list[tuple[str, str]]:
        if name == "evidence":
            return [(str(_("evidence")), "\n".join(map(evidence_text, value)))]
        return super().audit_lines(name, value)  # type: ignore[misc,no-any-return]


class OpenEvidence(SupportedByEvidence):
    """Of a figure that counts as soon as it is entered: its evidence is read with it."""

    def evidence_seen_by(self, who: Viewer) -> bool:
        return True


def evidence_details(record: Any) -> list[dict[str, Any]]:
    """The evidence of a record for its ``audit_details``. No query after :func:`read_evidence`."""
    found = getattr(record, "evidence_read", None)
    pieces = record.evidence.all() if found is None else found
    return [
        piece.as_details() for piece in sorted(pieces, key=lambda piece: (piece.position, piece.pk))
    ]


def read_evidence(records: Sequence[Any]) -> None:
    """Read the evidence of many records at once, as it stands now, before their history."""
    if not records:
        return
    link = records[0]._meta.get_field("evidence").field
    found = defaultdict(list)
    ids = [record.pk for record in records]
    for piece in link.model.objects.filter(**{f"{link.name}__in": ids}):
        found[getattr(piece, link.attname)].append(piece)
    for record in records:
        record.evidence_read = found[record.pk]


def evidence_text(piece: Mapping[str, Any]) -> str:
    """A piece, as ``as_details`` keeps it, in one line: number and date, what it is, address.

    A file comes last, by its name and checksum.
    """
    dated = format_date(date.fromisoformat(piece["dated"])) if piece["dated"] else ""
    head = ", ".join(part for part in (piece["number"], dated) if part)
    file = piece.get("file")
    if isinstance(file, EvidenceFile):
        file = file.as_details()
    named = "{name} (SHA-256 {sha256})".format(**file) if file else ""
    return ": ".join(part for part in (head, piece["text"], piece["url"], named) if part)
