"""How the window looks: colour tokens for dark and light, one type scale, one spacing scale, one accent."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from flux_desktop.ui.style.stylesheet import stylesheet

MODES = ("system", "dark", "light")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colour tokens. Text tokens reach a contrast of 4.5:1 on `window`, `panel` and `raised`.

    `on_*` is the text that stands on a fill of that colour.
    """

    name: str
    window: str
    panel: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    accent_soft: str
    accent_dim: str
    ok: str
    warn: str
    danger: str
    eager: str
    on_fill: str
    ok_soft: str
    warn_dim: str
    danger_dim: str
    danger_soft: str
    eager_dim: str
    grid: str


DARK = Theme(
    name="dark",
    window="#0f1317",
    panel="#191e24",
    raised="#20262e",
    border="#303842",
    text="#e8ecf0",
    muted="#9da8b4",
    accent="#5aa2ff",
    on_accent="#06131f",
    accent_soft="#1b2a3f",
    accent_dim="#34649c",
    ok="#45c08a",
    warn="#e6b84a",
    danger="#f27b6c",
    eager="#b897f5",
    on_fill="#0b1116",
    ok_soft="#2c7a58",
    warn_dim="#8a6d2c",
    danger_dim="#a8483d",
    danger_soft="#6e332d",
    eager_dim="#6b5399",
    grid="#2a313a",
)
LIGHT = Theme(
    name="light",
    window="#eef1f4",
    panel="#ffffff",
    raised="#f5f7f9",
    border="#cfd6dd",
    text="#182028",
    muted="#55606c",
    accent="#1763c6",
    on_accent="#ffffff",
    accent_soft="#e3eefc",
    accent_dim="#8db8ee",
    ok="#0f6f48",
    warn="#855700",
    danger="#b3261e",
    eager="#6a3fc0",
    on_fill="#ffffff",
    ok_soft="#8fc9ae",
    warn_dim="#d9b36c",
    danger_dim="#d9766f",
    danger_soft="#efc0bc",
    eager_dim="#b9a4e4",
    grid="#dde3e8",
)

SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
TYPE_CAPTION_PX, TYPE_BODY_PX, TYPE_TITLE_PX, TYPE_READING_PX, TYPE_STAGE_PX = 11, 13, 15, 16, 44


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as the WCAG defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def font(size_px: int, *, bold: bool = False, fixed: bool = False) -> QFont:
    """The system's font in one size of the scale."""
    made = QFont()
    if fixed:
        made.setFamilies(["SF Mono", "Menlo", "DejaVu Sans Mono", "monospace"])
        made.setStyleHint(QFont.StyleHint.Monospace)
    made.setPixelSize(size_px)
    made.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
    return made


class ThemeSource(QObject):
    """Holds the theme in use and tells painters of a change.

    Signals:
        changed: the theme was replaced; read `current`.
    """

    changed = Signal()

    def __init__(self, app: QApplication, mode: str = "system") -> None:
        super().__init__(app)
        self._app = app
        self.mode = mode
        self.current = DARK

    def begin(self) -> None:
        """Apply the theme and follow the system from now on."""
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

    def _apply(self) -> None:
        light = self.mode == "light"
        if self.mode == "system":
            # Unknown (no desktop says anything) counts as dark, the theme that the window was drawn for.
            light = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light
        self.current = LIGHT if light else DARK
        self._app.setPalette(_palette(self.current))
        self._app.setStyleSheet(stylesheet(self.current))
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
