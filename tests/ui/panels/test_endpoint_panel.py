"""The list of endpoints, the account below it, and an unusual behaviour of the built-in one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.plan import LOCAL_ENDPOINT
from flux_desktop.flux.bundles import BUNDLES, LATEST
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.developer import LocalBehaviour
from flux_desktop.ui.models.endpoints import EndpointEntry
from flux_desktop.ui.panels.endpoint_panel import ENTRY_ROLE, ROW_LINE_PX, ROW_PX, EndpointPanel
from flux_desktop.ui.style.theme import ThemeSource

OTHER_BUILD = next(name for name in BUNDLES if name != LATEST.name)


class Bench:
    """A panel over two endpoints of an account."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.state = AppState()
        self.panel = EndpointPanel(theme, self.state)
        self.colours = theme.current
        qtbot.addWidget(self.panel)
        self.reloads: list[None] = []
        self.panel.refresh_wanted.connect(lambda: self.reloads.append(None))

    def list_account(self, *names: str, status: str = "InService") -> None:
        self.state.endpoints.account = [EndpointEntry(name, "ml.g6", status) for name in names]
        self.panel.refresh()

    @property
    def names(self) -> list[str]:
        rows = self.panel.list
        return [rows.item(row).data(ENTRY_ROLE).name for row in range(rows.count())]

    @property
    def selected(self) -> str:
        name: str = self.panel.list.currentItem().data(ENTRY_ROLE).name
        return name


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme)


def test_the_built_in_endpoint_is_listed_first_and_selected(bench: Bench) -> None:
    assert (bench.names, bench.selected) == ([LOCAL_ENDPOINT], LOCAL_ENDPOINT)
    bench.list_account("a", "b")
    assert (bench.names, bench.selected) == ([LOCAL_ENDPOINT, "a", "b"], LOCAL_ENDPOINT)
    asked: list[str] = []
    bench.panel.details_wanted.connect(lambda name, _window: asked.append(name))
    bench.panel.models_wanted.connect(lambda: asked.append("speech models"))
    bench.panel.details_button.click()
    assert asked == ["speech models"], "these are its details"


def test_a_choice_is_stored_and_shown(bench: Bench) -> None:
    bench.list_account("a", "b")
    bench.panel.list.setCurrentRow(2)
    assert bench.state.choices.endpoint == bench.state.endpoint == "b"
    asked: list[str] = []
    bench.panel.details_wanted.connect(lambda name, _window: asked.append(name))
    bench.panel.details_button.click()
    assert asked == ["b"]


def test_a_remembered_choice_is_selected_as_soon_as_it_is_listed(bench: Bench) -> None:
    bench.panel.select("b")
    assert bench.selected == LOCAL_ENDPOINT
    bench.list_account("a", "b")
    assert bench.selected == "b"
    bench.list_account("a")
    assert (bench.selected, bench.state.choices.endpoint) == (LOCAL_ENDPOINT, "b"), "it is not forgotten"


def test_the_list_is_at_most_four_rows_high(bench: Bench) -> None:
    bench.list_account("a")
    assert bench.panel.list.height() == 2 * ROW_PX + 4
    bench.list_account(*"abcdefg")
    assert bench.panel.list.height() == 4 * ROW_PX + 4


def test_of_many_endpoints_a_compact_list_shows_four_with_one_line_each(bench: Bench) -> None:
    bench.panel.set_compact(True)
    bench.list_account("a", "b")
    assert bench.panel.list.height() == 2 * ROW_PX + 4
    bench.list_account(*"abcdefg")
    bench.panel.grab()  # lays out
    rows = [bench.panel.list.visualItemRect(bench.panel.list.item(row)) for row in range(4)]
    assert {row.height() for row in rows} == {ROW_LINE_PX}
    assert bench.panel.list.height() >= rows[3].bottom()
    bench.panel.set_compact(False)
    bench.panel.grab()
    assert bench.panel.list.height() == 4 * ROW_PX + 4
    assert bench.panel.list.visualItemRect(bench.panel.list.item(0)).height() == ROW_PX


@pytest.mark.parametrize(("status", "token"), [("InService", "ok"), ("Creating", "warn"), ("Failed", "danger")])
def test_an_endpoint_is_painted_in_the_colour_of_its_status(bench: Bench, status: str, token: str) -> None:
    bench.list_account("a", status=status)
    bench.panel.resize(300, 300)
    row = bench.panel.list.visualItemRect(bench.panel.list.item(1))
    image = bench.panel.list.viewport().grab(row).toImage()
    painted = {image.pixelColor(x, y).name() for x in range(40) for y in range(image.height())}
    assert getattr(bench.colours, token) in painted
    others = {"ok", "warn", "danger"} - {token}
    assert not painted & {getattr(bench.colours, other) for other in others}


