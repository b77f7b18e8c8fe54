"""Profile, region and filters of the AWS account, its state in words, and the way out of its problems."""

from __future__ import annotations

import re

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from flux_desktop.aws.endpoint_status import STATUS_TONES
from flux_desktop.base.problem import Problem
from flux_desktop.ui.services.account import DEFAULT_REGION
from flux_desktop.ui.style.tokens import SPACE_S, SPACE_XS
from flux_desktop.ui.widgets.basics import button, copy_text, label, plain_tip, set_role

DEFAULT_PROFILE = "default chain"


class AccountBox(QWidget):
    """The choosers above the list and the words below them.

    Signals:
        access_changed: another profile or region was chosen; the list must be loaded anew.
        filter_changed: the name or status filter was changed.
        retry_wanted: load again.
    """

    access_changed = Signal()
    filter_changed = Signal()
    retry_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.profile, self.region, self.status = QComboBox(), QComboBox(), QComboBox()
        self.name = QLineEdit()
        self.name.setPlaceholderText("Filter by name")
        self.name.setClearButtonEnabled(True)
        self.status.addItems(["any status", *STATUS_TONES])
        for widget, words in (
            (self.profile, "AWS profile"),
            (self.region, "AWS region"),
            (self.status, "Filter by status"),
            (self.name, "Filter by name"),
        ):
            widget.setAccessibleName(words)
            widget.setToolTip(words)
            widget.setMinimumWidth(60)
        self._preferred = (DEFAULT_PROFILE, DEFAULT_REGION)
        self._default_region = DEFAULT_REGION
        self.set_choices([], [DEFAULT_REGION])
        self.words = label("", "caption", wrap=True)
        self.copy_button = button("Copy the command", self._copy, kind="link")
        self.retry_button = button("Try again", self.retry_wanted.emit, kind="link")
        grid = QGridLayout()
        grid.setSpacing(SPACE_XS + 2)
        choosers: tuple[QWidget, ...] = (self.profile, self.region, self.name, self.status)
        for place, chooser in enumerate(choosers):
            grid.addWidget(chooser, place // 2, place % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        ways = QHBoxLayout()
        ways.addWidget(self.retry_button)
        ways.addWidget(self.copy_button)
        ways.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S - 2)
        layout.addLayout(grid)
        layout.addWidget(self.words)
        layout.addLayout(ways)
        self._command = ""
        self.show_state("", None)
        for combo in (self.profile, self.region):
            combo.currentIndexChanged.connect(lambda _index: self.access_changed.emit())
        self.name.textChanged.connect(lambda _words: self.filter_changed.emit())
        self.status.currentIndexChanged.connect(lambda _index: self.filter_changed.emit())

    def access(self) -> tuple[str | None, str]:
        """Profile (None for boto3's own chain) and region."""
        profile = self.profile.currentText()
        default = self.profile.currentIndex() <= 0
        return (None if default else profile), self.region.currentText() or DEFAULT_REGION

    def set_choices(self, profiles: list[str], regions: list[str]) -> None:
        """Offer these; what was chosen stays chosen."""
        wanted = (
            (self.profile, [DEFAULT_PROFILE, *profiles], DEFAULT_PROFILE, self._preferred[0]),
            (self.region, regions, DEFAULT_REGION, self._preferred[1]),
        )
        for chooser, names, default, preferred in wanted:
            kept = chooser.currentText()
            kept = preferred if kept in {"", default} else kept
            with QSignalBlocker(chooser):
                chooser.clear()
                chooser.addItems(names)
                chooser.setCurrentText(kept if kept in names else default)

    def set_defaults(self, profile: str | None, region: str) -> None:
        """Show what the first choice stands for: the configured profile, None for boto3's chain, and its region.

        The region follows it unless another one has been chosen.
        """
        with QSignalBlocker(self.profile), QSignalBlocker(self.region):
            if self.profile.currentIndex() == 0:
                self.profile.setItemText(0, f"{DEFAULT_PROFILE} ({profile})" if profile else DEFAULT_PROFILE)
            if self.region.currentText() == self._default_region:
                if self.region.findText(region) < 0:
                    self.region.addItem(region)
                self.region.setCurrentText(region)
        self._default_region = region

    def prefer(self, profile: str, region: str) -> None:
        """What was chosen the last time: taken up again once it is known to exist."""
        self._preferred = (profile or DEFAULT_PROFILE, region or DEFAULT_REGION)

    def filters(self) -> tuple[str, str]:
        """Name and status to filter by; empty for all."""
        return self.name.text(), "" if self.status.currentIndex() == 0 else self.status.currentText()

    def show_state(self, words: str, problem: Problem | None) -> None:
        """Say how the list stands; a problem brings its way out along."""
        self.words.setText(problem.sentence() if problem is not None else words)
        set_role(self.words, "warn" if problem is not None else "caption")
        self.words.setVisible(bool(self.words.text()))
        found = re.search(r"aws (?:sso )?login\S*(?: --profile \S+)?", problem.todo) if problem is not None else None
        self._command = found.group().rstrip(".,") if found is not None else ""
        self.retry_button.setVisible(problem is not None)
        self.copy_button.setVisible(bool(self._command))
        self.copy_button.setToolTip(plain_tip(self._command))

    def _copy(self) -> None:
        copy_text(self._command)
