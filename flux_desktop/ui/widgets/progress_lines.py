"""A progress bar with what is done and the time that is left below it."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from flux_desktop.ui.widgets.basics import ElidedLabel, label

_STEPS = 1000


class ProgressLines(QWidget):
    """`bar` and `words` may be hidden each; `words` has room for a button at its end."""

    def __init__(self, name: str) -> None:
        """`name` says what is in progress, for accessibility."""
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, _STEPS)
        self.bar.setAccessibleName(name)
        keeps_room = self.bar.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)  # nothing below moves when work begins or ends
        self.bar.setSizePolicy(keeps_room)
        self.done, self.left = ElidedLabel("caption"), label("", "caption")
        self.words = QHBoxLayout()
        self.words.addWidget(self.done, 1)
        self.words.addWidget(self.left)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        column.addLayout(self.words)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_share(self, share: float, done: str, left: str) -> None:
        """How far it is (0 to 1), and both times in words."""
        self.bar.setValue(round(_STEPS * share))
        self.done.setText(done)
        self.left.setText(left)
