"""The accuracy of a run in the window: figures, clips that can be sorted, and words that are aligned and escaped."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidget, QWidget

from flux_desktop.evaluation.accuracy.word_accuracy import worst_turns
from flux_desktop.ui.panels.accuracy_dialog import COLUMNS, LEGEND, AccuracyDialog, aligned_html, worst_html
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import DARK
from tests.evaluation.accuracy.test_word_accuracy import turns_of
from tests.reports.recorded_talk import small_accuracy


@pytest.fixture
def dialog(theme: ThemeSource) -> Iterator[AccuracyDialog]:
    parent = QWidget()
    yield AccuracyDialog(parent, small_accuracy(), theme.current)
    parent.deleteLater()


def cells(table: QTableWidget, row: int) -> list[str]:
    items = [table.item(row, column) for column in range(table.columnCount())]
    return ["" if item is None else item.text() for item in items]


def test_figures_have_their_definition(dialog: AccuracyDialog) -> None:
    assert cells(dialog.figures, 1)[0] == "WER normalised"
    assert cells(dialog.figures, 1)[1].startswith("40.0 % (95 % interval ")
    item = dialog.figures.item(0, 1)
    assert item is not None
    assert item.toolTip() == "All errors by all reference words, texts as written."


def test_clips_are_sorted_by_what_their_figures_mean(dialog: AccuracyDialog) -> None:
    table = dialog.clips
    assert [cells(table, row)[0] for row in range(2)] == ["a.wav", "b.wav"]
    assert cells(table, 0)[1:3] == ["2", "WER 20.0 %"]
    assert cells(table, 0)[5:] == ["2 of 4", "1 of 8"]
    assert cells(table, 1)[5:] == ["", ""], "the turns of this clip are not known"
    rate = [column.name for column in COLUMNS].index("Error rate")
    table.sortByColumn(rate, Qt.SortOrder.DescendingOrder)
    assert [cells(table, row)[0] for row in range(2)] == ["b.wav", "a.wav"]


def test_the_turns_of_the_selected_clip_are_shown(dialog: AccuracyDialog) -> None:
    assert dialog.clip_turns.toPlainText() == "Every turn was recognised without an error."
    dialog.clips.setCurrentCell(1, 3)
    assert "b.wav, turn 1" in dialog.clip_turns.toPlainText()
    dialog.clips.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    dialog.clips.setCurrentCell(1, 0)
    assert "b.wav" not in dialog.clip_turns.toPlainText()


def test_a_clip_without_text_sorts_last(theme: ThemeSource) -> None:
    accuracy = small_accuracy()
    empty = msgspec.structs.replace(accuracy.clips[0], clip="/data/0.wav", words=[], turns=None)
    parent = QWidget()
    dialog = AccuracyDialog(parent, msgspec.structs.replace(accuracy, clips=[empty, *accuracy.clips]), theme.current)
    dialog.clips.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert cells(dialog.clips, 2)[:3] == ["0.wav", "2", "no text"]
    parent.deleteLater()


def test_worst_turns_are_shown_as_text(dialog: AccuracyDialog) -> None:
    text = dialog.worst.toPlainText()
    assert text.startswith(LEGEND)
    assert "b.wav, turn 1 at 0.0 s 3 errors in 5 words" in text
    assert "the quick quiet brown fox jumps" in text


def test_errors_are_told_by_more_than_their_colour() -> None:
    marked = aligned_html((("a", "a"), ("b", "c"), ("d", None), (None, "e")), " ", DARK)
    assert marked == (
        f'a <s style="color:{DARK.danger}">b</s> <u style="color:{DARK.ok}">c</u> '
        f'<s style="color:{DARK.danger}">d</s> <u style="color:{DARK.ok}">e</u>'
    )


def test_recognised_markup_is_text() -> None:
    assert aligned_html(((None, "<img src=x>"),), " ", DARK).count("<img") == 0
    assert "&lt;b&gt;.wav" in worst_html(worst_turns(turns_of("<b>.wav", ("red", "green"))), DARK)


def test_a_run_without_errors_says_so() -> None:
    assert worst_html([], DARK) == "<p>Every turn was recognised without an error.</p>"


def test_every_part_has_a_name(dialog: AccuracyDialog) -> None:
    parts = (dialog.figures, dialog.clips, dialog.clip_turns, dialog.worst, dialog.tabs, dialog.tabs.tabBar())
    assert all(part.accessibleName() for part in parts)
    assert [dialog.tabs.tabText(n) for n in range(3)] == ["&Run", "&Clips (2)", "&Worst turns (2)"]
