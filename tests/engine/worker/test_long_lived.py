"""Objects of streams are put aside as their number grows, and not again when others take their places."""

from __future__ import annotations

import gc

import pytest

from flux_desktop.engine.worker.long_lived import LongLived


def test_what_exists_is_put_aside_when_more_connections_stream_than_before(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen_at: list[int] = []
    long_lived = LongLived()
    for streaming in (0, 3, 3, 7, 6, 7, 8):
        monkeypatch.setattr(gc, "freeze", lambda streaming=streaming: frozen_at.append(streaming))
        long_lived.look(streaming)
    assert frozen_at == [3, 7, 8]
