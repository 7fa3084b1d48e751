"""Files of evidence on their way in: received, held by a form, kept with a figure; cleared.

A file that was received lies in the store, and the form holds it by a signed text. Only when the
figure is saved does a row say that it belongs there. What no row names after a day goes.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils import timezone

from strategy.evidence.content import content_type_of, shown_name
from strategy.evidence.model import STORE
from strategy.messages import sentence
from strategy.models import EvidenceFile
from strategy.records.entries import parts_replaced
from strategy.records.model import Record, actor_name
from strategy.thai import Refusal

#: So long a form holds a file that belongs to no figure yet; the store keeps it a little longer.
HELD = timedelta(hours=20)
KEPT_UNCLAIMED = timedelta(hours=24)
_SALT = "strategy.evidence.held"
logger = logging.getLogger(__name__)


def upload_store(upload: UploadedFile, user: Any) -> EvidenceFile:
    """Store a file that was sent, under a generated name; gives its row, not yet written.

    Raises ValidationError with the sentence for the field: it is too large, is no kind that is
    kept, or the store does not take it.
    """
    limit = settings.EVIDENCE_MAX_MB
    if (upload.size or 0) > limit * 1024 * 1024:
        raise sentence(Refusal("file_large", limit=limit))
    upload.seek(0)
    content, name = upload.read(), shown_name(upload.name or "")
    try:
        content_type = content_type_of(name, content)
    except Refusal as refusal:
        raise sentence(refusal) from None
    key = uuid4().hex
    try:
        storages[STORE].save(key, ContentFile(content))
    except Exception:  # whatever the store is: a full disk, a closed folder, a server that is away
        logger.exception("a file of evidence could not be stored")
        raise sentence(Refusal("file_not_stored")) from None
    return EvidenceFile(
        key=key,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        uploaded_by_id=user.pk,
        uploaded_by_name=actor_name(user),
        uploaded_at=timezone.now(),
    )


def held_text(file: EvidenceFile) -> str:
    """The signed text by which a form holds a file, stored with a figure or only received."""
    return signing.dumps(
        {
            **file.as_details(),
            "uploaded_by_id": file.uploaded_by_id,
            "uploaded_by_name": file.uploaded_by_name,
            "uploaded_at": file.uploaded_at.isoformat(),
        },
        salt=_SALT,
    )


def file_held(text: str, user: Any) -> EvidenceFile:
    """The file that a form holds. Raises ValidationError where it is not theirs, or gone.

    What belongs to a figure already is found whoever brought it, and whenever.
    """
    try:
        facts = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise sentence(Refusal("file_gone")) from None
    stored = EvidenceFile.objects.filter(pk=facts["key"]).first()
    if stored is not None:
        return stored
    received = datetime.fromisoformat(facts["uploaded_at"])
    if facts["uploaded_by_id"] != user.pk or timezone.now() - received > HELD:
        raise sentence(Refusal("file_gone"))
    return EvidenceFile(**{**facts, "uploaded_at": received})


def evidence_replaced(
    model: type[models.Model], link: str, owned: Iterable[tuple[Record, Sequence[Any]]]
) -> None:
    """Write pieces of evidence (``EvidenceEntry``) in place of those that records had.

    The files of them are kept for good from then on. Raises ValidationError where one belongs to
    another record.
    """
    owned = list(owned)
    _keep_files(
        {piece.file.pk: (piece.file, record) for record, pieces in owned for piece in pieces
         if piece.file is not None}
    )  # fmt: skip
    parts_replaced(
        model, link, [(record, [piece.fields() for piece in pieces]) for record, pieces in owned]
    )


def _keep_files(asked: Mapping[str, tuple[EvidenceFile, Record]]) -> None:
    """Note which figure each file belongs to. No query where there are none, else two."""
    if not asked:
        return
    stored = EvidenceFile.objects.in_bulk(asked)
    new = []
    for key, (file, record) in asked.items():
        figure = (record._meta.label, record.pk)
        if key not in stored:
            file.figure_type, file.figure_id = figure
            new.append(file)
        elif (stored[key].figure_type, stored[key].figure_id) != figure:
            raise sentence(Refusal("file_elsewhere"))
    EvidenceFile.objects.bulk_create(new)


def uploads_clear() -> int:
    """Delete received files that no figure took within a day; gives how many.

    A file that a figure, or its history, names has a row, and rows are never deleted.
    """
    store = storages[STORE]
    try:
        keys = set(store.listdir("")[1])
    except FileNotFoundError:
        return 0
    before = timezone.now() - KEPT_UNCLAIMED
    old = {key for key in keys if store.get_modified_time(key) < before}
    unclaimed = old - set(EvidenceFile.objects.values_list("key", flat=True))
    for key in unclaimed:
        store.delete(key)
    return len(unclaimed)
