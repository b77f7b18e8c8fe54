"""Levels in dBFS and the motion of the meter."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.audio.levels import FLOOR_DBFS, Meter, measure


def sine(amplitude: float) -> bytes:
    return (np.sin(np.arange(1600) * 2 * np.pi / 16) * amplitude * 32767).astype("<i2").tobytes()


def test_full_scale_sine() -> None:
    level = measure(sine(1.0))
    assert level.rms_dbfs == pytest.approx(-3.01, abs=0.02)
    assert level.peak_dbfs == pytest.approx(0, abs=0.01)
    assert level.is_clipped
    assert not level.is_silent


def test_half_scale_is_six_decibels_less() -> None:
    level = measure(sine(0.5))
    assert level.peak_dbfs == pytest.approx(-6.02, abs=0.02)
    assert not level.is_clipped


@pytest.mark.parametrize(("peak", "clipped"), [(30_934, False), (30_935, True), (-32_768, True)])
def test_clipping_begins_half_a_decibel_below_full_scale(peak: int, clipped: bool) -> None:
    assert measure(np.array([0, peak], dtype="<i2").tobytes()).is_clipped is clipped


@pytest.mark.parametrize("pcm", [b"", b"\x00", bytes(320), b"\x05\x00" * 160])
def test_digital_silence(pcm: bytes) -> None:
    assert measure(pcm).is_silent
    assert measure(pcm).peak_dbfs >= FLOOR_DBFS


def test_quiet_room_is_not_silence() -> None:
    level = measure(np.array([1, -1, 0, 1], dtype="<i2").tobytes())
    assert not level.is_silent
    assert level.peak_dbfs == pytest.approx(-90.3, abs=0.1)


def test_meter_rises_at_once_and_falls_slowly() -> None:
    meter = Meter()
    assert meter.level_dbfs(0.0) == FLOOR_DBFS
    meter.push(-10.0, 1.0)
    assert meter.level_dbfs(1.0) == -10.0
    meter.push(-60.0, 2.0)
    assert meter.level_dbfs(2.0) == pytest.approx(-21.8)
    assert meter.level_dbfs(3.0) == pytest.approx(-33.6)
    meter.push(-5.0, 3.0)
    assert meter.level_dbfs(3.0) == -5.0


def test_meter_reaches_the_level_below() -> None:
    meter = Meter()
    meter.push(-10.0, 0.0)
    for tick in range(1, 200):
        meter.push(-40.0, tick / 20)
    assert meter.level_dbfs(199 / 20) == pytest.approx(-40.0, abs=0.6)


def test_peak_is_held_then_falls() -> None:
    meter = Meter(hold_s=1.5)
    meter.push(-6.0, 0.0)
    meter.push(-30.0, 0.5)
    assert meter.peak_dbfs(1.4) == -6.0
    assert meter.peak_dbfs(2.5) == pytest.approx(-6.0 - 11.8)
    assert meter.peak_dbfs(1e6) == FLOOR_DBFS
