"""Asks how long sessions are kept, and whether old ones may be deleted."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QWidget

from flux_desktop.reports.sessions.keeping import KEEP_LAST
from flux_desktop.reports.sessions.retention import Retention
from flux_desktop.ui.widgets.basics import label, roomy
from flux_desktop.ui.widgets.decimal_field import DecimalField

GB_MAX, DAYS_MAX, DAYS = 10_000.0, 3_650, 90


class RetentionDialog(QDialog):
    """`then` gets the rule that was chosen, if the dialog is accepted."""

    def __init__(self, parent: QWidget, rule: Retention, then: Callable[[Retention], object]) -> None:
        super().__init__(parent)
        self.setWindowTitle("How Long Sessions Are Kept")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(440)
        self._then = then
        self.size_gb = DecimalField()
        self.size_gb.setRange(0.1, GB_MAX)
        self.size_gb.setDecimals(1)
        self.size_gb.setSuffix(" GB")
        self.size_gb.setValue(max(0.1, rule.max_gb))
        self.size_gb.setAccessibleName("Space for all sessions")
        self.by_age = QCheckBox("Also delete sessions older than")
        self.by_age.setChecked(rule.max_age_days is not None)
        self.days = QSpinBox()
        self.days.setRange(1, DAYS_MAX)
        self.days.setSuffix(" days")
        self.days.setValue(round(rule.max_age_days or DAYS))
        self.days.setAccessibleName("Age of the oldest session")
        self.days.setEnabled(self.by_age.isChecked())
        self.by_age.toggled.connect(self.days.setEnabled)
        self.agreed = QCheckBox("Delete old sessions by this rule, at the start and after a run")
        self.agreed.setChecked(rule.agreed)
        for field in (self.size_gb, self.days):
            roomy(field)
        form = QFormLayout(self)
        form.addRow("&Space for all sessions", self.size_gb)
        form.addRow(self.by_age, self.days)
        form.addRow(self.agreed)
        words = (
            f"The oldest are deleted first. The newest {KEEP_LAST} sessions and those with a star are always kept. "
            "Sessions deleted by this rule cannot be restored; export what you want to keep elsewhere."
        )
        form.addRow(label(words, "caption", wrap=True))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form.addRow(buttons)

    def rule(self) -> Retention:
        """The rule as chosen."""
        age = float(self.days.value()) if self.by_age.isChecked() else None
        return Retention(max_gb=self.size_gb.value(), max_age_days=age, agreed=self.agreed.isChecked())

    def accept(self) -> None:
        self._then(self.rule())
        super().accept()