def test_the_account_is_loaded_when_it_is_opened(bench: Bench) -> None:
    assert bench.panel.account.isHidden()
    bench.panel.account_button.click()
    assert not bench.panel.account.isHidden()
    assert not bench.panel.refresh_button.isHidden()
    assert len(bench.reloads) == 1
    bench.list_account("a")
    bench.panel.open_account(True)
    assert len(bench.reloads) == 1, "it is open and loaded"
    bench.panel.refresh_button.click()
    assert len(bench.reloads) == 2
    bench.panel.open_account(False)
    assert bench.panel.account.isHidden()
    assert len(bench.reloads) == 2


def test_an_unusual_behaviour_is_shown_and_can_be_reset(bench: Bench) -> None:
    parts = (bench.panel.fault, bench.panel.build, bench.panel.reset_button)
    assert all(part.isHidden() for part in parts)
    bench.state.local = LocalBehaviour(fault="stall-ms", value=1400, bundle=OTHER_BUILD)
    bench.state.changed()
    assert not any(part.isHidden() for part in parts)
    assert "stall-ms=1400" in bench.panel.fault.toolTip()
    assert OTHER_BUILD in bench.panel.build.toolTip()
    bench.panel.reset_button.click()
    assert bench.state.local == LocalBehaviour()
    assert all(part.isHidden() for part in parts)


def test_during_a_run_nothing_can_be_changed(bench: Bench) -> None:
    bench.panel.open_account(True)
    bench.panel.set_locked(True)
    locked = (bench.panel.list, bench.panel.refresh_button, bench.panel.reset_button)
    assert not any(widget.isEnabled() for widget in locked)
    assert not bench.panel.account.isEnabled()
    bench.panel.set_locked(False)
    assert all(widget.isEnabled() for widget in locked)
    assert bench.panel.account.isEnabled()


def test_speech_recognition_is_shown_for_the_built_in_endpoint(bench: Bench, tmp_path: Path) -> None:
    english, shown = bench.state.speech_models.english, bench.panel.speech
    assert (shown.full_text(), bench.panel.models_button.isHidden()) == ("", True), "nothing is known yet"
    bench.state.speech_models.known = True
    bench.state.changed()
    assert (shown.full_text(), shown.property("role")) == ("Speech: no model installed", "warn")
    assert shown.toolTip() == "Only the sample is transcribed: Whisper tiny.en is not installed."
    english.step, english.received_bytes, english.total_bytes = "Downloading it.", 19, 76
    bench.state.changed()
    assert (shown.full_text(), shown.property("role")) == ("Downloading tiny.en: 25 %", "caption")
    english.step, english.folder = "", tmp_path
    bench.state.changed()
    assert (shown.full_text(), shown.property("role")) == ("Speech: Whisper tiny.en", "caption")
    bench.list_account("a")
    bench.panel.select("a")
    assert (shown.full_text(), bench.panel.models_button.isHidden()) == ("", True)


def test_the_note_of_a_run_takes_the_place_of_what_transcribes(bench: Bench) -> None:
    panel, shown = bench.panel, bench.panel.speech
    bench.state.speech_models.known = True
    panel.set_locked(True)
    panel.set_note("NOTE")
    assert shown.full_text() == "NOTE"
    panel.set_locked(False)
    assert shown.full_text() == "Speech: no model installed"
    assert shown.toolTip().startswith("NOTE\n"), "it can be read after the run, too"
    bench.list_account("a")
    panel.list.setCurrentRow(1)
    panel.set_note("OF A")
    assert shown.full_text() == "OF A"
    panel.list.setCurrentRow(0)
    assert "OF A" not in shown.toolTip(), "another endpoint was chosen"


def test_where_room_is_scarce_the_list_is_short_and_filters_come_with_many_endpoints(bench: Bench) -> None:
    panel = bench.panel
    bench.list_account(*"abc")
    all_rows = panel.list.height()
    panel.set_compact(True)
    assert panel.list.height() < all_rows
    assert panel.account.name.isHidden()
    bench.list_account(*"abcdefgh")
    assert not panel.account.name.isHidden()
    panel.set_compact(False)
    assert panel.list.height() == all_rows
