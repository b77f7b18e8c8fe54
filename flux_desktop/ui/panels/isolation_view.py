"""Isolation: whether a stream influences later or neighbouring streams, as a check with a verdict."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.evaluation.comparing.isolation import IsolationResult
from flux_desktop.ui.models.tune_isolation import EXPLANATION, result_lines
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.widgets.basics import ElidedLabel, button, label, pill, set_role


class IsolationView(QWidget):
    """The check and its result.

    Signals:
        check_wanted: the button.
    """

    check_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        head = QHBoxLayout()
        self.button = button("Check isolation", self.check_wanted.emit, tip=EXPLANATION)
        self.state = ElidedLabel("caption")
        head.addWidget(self.button)
        head.addWidget(self.state, 1)
        self.verdict = pill("", "quiet")
        head.addWidget(self.verdict)
        column.addLayout(head)
        self.progress = WorkBar("isolation check")
        column.addWidget(self.progress)
        self.sentence, self.figures = label("", "strong", wrap=True), label("", "caption", wrap=True)
        self.explanation = label(EXPLANATION, "muted", wrap=True)
        for widget in (self.sentence, self.figures, self.explanation):
            column.addWidget(widget)
        column.addStretch()
        self.show_result(None)

    def show_offer(self, *, enabled: bool, state: str) -> None:
        """Show whether a check can be started, and its duration or progress."""
        self.button.setEnabled(enabled)
        self.state.setText(state)

    def show_result(self, result: IsolationResult | None, endpoint: str = "") -> None:
        """Show what was found of an endpoint; None where there is nothing yet."""
        for widget in (self.verdict, self.sentence, self.figures):
            widget.setVisible(result is not None)
        if result is not None:
            failed = any(condition.is_influenced for condition in result.conditions)
            self.verdict.setText("PASS" if result.passed else "FAIL" if failed else "UNDECIDED")
            set_role(self.verdict, "ok" if result.passed else "danger" if failed else "warn", "pill")
            self.sentence.setText(result.sentence)
            self.figures.setText("\n".join([f"On {endpoint}:", *result_lines(result)]))
