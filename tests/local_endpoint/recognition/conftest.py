"""The installed English model, loaded once."""

from __future__ import annotations

import pytest

from flux_desktop.local_endpoint.recognition.whisper.model import WhisperModel
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH


@pytest.fixture(scope="session")
def whisper() -> WhisperModel:
    """Whisper tiny.en on one thread."""
    folder = store.find(ENGLISH)
    assert folder is not None, store.not_installed(ENGLISH).sentence()
    return WhisperModel(folder, threads=1)
