"""The menu of presets: the documented ones, those of the user, and what can be done to them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.presets import PRESETS, ParameterSet, deleted, matching, renamed, saved


class PresetMenu:
    """Fills menus; `apply` gets the preset that was chosen. Own presets are kept in the settings."""

    def __init__(self, parent: QWidget, state: AppState, apply: Callable[[ParameterSet], None]) -> None:
        self._parent = parent
        self._state = state
        self._apply = apply

    def fill(self, menu: QMenu) -> None:
        """Replace the menu's entries; the preset that is in use has a check mark."""
        menu.clear()
        choices = self._state.choices
        active = matching(choices.options, (*PRESETS, *choices.presets))
        for presets in (PRESETS, choices.presets):
            for preset in presets:
                action = menu.addAction(preset.sentence(), partial(self._apply, preset))
                action.setCheckable(True)
                action.setChecked(preset is active)
            if presets:
                menu.addSeparator()
        menu.addAction("Save Current as Preset…", self._ask_to_save)
        for title, act in (("Rename Preset", self._ask_to_rename), ("Delete Preset", self._delete)):
            names = menu.addMenu(title)
            names.setEnabled(bool(choices.presets))
            for preset in choices.presets:
                names.addAction(preset.name, partial(act, preset.name))

    def save(self, name: str) -> None:
        """Keep the present turn parameters under a name; replaces an own preset of the same name."""
        self._keep(saved(self._state.choices.presets, name, self._state.choices.options))

    def rename(self, old: str, new: str) -> None:
        """Give an own preset another name."""
        self._keep(renamed(self._state.choices.presets, old, new))

    def _delete(self, name: str) -> None:
        self._keep(deleted(self._state.choices.presets, name))

    def _keep(self, presets: list[ParameterSet]) -> None:
        self._state.choices.presets = presets
        self._state.changed()

    def _ask_to_save(self) -> None:
        self._ask("Save Preset", "", self.save)

    def _ask_to_rename(self, name: str) -> None:
        self._ask("Rename Preset", name, partial(self.rename, name))

    def _ask(self, title: str, value: str, then: Callable[[str], None]) -> None:
        dialog = QInputDialog(self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText("Name of the preset")
        dialog.setTextValue(value)
        dialog.textValueSelected.connect(then)
        dialog.open()
