"""The Live page: its panels, the plots that come later, and what follows the connection in front."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect
from PySide6.QtWidgets import QApplication, QWidget

from flux_desktop.base.problem import Problem
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.datasets.clip import Clip
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.data_set import DataSetShape
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.models.sound import read_shape
from flux_desktop.ui.pages.live_page import LEFT_MAX_PX, RIGHT_MAX_PX, RIGHT_PX, LivePage
from flux_desktop.ui.panels.left_column import LEFT_PX
from flux_desktop.ui.panels.plot_column import LEVEL
from flux_desktop.ui.services.heartbeat import Heartbeat
from flux_desktop.ui.style.stylesheet import stylesheet
from flux_desktop.ui.style.theme import ThemeSource
from tests.ui import scripted


@pytest.fixture
def state() -> AppState:
    return AppState()


@pytest.fixture
def page(qapp: QApplication, theme: ThemeSource, state: AppState) -> Iterator[LivePage]:
    heartbeat = Heartbeat()
    page = LivePage(theme, state, heartbeat)
    page.resize(1440, 900)
    yield page
    for part in (page, page.run_bar, page.status):
        part.close()
        part.deleteLater()
    heartbeat.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_choices_left_transcripts_in_the_middle_plots_right(page: LivePage) -> None:
    page.show()
    panels = (page.sound_panel, page.transcripts, page.plots)
    lefts = [panel.mapTo(page, panel.rect().topLeft()).x() for panel in panels]
    assert lefts == sorted(lefts)
    assert RIGHT_PX <= page.plots.width() < RIGHT_PX + 20
    assert page.transcripts.width() > 1440 - RIGHT_PX - LEFT_PX - 100, "the rest is the transcript's"


class Painted(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.times += event.type() is QEvent.Type.Paint
        return super().eventFilter(watched, event)


def test_the_window_is_painted_as_it_is_laid_out_before_the_plots_are_built(page: LivePage) -> None:
    page.show()
    QApplication.processEvents()
    painted = Painted(page)
    page.build_plots()
    assert painted.times == 1


def test_the_plots_are_built_later_with_what_is_chosen_by_then(page: LivePage, state: AppState) -> None:
    state.uses_microphone = True
    state.changed()
    state.run.reset(scripted.plan(2))
    page.transcripts.refresh()
    page.transcripts.show_connection(2)
    assert page.plots.plots == []
    page.build_plots()
    assert page.plots.deck.front == LEVEL
    assert page.plots.latency._front == 2


def test_the_plots_follow_the_connection_in_front(page: LivePage, state: AppState) -> None:
    page.build_plots()
    state.run.reset(scripted.plan(2))
    page.transcripts.refresh()
    assert page.plots.latency._front == 1
    page.transcripts.show_connection(2)
    assert page.plots.latency._front == 2


def test_the_level_is_shown_with_the_microphone(page: LivePage, state: AppState) -> None:
    page.build_plots()
    assert page.plots.deck.front != LEVEL
    page.sound_panel.use_microphone(True)
    assert page.plots.deck.front == LEVEL
    page.plots.deck.tabs.setCurrentIndex(0)
    state.changed()
    assert page.plots.deck.front != LEVEL, "only a change of the source brings it to the front"
    page.sound_panel.use_microphone(False)
    assert page.plots.deck.front != LEVEL


def test_work_begins_at_the_recording(page: LivePage) -> None:
    page.show()
    page.begin()
    assert page.focusWidget() is page.sound_panel.choose_button


def test_the_button_of_the_theme_switches_it(
    page: LivePage, theme: ThemeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[str] = []
    monkeypatch.setattr(theme, "set_mode", modes.append)
    page.run_bar.theme_button.click()
    assert modes == ["light"]


def test_large_pages_give_room_to_all_columns(page: LivePage) -> None:
    page.show()
    widths = []
    for width in (1440, 1920, 3840):
        page.resize(width, 1080)
        widths.append((page.left.width(), page.transcripts.width(), page.plots.width()))
    assert all(list(column) == sorted(column) for column in zip(*widths, strict=True))
    assert widths[2][0] == LEFT_MAX_PX
    assert widths[2][2] == RIGHT_MAX_PX
    assert widths[1] > widths[0]


def choose_audio(state: AppState, source: str) -> None:
    if source == "recording":
        state.recording = read_shape(resource_path(SAMPLE_RECORDING))
    elif source == "data set":
        state.data_set = DataSetShape(Path("/data/calls"), (Clip(path=Path("a.wav")),), (60.0,), 1)
    else:
        state.uses_microphone = True


@pytest.mark.parametrize("source", ["recording", "data set", "microphone"])
def test_with_an_account_open_and_listening_nothing_is_scrolled_at_1280_by_800(
    page: LivePage, state: AppState, theme: ThemeSource, source: str
) -> None:
    state.endpoints.account = [EndpointEntry(f"flux-{number}", "changed 2026-11-01 10:00") for number in range(3)]
    state.speech_models.known = True
    page.endpoint_panel.account_button.setChecked(True)
    page.endpoint_panel.account.show()
    page.endpoint_panel.refresh()
    why = "Environment variables, profiles, single sign-on and the role of this machine provide none."
    no_credentials = Problem(code="x", what="There are no AWS credentials.", why=why, todo="Run aws sso login.")
    page.endpoint_panel.account.show_state("", no_credentials)
    choose_audio(state, source)
    state.listening.wanted = True
    page.setStyleSheet(stylesheet(theme.current))
    page.resize(1216, 686)
    page.show()
    state.changed()
    QCoreApplication.processEvents()
    assert page.left.viewport().height() <= 686
    assert page.left.verticalScrollBar().maximum() == 0
    assert page.flux_panel.eot.slider.isVisible()


@pytest.mark.parametrize("has_account", [False, True])
@pytest.mark.parametrize("source", ["recording", "data set", "microphone"])
@pytest.mark.parametrize("height", [686, 960])
def test_nothing_on_the_left_moves_when_a_run_begins_and_ends(
    page: LivePage, state: AppState, theme: ThemeSource, height: int, source: str, has_account: bool
) -> None:
    page.setStyleSheet(stylesheet(theme.current))
    page.endpoint_panel.open_account(has_account)
    choose_audio(state, source)
    page.resize(1216, height)
    page.show()

    def places() -> list[QRect]:
        state.changed()
        QCoreApplication.processEvents()
        fields = (page.flux_panel.eot, page.flux_panel.timeout, page.flux_panel.filters_button)
        return [panel.geometry() for panel in (*panels, *fields)]

    panels = (page.endpoint_panel, page.sound_panel, page.flux_panel)
    before = places()
    for panel in panels:
        panel.set_locked(True)
    page.endpoint_panel.set_note("Recordings with a script use its words.")
    assert places() == before
    for panel in panels:
        panel.set_locked(False)
    assert places() == before


@pytest.mark.parametrize(("height", "is_shown"), [(620, False), (786, True)])
def test_what_can_be_sent_to_streams_is_shown_where_there_is_room(
    page: LivePage, state: AppState, theme: ThemeSource, height: int, is_shown: bool
) -> None:
    page.setStyleSheet(stylesheet(theme.current))
    choose_audio(state, "recording")
    page.resize(1216, height)
    page.show()
    state.changed()
    QCoreApplication.processEvents()
    assert page.flux_panel.controls.isVisible() is is_shown
    assert page.flux_panel.send_button.isVisible() is not is_shown
