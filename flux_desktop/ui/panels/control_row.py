"""Buttons for the control messages, enabled only where the build is known to take them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from flux_desktop.flux.bundles import Bundle
from flux_desktop.ui.style.tokens import SPACE_XS
from flux_desktop.ui.widgets.basics import button, plain_tip

CONTROLS = (
    ("ForceEndTurn", "Force end", "End the turn under way at once"),
    ("CloseStream", "Close", "Let Flux send what is left, then close"),
    ("KeepAlive", "Keep alive", "Of the older API; Flux builds end the stream on it"),
    ("Finalize", "Finalize", "Of the older API; Flux builds end the stream on it"),
)


class ControlRow(QWidget):
    """The buttons and whom they go to.

    Signals:
        pressed: the name of a control message.
    """

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        self.target = QComboBox()
        self.target.addItems(["to all", "to the selected"])
        self.target.setAccessibleName("Whom changes and controls go to")
        self.target.setToolTip(
            "Whom changes of parameters and these buttons go to: all connections, or those selected in the overview "
            "and else the one in front"
        )
        self.buttons = {}
        for name, words, _meaning in CONTROLS:
            made = button(words, self._press(name), kind="small")
            self.buttons[name] = made
            row.addWidget(made, 1)
        self.refresh(None, running=False)

    def refresh(self, bundle: Bundle | None, *, running: bool) -> None:
        """Enable what the build takes, and say why the rest cannot be used."""
        for name, _words, meaning in CONTROLS:
            takes = None if bundle is None else bundle.takes(name)
            made = self.buttons[name]
            made.setEnabled(running and takes is True)
            if not running:
                why = "Only while streams run."
            elif takes is True:
                why = ""
            elif takes is False:
                why = f"The build {'' if bundle is None else bundle.name} does not take it: it would end the stream."
            else:
                why = "It is not known whether this build takes it, and one that does not ends the stream."
            made.setToolTip(plain_tip(f"{meaning}. {why}".strip()))

    def _press(self, name: str) -> Callable[[], None]:
        return lambda: self.pressed.emit(name)
