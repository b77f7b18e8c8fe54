"""The lists of turns: which are shown, and how one is played."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.models.tune import TuneModel
from flux_desktop.ui.models.tune_turns import TurnEntry, TurnOrder, ordered
from flux_desktop.ui.panels.turns_panel import TurnsPanel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.tune_turn import ENTRY_ROLE
from tests.ui.panels.tune_bench import record


@pytest.fixture
def model() -> TuneModel:
    return TuneModel()


@pytest.fixture
def panel(qtbot: QtBot, theme: ThemeSource, model: TuneModel) -> TurnsPanel:
    panel = TurnsPanel(theme, model)
    qtbot.addWidget(panel)
    panel.resize(400, 560)
    panel.show()
    return panel


def shown(panel: TurnsPanel) -> list[TurnEntry]:
    rows = panel.cards.rows
    return [rows.index(row).data(ENTRY_ROLE) for row in range(rows.rowCount())]


def test_the_tabs_count_and_list_the_turns(panel: TurnsPanel, model: TuneModel) -> None:
    assert panel.tabs.isHidden()
    record(model, Setting(eot=0.6))
    panel.refresh()
    assert panel.tabs.tabText(0) == "Cut off 4"
    assert panel.tabs.tabText(1) == "Missed 0"
    assert len(shown(panel)) == 4
    assert "| to move my booking" in panel.cards.rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    panel.tabs.setCurrentIndex(1)
    assert panel.cards.isHidden()
    assert panel.empty.text() == "No turn is missed at this setting."
    panel.tabs.setCurrentIndex(2)
    assert len(shown(panel)) == 20


def test_the_order_is_chosen_by_keyboard(panel: TurnsPanel, model: TuneModel) -> None:
    record(model, Setting(eot=0.6))
    panel.refresh()
    before = shown(panel)
    panel.order.setFocus()
    QTest.keyClick(panel.order, Qt.Key.Key_Down)
    assert panel.order.currentText() == TurnOrder.CLIP
    assert shown(panel) == list(ordered(before, TurnOrder.CLIP))
    assert panel.listed.full_text() == "4 turns"
    panel.tabs.setCurrentIndex(2)
    assert "20 of " in panel.listed.full_text()


def test_all_turns_can_be_exported_once_there_are_some(panel: TurnsPanel, model: TuneModel) -> None:
    wanted: list[None] = []
    panel.export_wanted.connect(lambda: wanted.append(None))
    assert panel.export_button.isHidden()
    record(model, Setting(eot=0.6))
    panel.refresh()
    panel.export_button.setFocus()
    QTest.keyClick(panel.export_button, Qt.Key.Key_Space)
    assert wanted == [None]


def test_space_enter_and_the_round_button_play(panel: TurnsPanel, model: TuneModel) -> None:
    record(model, Setting(eot=0.6), path="clip.wav")
    panel.refresh()
    wanted: list[TurnEntry] = []
    panel.cards.play_wanted.connect(wanted.append)
    first, second = panel.cards.rows.index(0), panel.cards.rows.index(1)
    panel.cards.setCurrentIndex(second)
    QTest.keyClick(panel.cards, Qt.Key.Key_Space)
    QTest.keyClick(panel.cards, Qt.Key.Key_Return)
    card = panel.cards.cards.card_box(QRectF(panel.cards.visualRect(first)))
    button = panel.cards.cards.button_box(card).center().toPoint()
    QTest.mouseClick(panel.cards.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, button)
    elsewhere = QPoint(round(card.right()) - 20, round(card.top()) + 8)
    QTest.mouseClick(panel.cards.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, elsewhere)
    entries = shown(panel)
    assert wanted == [entries[1], entries[1], entries[0]]


def test_recordings_that_come_to_the_front_are_asked_for_once(panel: TurnsPanel, model: TuneModel) -> None:
    asked: list[tuple[TurnEntry, ...]] = []
    panel.shapes_wanted.connect(asked.append)
    record(model, Setting(eot=0.6))
    panel.refresh()
    panel.refresh()
    assert len(asked) == 1
    assert len(asked[0]) == 4


def test_the_playhead_and_the_loudness_are_painted(panel: TurnsPanel, model: TuneModel) -> None:
    record(model, Setting(eot=0.6), path="clip.wav")
    panel.refresh()
    panel.cards.setCurrentIndex(panel.cards.rows.index(3))
    pictures = [panel.cards.grab().toImage()]
    panel.show_shapes({"0-clip.wav": WavShape(Path("0-clip.wav"), 16.0, 16_000, 1, np.linspace(0.1, 0.9, 400))})
    pictures.append(panel.cards.grab().toImage())
    panel.show_playing(shown(panel)[0], 2.0)
    pictures.append(panel.cards.grab().toImage())
    panel.show_playing(shown(panel)[0], 4.0)
    pictures.append(panel.cards.grab().toImage())
    assert all(one != other for one, other in pairwise(pictures))


def test_without_an_output_it_is_said(panel: TurnsPanel, model: TuneModel) -> None:
    record(model, Setting(eot=0.6), path="clip.wav")
    panel.refresh()
    panel.show_trouble("There is no sound output.", can_play=False)
    assert not panel.trouble.isHidden()
    assert panel.cards.toolTip() == "There is no sound output."
    panel.show_trouble("", can_play=True)
    assert panel.trouble.isHidden()
