"""Both themes can be read by everybody."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import DARK, LIGHT, Theme

TEXTS = ("text", "muted", "accent", "ok", "warn", "danger", "eager")


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours, 1 to 21, as the WCAG defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_measured_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", ["window", "panel", "raised", "accent_soft"])
@pytest.mark.parametrize("token", TEXTS)
def test_every_text_stands_out_from_every_ground(theme: Theme, ground: str, token: str) -> None:
    assert contrast(getattr(theme, token), getattr(theme, ground)) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_texts_on_fills_stand_out(theme: Theme) -> None:
    for fill in ("ok", "warn", "danger", "eager"):
        assert contrast(theme.on_fill, getattr(theme, fill)) >= 4.5
    assert contrast(theme.on_accent, theme.accent) >= 4.5


def test_the_theme_can_be_switched_and_tells_painters(qapp: QApplication) -> None:
    source = ThemeSource(qapp, "dark")
    source.begin()
    theme_names: list[str] = []
    source.changed.connect(lambda: theme_names.append(source.current.name))
    sheets = [qapp.styleSheet()]
    for _ in range(2):
        source.toggle()
        sheets.append(qapp.styleSheet())
    assert theme_names == ["light", "dark"]
    assert sheets[0] == sheets[2] != sheets[1]
    source.deleteLater()
