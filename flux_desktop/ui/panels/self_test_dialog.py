"""The self-test in the window: each finding as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from flux_desktop.base.amounts import amount
from flux_desktop.ui.widgets.text_dialog import TextDialog

if TYPE_CHECKING:  # the window starts without the self-test
    from flux_desktop.engine.self_test.quick_checks import QuickCheckResult

RUNNING = (
    "Checking this installation. This takes about half a minute; streams are opened to the built-in endpoint only."
)


class SelfTestDialog(TextDialog):
    """Shows findings. Closing it before `show_end` asks for the test to be stopped.

    Signals:
        abandoned: the dialog was closed.
    """

    abandoned = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Self-test", RUNNING, "")
        self.finished.connect(lambda _result: self.abandoned.emit())

    def show_finding(self, finding: QuickCheckResult) -> None:
        """Append a check with its result."""
        problem = finding.problem
        result = (
            f"✓ {finding.name}: {finding.observation}" if problem is None else f"✗ {finding.name}: {problem.sentence()}"
        )
        self.text.appendPlainText(result)

    def show_end(self, failed: int) -> None:
        """Say how the test ended."""
        self.heading.setText(f"{amount(failed, 'check')} failed." if failed else "All checks passed.")
