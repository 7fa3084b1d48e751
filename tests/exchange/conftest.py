"""What tests of imports share."""

from __future__ import annotations

import pytest

from strategy.workbook import apart, upload


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader without its process, which tests/integrity/test_ita_upload.py starts."""
    monkeypatch.setattr(upload, "_apart", apart.answered)
