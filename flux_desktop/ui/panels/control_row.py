"""Buttons for the control messages, enabled only where the build is known to take them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from flux_desktop.flux.bundles import Bundle
from flux_desktop.ui.style.tokens import SPACE_XS
from flux_desktop.ui.widgets.basics import button, plain_tip

CONTROLS = (
    ("ForceEndTurn", "Force end", "Ends the current turn immediately"),
    ("CloseStream", "Close", "Lets Flux send the remaining text, then closes the stream"),
    ("KeepAlive", "Keep alive", "Part of the earlier API; Flux builds end the stream when they receive it"),
    ("Finalize", "Finalize", "Part of the earlier API; Flux builds end the stream when they receive it"),
)


class ControlRow(QWidget):
    """The buttons, and the connections that they apply to.

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
        self.target.addItems(["to all", "to selected"])
        self.target.setAccessibleName("Recipients")
        self.target.setToolTip(
            "Connections that parameter changes and control messages are sent to: all, or those selected in the "
            "overview, or the one being shown"
        )
        self.buttons = {}
        for name, words, _meaning in CONTROLS:
            widget = button(words, self._press(name), kind="small")
            self.buttons[name] = widget
            row.addWidget(widget, 1)
        self.refresh(None, running=False)

    def refresh(self, bundle: Bundle | None, *, running: bool) -> None:
        """Enable what the build supports; tooltips say why the rest is disabled."""
        for name, _words, meaning in CONTROLS:
            supported = None if bundle is None else bundle.takes(name)
            control = self.buttons[name]
            control.setEnabled(running and supported is True)
            if not running:
                why = "Available while a run of the Live page is in progress."
            elif supported is True:
                why = ""
            elif supported is False:
                why = f"Build {'' if bundle is None else bundle.name} does not support it: it would end the stream."
            else:
                why = "It is not known whether this build supports it; a build that does not ends the stream."
            control.setToolTip(plain_tip(f"{meaning}. {why}".strip()))

    def _press(self, name: str) -> Callable[[], None]:
        return lambda: self.pressed.emit(name)
