"""Accuracy of the run that is shown: its figures, those of each clip, and the worst turns with their words aligned."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from flux_desktop.evaluation.accuracy.alignment import Pair
from flux_desktop.evaluation.accuracy.word_accuracy import WorstTurn
from flux_desktop.reports.accuracy import ClipAccuracy, RunAccuracy
from flux_desktop.reports.accuracy_text import accuracy_rows, clip_name, errors_text, of_text, rate_of
from flux_desktop.ui.style.tokens import SPACE_L, SPACE_S, Theme
from flux_desktop.ui.widgets.basics import label, plain_tip

LEGEND = (
    "Texts after normalisation. Struck through: said, not recognised. Underlined: recognised instead or in addition."
)
_LABEL_PX = 190
_CLIP_PX = 190


class ClipColumn(NamedTuple):
    """A column of the table of clips."""

    name: str
    meaning: str


COLUMNS = (
    ClipColumn("Clip", "File of the clip"),
    ClipColumn("Sent", "How often the clip was sent"),
    ClipColumn("Error rate", "WER, or CER in scripts without spaces, after normalisation"),
    ClipColumn("95 % interval", "Of the error rate, resampled over the turns of the clip"),
    ClipColumn("n", "Words of the reference, or characters"),
    ClipColumn("Holds cut off", "Silences within a turn in which Flux ended the turn"),
    ClipColumn("Turns missed", "Turns without an end of turn within 3 s of their end"),
)


class AccuracyDialog(QDialog):
    """Open it with `open()`: it never blocks the window."""

    def __init__(self, parent: QWidget, accuracy: RunAccuracy, theme: Theme) -> None:
        super().__init__(parent)
        self.setWindowTitle("Accuracy")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(900, 640)
        self.figures = _figures_table(accuracy)
        self.clips = _clips_table(accuracy.clips)
        self.clip_turns = _browser("Turns of the clip with errors")
        self.worst = _browser("Worst turns")
        self.worst.setHtml(worst_html(accuracy.worst, theme))
        self._theme = theme
        self._by_clip = {clip.clip: clip for clip in accuracy.clips}
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName("Accuracy")
        self.tabs.tabBar().setAccessibleName("Parts of the accuracy")
        self.tabs.setDocumentMode(True)
        for widget, name in (
            (self.figures, "&Run"),
            (_above(self.clips, self.clip_turns), f"&Clips ({len(accuracy.clips)})"),
            (self.worst, f"&Worst turns ({len(accuracy.worst)})"),
        ):
            self.tabs.addTab(widget, name)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        layout.setSpacing(SPACE_S)
        layout.addWidget(label("Accuracy", "title"))
        layout.addWidget(label("Against the reference texts and turns that the recording holds.", "muted", wrap=True))
        layout.addWidget(self.tabs, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.clips.currentItemChanged.connect(lambda _now, _before: self._show_clip())
        self.clips.setCurrentCell(0, 0)

    def _show_clip(self) -> None:
        """The turns of the clip on which the table's cursor stands."""
        first = self.clips.item(self.clips.currentRow(), 0)
        clip = None if first is None else self._by_clip.get(first.data(Qt.ItemDataRole.UserRole))
        self.clip_turns.setHtml("" if clip is None else worst_html(clip.worst, self._theme))


def _above(upper: QWidget, lower: QWidget) -> QSplitter:
    both = QSplitter(Qt.Orientation.Vertical)
    both.setChildrenCollapsible(False)
    both.addWidget(upper)
    both.addWidget(lower)
    both.setStretchFactor(0, 3)
    both.setStretchFactor(1, 2)
    return both


def _browser(name: str) -> QTextBrowser:
    browser = QTextBrowser()
    browser.setOpenLinks(False)
    browser.setAccessibleName(name)
    return browser


