"""One turn as a card: hold, decision, true end and eager end have their colours."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.evaluation.traces.trace_table import trace_table
from flux_desktop.ui.models.tune_turns import TurnEntry, turn_lists
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.tune_turn import CARD_PX, ENTRY_ROLE, TuneTurnDelegate
from tests.ui.models import tuning
from tests.ui.pixels import mask_of


def painted(theme: ThemeSource, entry: TurnEntry, parent: QWidget, *, selected: bool = False) -> QImage:
    delegate = TuneTurnDelegate(theme, parent)
    model = QStandardItemModel(1, 1)
    item = QStandardItem()
    item.setData(entry, ENTRY_ROLE)
    model.setItem(0, 0, item)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 380, CARD_PX + 8)
    if selected:
        option.state |= QStyle.StateFlag.State_Selected
    picture = QImage(380, CARD_PX + 8, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    delegate.paint(painter, option, model.index(0, 0))
    painter.end()
    return picture


def count(picture: QImage, colour: str) -> int:
    return int(mask_of(picture, colour).sum())


@pytest.mark.parametrize("eager", [None, 0.3])
def test_the_marks_have_their_colours(qtbot: QtBot, theme: ThemeSource, eager: float | None) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    table = trace_table(tuning.traces(4))
    entry = turn_lists(table, Setting(eot=0.6, eager=eager)).cut_off[0]
    picture, colours = painted(theme, entry, parent), theme.current
    assert count(picture, colours.danger) > 30, "the decision"
    assert count(picture, colours.ok) > 20, "the true end"
    assert count(picture, colours.border) > 500, "the hold"
    assert (count(picture, colours.eager) > 5) is (eager is not None)
    assert picture != painted(theme, entry, parent, selected=True)
