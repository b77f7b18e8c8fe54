"""A recording's shape: what has been played, the play position and the turns, by their colours."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.sound import WavShape
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.waveform import Waveform

WIDTH, HEIGHT, MARGIN_PX = 413, 46, 6.5
"""So that the shape has 400 px inside."""


def shape(*peaks: float) -> WavShape:
    return WavShape(Path("a.wav"), 10.0, 16_000, 1, np.array(peaks))


@pytest.fixture
def waveform(qtbot: QtBot, theme: ThemeSource) -> Waveform:
    waveform = Waveform(theme)
    qtbot.addWidget(waveform)
    waveform.resize(WIDTH, HEIGHT)
    return waveform


def colours_at(image: QImage, position_s: float, y: int) -> set[str]:
    """The colours of some pixels around a position of a recording of 10 s."""
    x = round(MARGIN_PX + position_s * 40)
    return {image.pixelColor(x + by, y).name() for by in range(-3, 4)}


def test_without_a_recording_there_is_only_the_frame(waveform: Waveform, theme: ThemeSource) -> None:
    for empty in (None, shape()):
        waveform.set_shape(empty)
        image = waveform.grab().toImage()
        assert image.pixelColor(WIDTH // 2, HEIGHT // 2).name() == theme.current.raised


def test_louder_parts_are_higher(waveform: Waveform, theme: ThemeSource) -> None:
    waveform.set_shape(shape(0.1, 0.8))
    image = waveform.grab().toImage()
    quiet, loud, top = 2.5, 7.5, 8
    assert theme.current.muted not in colours_at(image, quiet, top)
    assert theme.current.muted in colours_at(image, loud, top)
    assert theme.current.muted in colours_at(image, quiet, HEIGHT // 2)


def test_silence_is_not_blown_up(waveform: Waveform, theme: ThemeSource) -> None:
    waveform.set_shape(shape(0.001, 0.001))
    image = waveform.grab().toImage()
    assert theme.current.muted not in colours_at(image, 5.0, 10)


def test_what_was_played_has_another_colour(waveform: Waveform, theme: ThemeSource) -> None:
    waveform.set_shape(shape(0.8, 0.8))
    waveform.set_position(5.0, [])
    image = waveform.grab().toImage()
    middle = HEIGHT // 2
    assert theme.current.accent in colours_at(image, 2.5, middle)
    assert theme.current.muted not in colours_at(image, 2.5, middle)
    assert theme.current.muted in colours_at(image, 7.5, middle)
    assert theme.current.accent not in colours_at(image, 7.5, middle)
    edge = {image.pixelColor(x, 4).name() for x in range(WIDTH)}
    assert colours_at(image, 5.0, 2) - colours_at(image, 2.0, 2), "the play position stands out at the top"
    assert edge


def test_turns_are_marked_under_the_shape(waveform: Waveform, theme: ThemeSource) -> None:
    waveform.set_shape(shape(0.0, 0.0))
    waveform.set_position(0.0, [(2.0, 4.0)])
    image = waveform.grab().toImage()
    assert colours_at(image, 3.0, 10) == {theme.current.accent_soft}
    assert theme.current.accent_soft not in colours_at(image, 1.5, 10)
    assert theme.current.accent_soft not in colours_at(image, 4.5, 10)


def test_another_recording_begins_without_position_and_turns(waveform: Waveform, theme: ThemeSource) -> None:
    waveform.set_shape(shape(0.8, 0.8))
    before = waveform.grab().toImage()
    waveform.set_position(5.0, [(2.0, 4.0)])
    assert waveform.grab().toImage() != before
    waveform.set_shape(shape(0.8, 0.8))
    assert waveform.grab().toImage() == before