def worst_html(worst: Sequence[WorstTurn], theme: Theme) -> str:
    """The worst turns as a document; every text is escaped."""
    if not worst:
        return "<p>Every turn was recognised without an error.</p>"
    parts = [f'<p style="color:{theme.muted}">{LEGEND}</p>']
    for turn in worst:
        errors = turn.errors
        times = f", {turn.times} times" if turn.times > 1 else ""
        where = f"{html.escape(clip_name(turn.clip))}, turn {turn.turn} at {turn.start_s:.1f} s"
        count = f"{errors_text(errors)}{times}"
        parts.append(
            f'<p style="margin-top:12px"><b>{where}</b> <span style="color:{theme.muted}">{count}</span><br>'
            f"{aligned_html(turn.pairs, '' if errors.unit == 'character' else ' ', theme)}</p>"
        )
    return "".join(parts)


def aligned_html(pairs: Sequence[Pair], separator: str, theme: Theme) -> str:
    """Equal words as they are; others struck through or underlined, in colours that are not needed to tell them."""
    pieces = []
    for reference, hypothesis in pairs:
        if reference == hypothesis:
            pieces.append(html.escape(reference or ""))
            continue
        piece = ""
        if reference is not None:
            piece += f'<s style="color:{theme.danger}">{html.escape(reference)}</s>'
        if hypothesis is not None:
            gap = " " if piece else ""
            piece += f'{gap}<u style="color:{theme.ok}">{html.escape(hypothesis)}</u>'
        pieces.append(piece)
    return separator.join(pieces)


class _Item(QTableWidgetItem):
    """A cell that sorts by a number where it has one."""

    def __init__(self, words: str, value: float | None = None) -> None:
        super().__init__(words)
        self.value = value
        if value is not None:
            self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        if isinstance(other, _Item) and self.value is not None and other.value is not None:
            return self.value < other.value
        return self.text() < other.text()


def _table(rows: int, columns: int, name: str) -> QTableWidget:
    table = QTableWidget(rows, columns)
    table.setAccessibleName(name)
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    return table


def _figures_table(accuracy: RunAccuracy) -> QTableWidget:
    rows = accuracy_rows(accuracy)
    table = _table(len(rows), 2, "Figures of the run")
    table.horizontalHeader().hide()
    table.setColumnWidth(0, _LABEL_PX)
    table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    for place, row in enumerate(rows):
        for column, words in enumerate((row.label[:1].upper() + row.label[1:], row.value)):
            item = QTableWidgetItem(words)
            item.setToolTip(row.meaning)
            table.setItem(place, column, item)
    return table


def _clips_table(clips: Sequence[ClipAccuracy]) -> QTableWidget:
    table = _table(len(clips), len(COLUMNS), "Accuracy of each clip")
    for column, entry in enumerate(COLUMNS):
        heading = QTableWidgetItem(entry.name)
        heading.setToolTip(entry.meaning)
        table.setHorizontalHeaderItem(column, heading)
    for place, clip in enumerate(clips):
        cells = _cells(clip)
        cells[0].setToolTip(plain_tip(clip.clip))
        cells[0].setData(Qt.ItemDataRole.UserRole, clip.clip)
        for column, item in enumerate(cells):
            table.setItem(place, column, item)
    header = table.horizontalHeader()
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
    header.setStretchLastSection(True)
    table.setColumnWidth(0, _CLIP_PX)
    table.setSortingEnabled(True)
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    return table


def _cells(clip: ClipAccuracy) -> list[_Item]:
    cells = [_Item(clip_name(clip.clip)), _Item(str(clip.times), clip.times)]
    if clip.words:
        words = max(clip.words, key=lambda each: each.normalised.rate.value or 0.0)
        rate = words.normalised.rate
        known = rate.low is not None and rate.high is not None
        between = f"{(rate.low or 0) * 100:.1f}\u2013{(rate.high or 0) * 100:.1f} %" if known else "one turn gives none"
        cells += [
            _Item("–" if rate.value is None else f"{words.label} {rate.value * 100:.1f} %", rate_of(clip)),  # noqa: RUF001
            _Item(between, rate.high if known else -1.0),
            _Item(str(rate.n), rate.n),
        ]
    else:
        cells += [_Item("no text", -1.0), _Item("", -1.0), _Item("", -1.0)]
    for share in () if clip.turns is None else (clip.turns.cut_offs_per_hold, clip.turns.missed):
        cells.append(_Item(of_text(share), share.value or 0.0))
    return cells
