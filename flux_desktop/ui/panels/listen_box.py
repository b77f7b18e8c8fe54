"""Listening: the button, the volume, the output, and whether the sound is in step."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider, QVBoxLayout, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.listening import VOLUME_MAX
from flux_desktop.ui.style import icons
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.basics import IconButton, button, label, plain_tip, set_role
from flux_desktop.ui.widgets.name_list import NameList

BUTTON_PX = 100
"""Also for the bold text of the checked button."""
OUTPUT_PX = 146
LISTEN_TIP = "Hear the selected connection while it streams, in step with what is sent (Ctrl+L)"
STEP_TIP = (
    "How far the sound is from what is being sent at this moment. It is kept within 50 ms: small differences between "
    "the clocks are corrected without being heard. The time that wireless headphones need is not included."
)


class ListenBox(QWidget):
    """Shows and changes `AppState.listening`.

    Signals:
        outputs_wanted: the list of outputs is about to be looked at.
    """

    outputs_wanted = Signal()

    def __init__(self, theme: ThemeSource, state: AppState) -> None:
        super().__init__()
        self._theme = theme
        self._state = state
        self._compact = self._tight = False
        self.button = button("Listen", self._toggle, kind="segment", tip=LISTEN_TIP)
        self.button.setCheckable(True)
        self.button.setIconSize(QSize(16, 16))
        self.button.setFixedWidth(BUTTON_PX)
        self.mute = IconButton(theme, "volume-2", "Mute", self._toggle_mute)
        self.volume = QSlider(Qt.Orientation.Horizontal)
        self.volume.setRange(0, VOLUME_MAX)
        self.volume.setAccessibleName("Volume of what is listened to")
        self.volume.valueChanged.connect(self._set_volume)
        self.words = label(role="caption", wrap=True)
        self.output = _OutputList()
        self.output.about_to_open.connect(self.outputs_wanted)
        self.output.activated.connect(self._choose_output)
        self.outputs_button = IconButton(theme, "chevron-down", "Choose the sound output", self._offer_outputs)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(SPACE_S)
        first.addWidget(self.button)
        first.addWidget(self.mute)
        first.addWidget(self.volume, 1)
        first.addWidget(self.outputs_button)
        second.addWidget(self.words, 1)
        second.addWidget(self.output)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(first)
        column.addLayout(second)
        theme.changed.connect(self.refresh)
        state.listen(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the state."""
        listening, colours = self._state.listening, self._theme.current
        self.button.setChecked(listening.wanted)
        self.button.setIcon(icons.icon("volume-2", colours.on_accent if listening.wanted else colours.muted))
        self.mute.set_icon("volume-x" if listening.muted else "volume-2")
        name = "Unmute" if listening.muted else "Mute"
        self.mute.setAccessibleName(name)
        self.mute.setToolTip(f"{name} (Ctrl+Shift+H; M in the presenter view)")
        with QSignalBlocker(self.volume):
            self.volume.setValue(listening.volume)
        self.volume.setToolTip(f"Volume: {listening.volume} %")
        words, role = listening.words(microphone=self._state.uses_microphone)
        self.words.setText(words)
        set_role(self.words, role)
        problem = listening.problem
        self.words.setToolTip(plain_tip(STEP_TIP if problem is None else problem.sentence()))
        self.output.show_entries(listening.entries(), listening.output)
        self._show_parts()

    def set_compact(self, on: bool) -> None:
        """Show less: no volume and no output while listening is off."""
        self._compact = on
        self._show_parts()

    def set_tight(self, on: bool) -> None:
        """Show one line, with the outputs in a menu, and words below it only where something is wrong."""
        self._tight = on
        self._show_parts()

    def _show_parts(self) -> None:
        in_use = self._state.listening.wanted or not self._compact
        for widget in (self.mute, self.volume):
            widget.setVisible(in_use)
        self.output.setVisible(in_use and not self._tight)
        self.outputs_button.setVisible(in_use and self._tight)
        words, has_problem = self.words.text(), self._state.listening.problem is not None
        self.words.setVisible(has_problem if self._tight else in_use or bool(words))
        self.button.setToolTip(plain_tip(f"{LISTEN_TIP}\n{words}" if words and self._tight else LISTEN_TIP))

    def _toggle(self) -> None:
        self._state.listening.toggle()
        if self._state.listening.wanted:
            self.outputs_wanted.emit()
        self._state.changed()

    def _toggle_mute(self) -> None:
        self._state.listening.toggle_mute()
        self._state.changed()

    def _set_volume(self, volume: int) -> None:
        self._state.listening.volume = volume
        self._state.listening.muted = False
        self._state.changed()

    def _offer_outputs(self) -> None:
        """The list of outputs as a menu."""
        self.outputs_wanted.emit()
        menu, listening = QMenu(self), self._state.listening
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for place, (name, words) in enumerate(listening.entries()):
            action = menu.addAction(words, partial(self._choose_output, place))
            action.setCheckable(True)
            action.setChecked(name == listening.output)
        menu.popup(self.outputs_button.mapToGlobal(QPoint(0, self.outputs_button.height())))

    def _choose_output(self, position: int) -> None:
        self._state.listening.output = self.output.itemData(position)
        self._state.changed()


class _OutputList(NameList):
    """The outputs.

    Signals:
        about_to_open: the list is about to be shown.
    """

    about_to_open = Signal()

    def __init__(self) -> None:
        super().__init__("Sound output", "Where the sound is played")
        self.setFixedWidth(OUTPUT_PX)

    def show_entries(self, entries: list[tuple[str, str]], chosen: str) -> None:
        """Show the outputs again, if they have changed; the choice stays."""
        shown = [(self.itemData(place), self.itemText(place)) for place in range(self.count())]
        with QSignalBlocker(self):
            if shown != entries:
                self.clear()
                for name, words in entries:
                    self.addItem(words, name)
            self.setCurrentIndex([name for name, _ in entries].index(chosen))

    def showPopup(self) -> None:
        self.about_to_open.emit()
        super().showPopup()
