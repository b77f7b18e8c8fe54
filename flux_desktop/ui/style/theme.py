"""The theme in use: chosen or followed from the system, applied to the application."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from flux_desktop.ui.style.stylesheet import stylesheet
from flux_desktop.ui.style.tokens import DARK, LIGHT, Theme

MODES = ("system", "dark", "light")


class ThemeSource(QObject):
    """The theme in use; signals its changes.

    Signals:
        changed: the theme was replaced; read `current`.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self.mode = mode
        self.current = self._wanted()

    def begin(self) -> None:
        """Apply the theme and follow the system from now on.

        To be called when the window has been put together: with a style sheet in force Qt styles all of a widget's
        descendants again whenever it gets another parent, which takes twice as long as all else.
        """
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    def set_mode(self, mode: str) -> None:
        """Choose system, dark or light."""
        self.mode = mode if mode in MODES else "system"
        self._apply()

    def toggle(self) -> None:
        """Change to the other of dark and light."""
        self.set_mode("light" if self.current is DARK else "dark")

    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self.mode == "system":
            self._apply()

    def _wanted(self) -> Theme:
        light = self.mode == "light"
        if self.mode == "system":
            # Unknown (no desktop says anything) counts as dark, the theme that the window was drawn for.
            light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
        return LIGHT if light else DARK

    def _apply(self) -> None:
        self.current = self._wanted()
        sheet = stylesheet(self.current)
        if self._app.styleSheet() != sheet:  # Qt would style every widget of the program again
            # To replace a sheet takes Qt five times as long as to take it away and set another one.
            self._app.setStyleSheet("")
            self._app.setPalette(_palette(self.current))
            self._app.setStyleSheet(sheet)
        self.changed.emit()


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, theme.window),
        (role.Base, theme.panel),
        (role.AlternateBase, theme.raised),
        (role.Button, theme.raised),
        (role.WindowText, theme.text),
        (role.Text, theme.text),
        (role.ButtonText, theme.text),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.Accent, theme.accent),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(theme.muted))
    return palette
