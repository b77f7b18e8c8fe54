"""How far the run is: a bar with the time that has passed and the time that is left."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from flux_desktop.ui.models import text
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin, RunPhase
from flux_desktop.ui.widgets.basics import label


class RunProgress(QWidget):
    """An open-ended run has no share to show: its bar stays empty, and only the time that has passed is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.bar.setAccessibleName("Run progress")
        self.bar.setMinimumWidth(72)
        self.elapsed, self.left = label("", "caption"), label("", "caption")
        line = QHBoxLayout()
        line.addWidget(self.elapsed)
        line.addStretch()
        line.addWidget(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addStretch()
        column.addWidget(self.bar)
        column.addLayout(line)
        column.addStretch()

    def show_run(self, model: RunModel, planned_s: float | None) -> None:
        """Show the run, which is to last `planned_s`. What was sent beyond that, as at a rotation, is not counted."""
        elapsed_s = model.elapsed_s()
        over = "stopped" if model.ended is not None and model.ended.interrupted else "done"
        if model.phase is RunPhase.IDLE:
            self.bar.setValue(0)
            self.elapsed.setText("" if planned_s is None else f"{text.clock(planned_s)} to stream")
            self.left.setText("")
        elif planned_s:
            self.bar.setValue(min(1000, round(elapsed_s / planned_s * 1000)))
            self.elapsed.setText(f"{text.clock(min(elapsed_s, planned_s))} of {text.clock(planned_s)}")
            left_s = max(0.0, planned_s - elapsed_s)
            left = f"{left_s:.0f} s left" if left_s < 60 else f"{text.clock(left_s)} left"
            self.left.setText(over if not model.active else left if left_s >= 1 else "finishing")
        else:
            self.bar.setValue(0)
            self.elapsed.setText(f"{text.clock(elapsed_s)} elapsed")
            endless = "until stopped" if model.origin is Origin.LIVE else ""
            self.left.setText(endless if model.active else over)
