"""Profile, region and filters of the AWS account, its state, and help with its problems."""

from __future__ import annotations

import re

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from flux_desktop.aws.endpoint_status import STATUS_TONES
from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.style.tokens import SPACE_S, SPACE_XS
from flux_desktop.ui.widgets.basics import breakable, button, copy_text, label, plain_tip, set_role
from flux_desktop.ui.widgets.name_list import NameList

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
        self.profile, self.region, self.status = NameList("AWS profile"), QComboBox(), QComboBox()
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
        self._below = QGridLayout()
        self._below.setSpacing(SPACE_S - 2)
        self._below.setColumnStretch(2, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S - 2)
        layout.addLayout(grid)
        layout.addLayout(self._below)
        self._command = ""
        self._problem: Problem | None = None
        self._state_words = ""
        self._tight = False
        self._place()
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
        for chooser, names, selection in (
            (self.profile, [self._default_profile(), *self._profiles], profile or self._default_profile()),
            (self.region, self._regions, region),
        ):
            listed = names if selection in names else [*names, selection]
            with QSignalBlocker(chooser):
                if [chooser.itemText(place) for place in range(chooser.count())] != listed:
                    chooser.clear()
                    chooser.addItems(listed)
                chooser.setCurrentText(selection)

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
        self._problem, self._state_words = problem, words
        match = re.search(r"aws (?:sso )?login\S*(?: --profile \S+)?", problem.todo) if problem is not None else None
        self._command = match.group().rstrip(".,") if match is not None else ""
        self.copy_button.setVisible(bool(self._command))
        self.copy_button.setToolTip(plain_tip(self._command))
        self._show_words()

    def set_tight(self, on: bool) -> None:
        """Show of a problem only what happened, the rest on hover; the panel's refresh button tries again."""
        self._tight = on
        self._place()
        self._show_words()

    def _place(self) -> None:
        """The buttons stand below the words, or beside them."""
        at = ((0, 0, 1, 3), (1, 0), (0, 3)) if self._tight else ((0, 0, 1, 3), (1, 0), (1, 1))
        for widget, place in zip((self.words, self.retry_button, self.copy_button), at, strict=True):
            self._below.addWidget(widget, *place)

    def _show_words(self) -> None:
        problem = self._problem
        whole = self._state_words if problem is None else problem.sentence()
        shown = problem.what if problem is not None and self._tight else whole
        self.words.setText(breakable(shown))
        self.words.setAccessibleName(shown)
        self.words.setToolTip(plain_tip(whole))
        set_role(self.words, "caption" if problem is None else "warn")
        self.words.setVisible(bool(self.words.text()))
        self.retry_button.setVisible(problem is not None and not self._tight)

    def _copy(self) -> None:
        copy_text(self._command)
