"""Profile, region and filters of the AWS account, its state, and help with its problems."""

from __future__ import annotations

import re

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from flux_desktop.aws.endpoint_status import STATUS_TONES
from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.style.tokens import SPACE_S, SPACE_XS
from flux_desktop.ui.widgets.basics import button, copy_text, label, plain_tip, set_role

DEFAULT_PROFILE = "default chain"


class AccountBox(QWidget):
    """The choosers above the list and the state below them.

    Signals:
        access_changed: another profile or region was chosen; the list must be reloaded.
        filter_changed: the name or status filter was changed.
        retry_wanted: load again.
    """

    access_changed = Signal()
    filter_changed = Signal()
    retry_wanted = Signal()

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state = state
        self.profile, self.region, self.status = QComboBox(), QComboBox(), QComboBox()
        self.name = QLineEdit()
        self.name.setPlaceholderText("Filter by name")
        self.name.setClearButtonEnabled(True)
        self.status.addItems(["Any status", *STATUS_TONES])
        for widget, words in (
            (self.profile, "AWS profile"),
            (self.region, "AWS region"),
            (self.status, "Filter by status"),
            (self.name, "Filter by name"),
        ):
            widget.setAccessibleName(words)
            widget.setToolTip(words)
            widget.setMinimumWidth(60)
        self._profiles: list[str] = []
        self._regions: list[str] = []
        self._show_choices()
        state.listen(self._show_choices)
        self.words = label("", "caption", wrap=True)
        self.copy_button = button("Copy command", self._copy, kind="link")
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
            combo.currentIndexChanged.connect(lambda _index: self._choose())
        self.name.textChanged.connect(lambda _words: self.filter_changed.emit())
        self.status.currentIndexChanged.connect(lambda _index: self.filter_changed.emit())

    def show_filters(self, on: bool) -> None:
        """Show the filters of the list; one that is set stays."""
        is_set = bool(self.name.text()) or self.status.currentIndex() > 0
        for widget in (self.name, self.status):
            widget.setVisible(on or is_set)

    def set_choices(self, profiles: list[str], regions: list[str]) -> None:
        """Offer these; a chosen profile or region that does not exist any more is replaced by the default."""
        choices = self._state.choices
        self._profiles, self._regions = profiles, regions
        choices.profile = choices.profile if choices.profile in profiles else ""
        choices.region = choices.region if choices.region in regions else ""
        self._state.changed()

    def _show_choices(self) -> None:
        profile, region = self._state.access
        for chooser, names, chosen in (
            (self.profile, [self._default_profile(), *self._profiles], profile or self._default_profile()),
            (self.region, self._regions, region),
        ):
            listed = names if chosen in names else [*names, chosen]
            with QSignalBlocker(chooser):
                if [chooser.itemText(place) for place in range(chooser.count())] != listed:
                    chooser.clear()
                    chooser.addItems(listed)
                chooser.setCurrentText(chosen)

    def _default_profile(self) -> str:
        """The first choice, with the profile that boto3's chain uses if one is configured."""
        name = self._state.default_profile
        return f"{DEFAULT_PROFILE} ({name})" if name else DEFAULT_PROFILE

    def _choose(self) -> None:
        choices, region = self._state.choices, self.region.currentText()
        choices.profile = self.profile.currentText() if self.profile.currentIndex() > 0 else ""
        choices.region = "" if region == self._state.default_region else region
        self._state.changed()
        self.access_changed.emit()

    def filters(self) -> tuple[str, str]:
        """Name and status to filter by; empty for all."""
        return self.name.text(), "" if self.status.currentIndex() == 0 else self.status.currentText()

    def show_state(self, words: str, problem: Problem | None) -> None:
        """Show the state of the list, or a problem with buttons that help to solve it."""
        self.words.setText(problem.sentence() if problem is not None else words)
        set_role(self.words, "warn" if problem is not None else "caption")
        self.words.setVisible(bool(self.words.text()))
        match = re.search(r"aws (?:sso )?login\S*(?: --profile \S+)?", problem.todo) if problem is not None else None
        self._command = match.group().rstrip(".,") if match is not None else ""
        self.retry_button.setVisible(problem is not None)
        self.copy_button.setVisible(bool(self._command))
        self.copy_button.setToolTip(plain_tip(self._command))

    def _copy(self) -> None:
        copy_text(self._command)
