"""What an endpoint's build supports: what is documented beside what was found, and a way to report it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QProgressBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flux_desktop.base.amounts import amount
from flux_desktop.flux.probe_findings import Finding, Outcome, ProbeReport
from flux_desktop.reports.probe_text import MARKS, ticket_lines
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_L
from flux_desktop.ui.widgets.basics import button, copy_text, label, plain_tip

HEADS = ("Feature", "Documented", "This build", "Seen")
FEATURES = 24
"""About how many features a probe looks at, for its progress."""
_SHAPES: dict[Outcome, str] = {"yes": "●", "no": "■", "unclear": "▲"}
_TOKENS: dict[Outcome, str] = {"yes": "ok", "no": "danger", "unclear": "warn"}


class ProbeDialog(QDialog):
    """Open it with `open()`.

    Signals:
        probe_wanted: the endpoint is to be probed, or probed again.
        cancel_wanted: the probe in progress is to end.
    """

    probe_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget, theme: ThemeSource, endpoint: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"What does {endpoint} support?")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 560)
        self._theme = theme
        self._report: ProbeReport | None = None
        self.probing = False
        self.state = label("", "body", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, FEATURES)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Progress of the probe")
        table = self.table = QTableWidget(0, len(HEADS))
        table.setHorizontalHeaderLabels(list(HEADS))
        table.setAccessibleName(f"What {endpoint} supports")
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = table.horizontalHeader()
        for column, width_px in enumerate((230, 170, 100)):
            table.setColumnWidth(column, width_px)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        self.probe_button = button(
            "Probe", self._pressed, kind="go", tip="At most 12 short streams in at most 60 s, one after another"
        )
        self.ticket_button = button("Copy for a ticket", self._copy_ticket, tip="Copy the table as plain text")
        self.json_button = button("Copy JSON", self._copy_json, tip="Copy the report, as of flux-stress probe --json")
        close = button("Close", self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.probe_button)
        buttons.addStretch()
        for widget in (self.ticket_button, self.json_button, close):
            buttons.addWidget(widget)
        column_of = QVBoxLayout(self)
        column_of.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column_of.addWidget(label(f"What does {endpoint} support?", "title", wrap=True))
        column_of.addWidget(self.state)
        column_of.addWidget(self.bar)
        column_of.addWidget(table, 1)
        column_of.addLayout(buttons)
        self.show_report(None)

    def show_probing(self) -> None:
        """A probe begins."""
        self.probing, self._report = True, None
        self.table.setRowCount(0)
        self._show_state("Probing with short streams, 60 s at most. What is found is shown at once.")

    def add_finding(self, finding: Finding) -> None:
        """Show one more finding."""
        row = self.table.rowCount()
        self.table.insertRow(row)
        mark = f"{_SHAPES[finding.outcome]} {MARKS[finding.outcome]}"
        for column, words in enumerate((finding.feature, finding.documented, mark, finding.seen)):
            item = QTableWidgetItem(words)
            item.setToolTip(plain_tip(words))
            if column == 2:
                item.setForeground(QColor(getattr(self._theme.current, _TOKENS[finding.outcome])))
            self.table.setItem(row, column, item)
        self.table.scrollToBottom()
        self.bar.setValue(min(FEATURES, row + 1))

    def show_report(self, report: ProbeReport | None, note: str = "") -> None:
        """Show a whole report, stored or new; None before the first one."""
        self.probing, self._report = False, report
        if report is None:
            self._show_state(note or "Not probed yet. The result is kept and used wherever parameters are chosen.")
            return
        self.table.setRowCount(0)
        for finding in report.findings:
            self.add_finding(finding)
        refused = sum(each.outcome == "no" for each in report.findings)
        counts = f"{len(report.findings)} features, {refused} not supported, {amount(report.streams, 'stream')}"
        words = report.problem or f"Probed {report.wall_time[:16].replace('T', ' ')} UTC: {counts}."
        unknown = f" {len(report.unknown_messages)} unknown messages, kept in the JSON." * bool(report.unknown_messages)
        self._show_state(" ".join(part for part in (words + unknown, note) if part))

    def _show_state(self, words: str) -> None:
        self.state.setText(words)
        self.bar.setVisible(self.probing)
        self.probe_button.setText("Cancel" if self.probing else "Probe" if self._report is None else "Probe again")
        for widget in (self.ticket_button, self.json_button):
            widget.setEnabled(self._report is not None)

    def _pressed(self) -> None:
        (self.cancel_wanted if self.probing else self.probe_wanted).emit()

    def _copy_ticket(self) -> None:
        if self._report is not None:
            copy_text("\n".join(ticket_lines(self._report)))

    def _copy_json(self) -> None:
        if self._report is not None:
            copy_text(msgspec.json.format(msgspec.json.encode(self._report)).decode())
