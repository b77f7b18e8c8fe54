"""Blocks without clicks: a stretched sine stays a sine, fades begin and end where they should."""

from __future__ import annotations

import numpy as np
import pytest

from flux_desktop.audio.listening.stretching import (
    FADE_S,
    MARGIN_AFTER,
    MARGIN_BEFORE,
    crossfaded,
    stretched,
    with_volume,
)

RATE_HZ, SIZE = 16_000, 800


def sine(first: int, count: int, hz: float = 440.0) -> np.ndarray:
    at = np.arange(first - MARGIN_BEFORE, first + count + MARGIN_AFTER)
    return (10_000 * np.sin(2 * np.pi * hz * at / RATE_HZ)).astype(np.int16)


@pytest.mark.parametrize("extra", [-3, -1, 0, 1, 3])
def test_a_stretched_sine_stays_a_sine(extra: int) -> None:
    block = stretched(sine(100, SIZE + extra), SIZE)
    at = 100 + np.arange(SIZE) * (SIZE + extra) / SIZE
    assert len(block) == SIZE
    assert np.abs(block - 10_000 * np.sin(2 * np.pi * 440 * at / RATE_HZ)).max() < 5


def test_blocks_that_follow_each_other_join_without_a_step() -> None:
    first = stretched(sine(0, SIZE + 3), SIZE)
    second = stretched(sine(SIZE + 3, SIZE - 3), SIZE)
    steepest = 10_000 * 2 * np.pi * 440 / RATE_HZ
    assert np.abs(np.diff(np.concatenate([first, second]))).max() < 1.05 * steepest


def test_what_is_not_stretched_is_not_changed() -> None:
    samples = sine(0, SIZE)
    assert np.array_equal(stretched(samples, SIZE), samples[MARGIN_BEFORE:-MARGIN_AFTER])


def test_a_fade_goes_from_the_old_to_the_new_sound() -> None:
    old, new = np.full(SIZE, 1000, np.float32), np.full(SIZE, -500, np.float32)
    block = crossfaded(old, new, RATE_HZ)
    length = round(FADE_S * RATE_HZ)
    assert block[0] == 1000
    assert np.all(np.diff(block[:length]) < 0)
    assert np.all(block[length:] == -500)


def test_the_volume_changes_smoothly_and_nothing_wraps_around() -> None:
    loud = np.full(SIZE, 40_000, np.float32)
    samples = np.frombuffer(with_volume(loud, 1.0, 0.0), "<i2")
    assert samples[0] == 32767
    assert samples[-1] == 0
    assert np.all(np.diff(samples.astype(int)) <= 0)
    assert np.frombuffer(with_volume(loud, 0.5, 0.5), "<i2")[0] == 20_000
