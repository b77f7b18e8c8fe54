"""The pinned models: what a typing error in a digest or a revision would break."""

from __future__ import annotations

import re

import pytest

from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH, MODELS, MULTILINGUAL, SpeechModel


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_every_file_is_pinned(model: SpeechModel) -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", model.revision)
    assert [file.name for file in model.files] == ["config.json", "model.bin", "vocabulary.txt"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", file.sha256) for file in model.files)


def test_the_pins_of_the_english_model_are_those_of_the_installed_files() -> None:
    folder = store.find(ENGLISH)
    assert folder is not None, store.not_installed(ENGLISH).sentence()
    store.verify(folder, ENGLISH)


def test_a_damaged_file_is_named_with_what_to_do(tmp_path) -> None:
    folder = store.find(ENGLISH)
    assert folder is not None
    for file in ENGLISH.files:
        (tmp_path / file.name).write_bytes((folder / file.name).read_bytes() if file.size_bytes < 10**6 else b"no")
    with pytest.raises(store.ProblemError) as caught:
        store.verify(tmp_path, ENGLISH)
    assert caught.value.problem.code == "speech_model_damaged"
    assert "model.bin" in caught.value.problem.what
    assert "recogniser fetch --force" in caught.value.problem.todo


def test_sizes_are_told_in_megabytes() -> None:
    assert (ENGLISH.size_text, MULTILINGUAL.size_text) == ("76 MB", "76 MB")
    assert store.fetch_command(MULTILINGUAL) == "flux-stress recogniser fetch tiny"
