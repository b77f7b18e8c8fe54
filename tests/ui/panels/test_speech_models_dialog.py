"""Speech models in a real window: what is missing, a download over HTTPS, its progress, cancelling, a failure."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel

from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH, SpeechModel
from flux_desktop.speech_models.hugging_face import SITE_VARIABLE
from flux_desktop.ui.models.speech_models import SpeechModelState, SpeechModelStates
from flux_desktop.ui.panels.speech_models_dialog import SpeechModelRow, SpeechModelsDialog
from flux_desktop.ui.window.main_window import MainWindow
from tests.speech_models.conftest import CONTENTS, small_model
from tests.speech_models.hub import Hub, running_hub
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Waiting

NAME = ENGLISH.name


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A stand-in for Hugging Face that has a small model."""
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path / "models"))
    model = small_model()
    (tmp_path / "tls").mkdir()
    with running_hub(tmp_path / "tls") as hub:
        hub.files = {f"/{model.repository}/resolve/{model.revision}/{name}": data for name, data in CONTENTS.items()}
        monkeypatch.setenv(SITE_VARIABLE, hub.url)
        monkeypatch.setenv("SSL_CERT_FILE", hub.ca_file)
        yield hub


def open_dialog(window: MainWindow) -> tuple[SpeechModelsDialog, SpeechModelRow, SpeechModelState]:
    """The dialog through its menu entry, for a window whose English model is the small one."""
    model: SpeechModel = small_model()._replace(name=NAME)
    window.state.speech_models = SpeechModelStates({NAME: SpeechModelState(model)}, known=True)
    next(each for each in window.findChildren(QAction) if each.text() == "Speech Models…").trigger()
    dialog = window.findChild(SpeechModelsDialog)
    assert dialog is not None
    return dialog, dialog.rows[NAME], window.state.speech_models.english


def words(row: SpeechModelRow) -> str:
    return " ".join(label.text() for label in row.findChildren(QLabel))


def test_a_missing_model_is_downloaded_and_from_then_on_used(stage: Stage, hub: Hub) -> None:
    async def live(window: MainWindow) -> None:
        installed: list[str] = []
        window.speech_models.installed.connect(installed.append)
        dialog, row, state = open_dialog(window)
        assert row.fetch_button.text() == f"Download {state.model.size_text}"
        assert f"{state.model.size_text} from Hugging Face, stored in " in words(row)
        assert "no model installed" in window.live_page.endpoint_panel.speech.full_text()
        row.fetch_button.click()
        assert (row.fetch_button.isVisible(), row.cancel_button.isVisible(), row.bar.isVisible()) == (False, True, True)
        assert "Downloading" in window.live_page.endpoint_panel.speech.full_text()
        await until(lambda: installed == [NAME], "it is installed")
        store.verify(store.fetched_folder(state.model), state.model)
        assert row.status.text() == "installed"
        assert not any(part.isVisible() for part in (row.fetch_button, row.cancel_button, row.bar))
        assert str(store.fetched_folder(state.model)) in words(row)
        assert window.live_page.endpoint_panel.speech.full_text() == "Speech: Small model"
        dialog.reject()

    stage(Waiting, live)


@pytest.mark.parametrize("way", ["button", "closing the window"])
def test_a_download_that_is_ended_leaves_nothing(stage: Stage, hub: Hub, way: str) -> None:
    hub.pause_after, hub.go_on = 1000, threading.Event()

    async def live(window: MainWindow) -> None:
        _dialog, row, state = open_dialog(window)
        row.fetch_button.click()
        await until(lambda: bool(hub.asked) and state.total_bytes > 0, "some of it has come")
        assert row.bar.maximum() == 100
        assert hub.go_on is not None
        if way == "button":
            row.cancel_button.click()
            assert "Cancelling" in words(row)
            hub.go_on.set()
            await until(lambda: not state.fetching, "it has ended")
            assert "The download was cancelled." in words(row)
            assert row.fetch_button.isVisible()
            assert window.live_page.banners.banners() == []
        else:
            threading.Timer(0.05, hub.go_on.set).start()

    stage(Waiting, live)
    model = small_model()._replace(name=NAME)
    assert store.find(model) is None
    assert list(store.fetched_folder(model).parent.iterdir()) == []


def test_a_failed_download_says_why_and_can_be_repeated(stage: Stage, hub: Hub) -> None:
    files, hub.files = hub.files, {}

    async def live(window: MainWindow) -> None:
        _dialog, row, state = open_dialog(window)
        row.fetch_button.click()
        await until(lambda: state.problem is not None, "it has failed")
        assert "the server answered 404" in words(row)
        assert "then try again." in words(row)
        assert "flux-stress" not in words(row)
        await until(lambda: row.place.height() >= row.place.heightForWidth(row.place.width()), "no line is clipped")
        assert [banner.problem for banner in window.live_page.banners.banners()] == [state.problem]
        hub.files = files
        row.fetch_button.click()
        await until(lambda: state.folder is not None, "it is installed")

    stage(Waiting, live)
