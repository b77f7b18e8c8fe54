"""Both themes can be read by everybody."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import DARK, LIGHT, Theme, contrast

TEXTS = ("text", "muted", "accent", "ok", "warn", "danger", "eager")


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
    told: list[str] = []
    source.changed.connect(lambda: told.append(source.current.name))
    sheets = [qapp.styleSheet()]
    for _ in range(2):
        source.toggle()
        sheets.append(qapp.styleSheet())
    assert told == ["light", "dark"]
    assert sheets[0] == sheets[2] != sheets[1]
    source.deleteLater()
