"""Models that appear and vanish outside the window; downloads are tested with their dialog."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.speech_models import store
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.speech_models import SpeechModelState, SpeechModelStates
from flux_desktop.ui.services.speech_model_fetcher import SpeechModelFetcher
from flux_desktop.ui.services.tasks import UiTasks
from tests.speech_models.conftest import CONTENTS, small_model


def test_a_model_that_was_fetched_on_the_command_line_is_found(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    state, model = AppState(), small_model()._replace(name="tiny.en")
    state.speech_models = SpeechModelStates({model.name: SpeechModelState(model)})
    fetcher, installed, changes = SpeechModelFetcher(state, UiTasks(lambda problem: None)), [], []
    fetcher.installed.connect(installed.append)
    state.listen(lambda: changes.append(state.speech_models.english.folder))
    folder = store.fetched_folder(model)
    folder.mkdir()
    for name, data in CONTENTS.items():
        (folder / name).write_bytes(data)
    fetcher.look()
    assert (installed, changes) == ([], [folder]), "it was there before the window"
    (folder / "model.bin").unlink()
    fetcher.look()
    (folder / "model.bin").write_bytes(CONTENTS["model.bin"])
    fetcher.look()
    assert (installed, changes) == ([model.name], [folder, None, folder])
