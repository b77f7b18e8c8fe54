"""A small model in the shape of the real ones, and a stand-in for the site that has it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ModelFile, SpeechModel
from flux_desktop.speech_models.hugging_face import SITE_VARIABLE
from tests.speech_models.hub import Hub, running_hub

CONTENTS = {"config.json": b"{}", "model.bin": bytes(range(256)) * 4000, "vocabulary.txt": b"a\nb\n"}


def small_model() -> SpeechModel:
    files = tuple(ModelFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENTS.items())
    return SpeechModel("small", "Small model", "no language", "somebody/small", "0123456789abcdef", "MIT", files)


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SpeechModel:
    """A model whose folder is empty."""
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    return small_model()


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: SpeechModel) -> Iterator[Hub]:
    """The stand-in with the model, trusted and used by the code under test."""
    (tmp_path / "tls").mkdir()
    with running_hub(tmp_path / "tls") as hub:
        hub.files = {f"/{model.repository}/resolve/{model.revision}/{name}": data for name, data in CONTENTS.items()}
        monkeypatch.setenv(SITE_VARIABLE, hub.url)
        monkeypatch.setenv("SSL_CERT_FILE", hub.ca_file)
        yield hub
