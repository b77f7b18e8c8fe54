"""The level meter: how far it is lit, in which colours, the held peak and the clipping mark."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.ui.models.microphone import MicrophoneLevel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.level_meter import LOW_DBFS, RED_DBFS, YELLOW_DBFS, LevelMeter

WIDTH, BAR_Y = 600, 8
"""10 px a decibel; the bar begins at y = 2 and is 12 px high."""


class Bench:
    """A meter of 600 px over a level of the test's own."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.level = MicrophoneLevel()
        self.meter = LevelMeter(theme, self.level)
        self.colours = theme.current
        qtbot.addWidget(self.meter)
        self.meter.resize(WIDTH, 34)

    def take(self, peak_dbfs: float, t: float = 0.0, *, clipped: bool = False) -> None:
        self.level.take(LevelMeasured(t=t, rms_dbfs=peak_dbfs, peak_dbfs=peak_dbfs, is_clipped=clipped))

    def image(self) -> QImage:
        return self.meter.grab().toImage()

    def at(self, dbfs: float) -> str:
        """The colour of the bar at a level."""
        return self.image().pixelColor(round((dbfs - LOW_DBFS) * 10), BAR_Y).name()


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme)


def test_the_bar_is_lit_up_to_the_level_in_its_zones_colours(bench: Bench) -> None:
    bench.take(-5.0)
    assert bench.at((LOW_DBFS + YELLOW_DBFS) / 2) == bench.colours.ok
    assert bench.at((YELLOW_DBFS + RED_DBFS) / 2) == bench.colours.warn
    assert bench.at((RED_DBFS - 5.0) / 2) == bench.colours.danger
    assert bench.at(-2.0) != bench.colours.danger


def test_a_quiet_level_leaves_the_rest_dim(bench: Bench) -> None:
    bench.take(-40.0)
    assert bench.at(-50.0) == bench.colours.ok
    for dbfs, colour in ((-30.0, bench.colours.ok), (-15.0, bench.colours.warn), (-5.0, bench.colours.danger)):
        assert bench.at(dbfs) != colour


def test_the_peak_is_held_while_the_bar_falls(bench: Bench) -> None:
    bench.take(-30.0)
    bench.meter.refresh(1.4)
    assert bench.at(-29.9) == bench.colours.text, "the mark"
    assert bench.at(-35.0) != bench.colours.ok
    assert bench.at(-50.0) == bench.colours.ok


def test_silence_has_no_peak_mark(bench: Bench) -> None:
    image = bench.image()
    assert bench.colours.text not in {image.pixelColor(x, BAR_Y).name() for x in range(WIDTH)}


def test_levels_outside_of_the_scale_stay_on_the_bar(bench: Bench) -> None:
    bench.take(3.0)
    assert bench.at(-0.1) == bench.colours.text, "the peak mark is at the end"
    assert bench.at(-1.0) == bench.colours.danger


def test_clipping_is_marked_for_a_while(bench: Bench) -> None:
    def scale() -> QImage:
        return bench.image().copy(0, 16, WIDTH, 18)

    bench.take(-10.0)
    plain = scale()
    bench.take(-10.0, 1.0, clipped=True)
    assert scale() != plain
    bench.meter.refresh(9.0)
    assert scale() == plain
