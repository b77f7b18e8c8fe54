"""The data set's part of the sound panel: what it contains, what is wrong with it, and how its clips are dealt out."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.data_set import ASSIGNMENTS, DataSetShape
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import ElidedLabel, button, label, plain_tip

_PROBLEMS_IN_TIP = 12


class DataSetBox(QWidget):
    """Shows the data set that is chosen.

    Signals:
        inspect_wanted: the clips are to be shown.
    """

    inspect_wanted = Signal()

    def __init__(self, state: AppState) -> None:
        super().__init__()
        self._state = state
        self._shown: DataSetShape | None = None
        self._name = ElidedLabel("strong")
        self._facts = label("", "caption")
        self._contents = label("", "caption", wrap=True)
        self.problems = label("", "warn", wrap=True)
        self.inspect_button = button(
            "Clips…", self.inspect_wanted.emit, kind="link", tip="Show the clips with their texts, turns and waveforms"
        )
        self.assignment = QComboBox()
        self.assignment.setMinimumWidth(80)
        self.assignment.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.assignment.setAccessibleName("How the clips are sent")
        self.assignment.setToolTip(
            plain_tip(
                "Different clips: each connection sends other clips, one after another; each clip is sent once.\n"
                "A new connection: no earlier audio of the same stream influences the server.\n"
                "The same clips: all connections send the same clips at the same time."
            )
        )
        for assignment, words in ASSIGNMENTS.items():
            self.assignment.addItem(words, assignment)
        self.assignment.activated.connect(self._choose)
        self._head, self._below = head, below = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self._name, 1)
        head.addWidget(self._facts)
        below.setSpacing(SPACE_S)
        below.addWidget(self._contents, 1)
        below.addWidget(self.inspect_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addLayout(below)
        column.addWidget(self.problems)
        column.addWidget(self.assignment)

    def show_choices(self) -> None:
        """Show the data set of the state."""
        chosen = self._state.data_set
        with QSignalBlocker(self.assignment):
            self.assignment.setCurrentIndex(max(0, self.assignment.findData(self._state.choices.assignment)))
        if chosen is None or chosen is self._shown:
            return
        self._shown = chosen
        self._name.setText(chosen.name)
        self._name.setToolTip(plain_tip(str(chosen.path)))
        self._facts.setText(chosen.facts())
        self._facts.setToolTip(plain_tip(chosen.contents()))
        self._contents.setText(chosen.contents())
        self.problems.setText(chosen.problems())
        listed = [f"{entry.where}: {entry.why}" for entry in chosen.bad[:_PROBLEMS_IN_TIP]]
        more = len(chosen.bad) - len(listed)
        self.problems.setToolTip(plain_tip("\n".join([*listed, *([f"and {more} more"] if more else [])])))
        self.problems.setVisible(bool(chosen.bad))

    def set_tight(self, on: bool) -> None:
        """Show one line of the data set, with what it contains on hover."""
        self._contents.setVisible(not on)
        row = self._head if on else self._below
        row.addWidget(self.inspect_button, 0, Qt.AlignmentFlag.AlignVCenter if on else Qt.AlignmentFlag.AlignTop)

    def set_locked(self, locked: bool) -> None:
        """How clips are sent cannot be changed while a run is in progress."""
        self.assignment.setEnabled(not locked)

    def _choose(self) -> None:
        self._state.choices.assignment = self.assignment.currentData()
        self._state.changed()
