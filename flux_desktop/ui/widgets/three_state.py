"""A choice of three: the server's own default, on, or off."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QWidget

from flux_desktop.ui.widgets.basics import ElidedLabel, label, set_role

CHOICES: tuple[tuple[str, bool | None], ...] = (("model default", None), ("on", True), ("off", False))


class ThreeState(QWidget):
    """One parameter that may be left to the server. `value` is None for its default.

    Signals:
        changed: the value was changed by a person; read `value`.
    """

    changed = Signal()

    def __init__(self, name: str, hint: str) -> None:
        super().__init__()
        self._hint_words = hint
        self._refused = ""
        self.choice = QComboBox()
        self.choice.addItems([words for words, _value in CHOICES])
        self.choice.setAccessibleName(name)
        self.choice.setFixedWidth(150)
        self._hint = label(hint, "caption")
        self.state = ElidedLabel("caption")
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(1)
        head = QHBoxLayout()
        head.addWidget(label(name, "strong"))
        head.addStretch()
        head.addWidget(self.choice)
        grid.addLayout(head, 0, 0, 1, 2)
        grid.addWidget(self._hint, 1, 0)
        grid.addWidget(self.state, 1, 1)
        grid.setColumnStretch(1, 1)
        self.choice.currentIndexChanged.connect(lambda _position: self.changed.emit())

    @property
    def value(self) -> bool | None:
        """What holds: what is chosen, and None while the build does not know the parameter."""
        return None if self._refused else self.chosen

    @property
    def chosen(self) -> bool | None:
        """What is chosen, whatever the build knows."""
        return CHOICES[self.choice.currentIndex()][1]

    def set_value(self, value: bool | None) -> None:
        """Show another value without emitting `changed`."""
        with QSignalBlocker(self.choice):
            self.choice.setCurrentIndex([each for _words, each in CHOICES].index(value))

    def set_state(self, words: str, role: str) -> None:
        """Say what is in force or needed; `role` is caption, ok, warn or danger."""
        self.state.setText(words)
        set_role(self.state, role)

    def set_refused(self, why: str) -> None:
        """A build that ends a stream on this parameter: it cannot be chosen, and `why` says so. Empty allows it."""
        if why != self._refused:
            self._refused = why
            self.choice.setEnabled(not why)
            self.choice.setToolTip(why)
            self._hint.setText(why or self._hint_words)
