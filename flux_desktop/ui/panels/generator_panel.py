"""The machines that carry a run on several: a row each, once something is known of them."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from flux_desktop.engine.records.facts import GeneratorRow
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.tokens import SPACE_M, SPACE_S
from flux_desktop.ui.widgets.basics import ElidedLabel, label, plain_tip, set_role

_HEADINGS = ("Generator", "Streams", "CPU", "Pacing", "Clock", "Silent")
_TIPS = (
    "Name under which it has joined the cluster",
    "Connections that it carries now",
    "Of one processor core: of its busiest engine process",
    "Pacing error, p99: how late its audio was sent",
    "Difference of its clock from this machine's, in milliseconds, and by how much the estimate may be wrong",
    "Time since its last answer; point at a row for the longest time in the run",
)


class GeneratorPanel(QFrame):
    """Hidden for runs of this machine alone."""

    def __init__(self, model: RunModel) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAccessibleName("Generators")
        self._model = model
        self._shown: list[GeneratorRow] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(2)
        layout.addLayout(self._grid)
        for column, (text, tip) in enumerate(zip(_HEADINGS, _TIPS, strict=True)):
            heading = label(text, "caption")
            heading.setToolTip(tip)
            self._grid.addWidget(heading, 0, column)
        self._grid.setColumnStretch(0, 1)
        self.hide()

    def refresh(self) -> None:
        """Show the newest rows."""
        rows = self._model.current.generators
        if rows is self._shown:
            return
        self._shown = rows
        self.setVisible(bool(rows))
        for line, row in enumerate(rows, start=1):
            for column, text in enumerate(_texts(row)):
                item = self._grid.itemAtPosition(line, column)
                cell = item.widget() if item is not None else None
                if cell is None:
                    cell = ElidedLabel("caption") if column == 0 else label(text, "caption")
                    self._grid.addWidget(cell, line, column)
                assert isinstance(cell, QLabel)
                cell.setText(text)
                set_role(cell, "danger" if row.lost else "caption")
                cell.setToolTip(
                    plain_tip(row.lost or f"{row.name}: silent for {row.heard_at_most_s_ago:.1f} s at most")
                )
                cell.setVisible(True)
        for line in range(len(rows) + 1, self._grid.rowCount()):
            for column in range(len(_HEADINGS)):
                item = self._grid.itemAtPosition(line, column)
                if item is not None and (cell := item.widget()) is not None:
                    cell.hide()


def _texts(row: GeneratorRow) -> tuple[str, ...]:
    if row.lost:
        return row.name, "lost", "", "", "", ""
    return (
        row.name,
        str(row.streams),
        "-" if row.cpu_percent is None else f"{row.cpu_percent:.0f} %",
        "-" if row.pacing_p99_ms is None else f"{row.pacing_p99_ms:.0f} ms",
        row.clock,
        f"{row.heard_s_ago:.1f} s",
    )
