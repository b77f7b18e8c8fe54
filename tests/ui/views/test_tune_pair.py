"""One turn in both arms: what differs has its colour."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.tune_ab import TurnPair, turn_pairs
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.tune_pair import CARD_PX, TunePairDelegate
from flux_desktop.ui.views.tune_turn import ENTRY_ROLE
from tests.ui.models.test_tune_ab import arm
from tests.ui.views.test_tune_turn import count


def painted(theme: ThemeSource, pair: TurnPair, parent: QWidget) -> QImage:
    delegate, model, item = TunePairDelegate(theme, parent), QStandardItemModel(1, 1), QStandardItem()
    item.setData(pair, ENTRY_ROLE)
    model.setItem(0, 0, item)
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 640, CARD_PX + 8)
    picture = QImage(640, CARD_PX + 8, QImage.Format.Format_ARGB32)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    delegate.paint(painter, option, model.index(0, 0))
    painter.end()
    return picture


def test_words_and_decisions_are_marked(qtbot: QtBot, theme: ThemeSource) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    (words,) = turn_pairs([arm("the account is", 3.5)], [arm("the count is", 3.5)])
    (ends,) = turn_pairs([arm("the account is", 3.5)], [arm("the account is", 3.9)])
    colours = theme.current
    marked, unmarked = painted(theme, words, parent), painted(theme, ends, parent)
    texts = (picture.copy(0, 24, picture.width(), 24) for picture in (marked, unmarked))
    assert [count(text, colours.warn) > 20 for text in texts] == [True, False], "underlined words"
    half = unmarked.width() // 2
    for side in (unmarked.copy(0, 0, half, unmarked.height()), unmarked.copy(half, 0, half, unmarked.height())):
        assert count(side, QColor(colours.danger).name()) > 20, "each arm has its decision"
        assert count(side, colours.ok) > 10, "and the true end"
    assert count(marked, QColor(colours.danger).name()) == 0, "a decision of both arms does not stand out"
