"""Beside the list of sessions: the facts of the selected one, or the comparison of two."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from flux_desktop.evaluation.comparing.comparison import Compared
from flux_desktop.reports.documents.comparison import CONDITIONS, Comparison
from flux_desktop.reports.documents.comparison_documents import comparison_markdown
from flux_desktop.reports.sessions.facts import SessionFacts
from flux_desktop.ui.models.session_table import day_of, detail_rows, verdict_words
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S
from flux_desktop.ui.views.change_row import ChangeRow, short
from flux_desktop.ui.widgets.basics import ElidedLabel, Panel, breakable, button, copy_text, label, pill, plain_tip
from flux_desktop.ui.widgets.flow import FlowLayout

NONE_SELECTED = "Select a session to see its facts, or two to compare them."
_TONES = {"NOT COMPARABLE": "warn", "WORSE": "danger", "BETTER": "ok", "UNDECIDED": "warn"}
REACH_LEAST_PERCENT = 10.0


def reach_percent(figures: Sequence[Compared]) -> float:
    """How far the plots of changes reach on both sides, so that most intervals are on them as a whole."""
    ends = sorted(
        abs(end) for each in figures for end in (each.percent.low, each.percent.high, each.percent.value) if end
    )
    middle = ends[len(ends) * 3 // 4] if ends else 0.0
    return max(REACH_LEAST_PERCENT, min(100.0, 1.2 * middle))


def command_of(base: str, new: str) -> str:
    """The command that compares the same two sessions."""
    return f'flux-stress compare {base} {new} --fail-on "update_p95_ms>+10%"'


class SessionDetailPanel(Panel):
    """Shows what it is given.

    Signals:
        swap_wanted: the two sessions are to be compared the other way round.
        force_wanted: sessions of different conditions are to be compared all the same.
        save_wanted: carries the `Comparison` that is to be saved as a document.
    """

    save_wanted = Signal(object)
    swap_wanted = Signal()
    force_wanted = Signal()

    def __init__(self, theme: ThemeSource) -> None:
        super().__init__("Session")
        self._theme = theme
        self._area = QScrollArea()
        self._area.setObjectName("reading")
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Facts or comparison")
        self._area.viewport().setAutoFillBackground(False)
        self.body.addWidget(self._area, 1)
        self._content = QWidget()
        self.show_none()

    def show_none(self) -> None:
        """Nothing is selected."""
        self._begin("Session").addWidget(label(NONE_SELECTED, "muted", wrap=True))
        self._end()

    def show_session(self, session: SessionFacts) -> None:
        """The facts of one session."""
        column = self._begin("Session")
        column.addWidget(label(verdict_words(session), "strong"))
        for words in filter(None, (session.about.title, session.about.note)):
            column.addWidget(label(breakable(words), "body", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        for row, (name, words) in enumerate(detail_rows(session)):
            grid.addWidget(label(name, "muted", wrap=True), row, 0, Qt.AlignmentFlag.AlignTop)
            if name == "Settings":  # there can be several, and all of them are to be read
                grid.addWidget(label(breakable(words), wrap=True), row, 1, Qt.AlignmentFlag.AlignTop)
                continue
            value = ElidedLabel()
            value.setText(words)
            grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 4)
        grid.setColumnStretch(1, 5)
        column.addLayout(grid)
        self._end()

    def show_waiting(self, base: SessionFacts, new: SessionFacts) -> None:
        """The comparison is being computed."""
        column = self._begin("Compare")
        self._sides(column, base, new)
        column.addWidget(label("Reading both recordings…", "muted"))
        self._end()

    def show_failed(self, base: SessionFacts, new: SessionFacts, why: str) -> None:
        """The comparison cannot be made."""
        column = self._begin("Compare")
        self._sides(column, base, new)
        column.addWidget(label(breakable(why), "danger", wrap=True))
        self._end()

    def show_comparison(self, base: SessionFacts, new: SessionFacts, result: Comparison) -> None:
        """The comparison of two sessions."""
        column = self._begin("Compare")
        self._sides(column, base, new)
        different = [name for name in CONDITIONS if any(f"different {name}" in reason for reason in result.reasons)]
        ticks = [f"{'✗' if name in different else '✓'} {name}".replace(" ", "\u00a0") for name in CONDITIONS]
        column.addWidget(label("   ".join(ticks), "caption", wrap=True))
        word = "NOT COMPARABLE" if not result.comparable else _word(result)
        column.addWidget(pill(word, _TONES.get(word, "quiet")))
        column.addWidget(label(breakable(short(result.verdict())), "strong", wrap=True))
        if not result.comparable and not result.figures and result.forcible:
            self.force_button = button("Compare anyway", self.force_wanted.emit, tip="Show the figures all the same")
            column.addWidget(self.force_button)
        reach = reach_percent(result.figures)
        for figure in result.figures:
            column.addWidget(ChangeRow(self._theme, figure, reach))
        if result.figures:
            words = f"Change in percent of the base, ±{reach:.0f} %, with 95\u00a0% intervals; point at a row for n."
            note = label(words, "caption", wrap=True)
            note.setToolTip(plain_tip("\n".join(result.notes())))
            column.addWidget(note)
        command = command_of(base.name, new.name)
        shown = ElidedLabel("caption")
        shown.setText(command)
        column.addWidget(shown)
        swap = button("Swap", self.swap_wanted.emit, tip="Compare the other way round")
        copy = button("Copy command", lambda: copy_text(command), tip=plain_tip(command))
        self.markdown_button = button(
            "Copy Markdown",
            lambda: copy_text(comparison_markdown(result)),
            tip="Copy the comparison for a ticket or a page",
        )
        self.save_button = button(
            "Save…",
            lambda: self.save_wanted.emit(result),
            tip="Save the comparison as Markdown, JUnit or JSON",
        )
        buttons = QWidget()
        self._flow = FlowLayout(buttons)  # held: Qt asks a layout written in Python for its height at any time
        for each in (self.markdown_button, self.save_button, copy, swap):
            self._flow.addWidget(each)
        column.addWidget(buttons)
        self._end()

    def _sides(self, column: QVBoxLayout, base: SessionFacts, new: SessionFacts) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_S)
        for row, (name, session) in enumerate((("BASE", base), ("NEW", new))):
            grid.addWidget(pill(name, "accent"), row, 0)
            words = ElidedLabel("strong")
            begun = day_of(session.wall_time) or session.name
            words.setText(f"{begun} · {session.connections} × {session.minutes:.1f} min")  # noqa: RUF001
            grid.addWidget(words, row, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)

    def _begin(self, title: str) -> QVBoxLayout:
        self.title.setText(title)
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_S)
        return column

    def _end(self) -> None:
        layout = self._content.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.addStretch()
        self._area.setWidget(self._content)
        self._content.setAutoFillBackground(False)  # `setWidget` turns it on


def _word(result: Comparison) -> str:
    findings = {str(figure.finding) for figure in result.figures}
    if result.failed or "worse" in findings:
        return "WORSE"
    if "better" in findings:
        return "BETTER"
    return "UNDECIDED" if "undecided" in findings else "NO DIFFERENCE"
