"""Staying in step: clocks that differ, a device that reports badly, and jumps; on simulated blocks."""

from __future__ import annotations

import itertools
import random

import pytest

from flux_desktop.audio.listening.in_step import JUMP_S, InStep

RATE_HZ, SIZE = 16_000, 800
BLOCK_S = SIZE / RATE_HZ


def simulate(blocks: int, *, clock_ppm: float = 0.0, jitter_s: float = 0.0, offset_s: float = 0.0) -> list[float]:
    """Errors of the sound, in seconds, of a device whose clock differs and that reports its delay inexactly."""
    in_step, rng = InStep(RATE_HZ), random.Random(7)
    place, errors = None, []
    for number in range(blocks):
        heard_s = number * BLOCK_S * (1 + clock_ppm / 1e6)
        due = heard_s * RATE_HZ
        start = due - offset_s * RATE_HZ if place is None else place
        errors.append((due - start) / RATE_HZ)
        step = in_step.step(round(start), due + rng.uniform(-jitter_s, jitter_s) * RATE_HZ, SIZE)
        place = step.first + step.sample_count
    return errors


@pytest.mark.parametrize("clock_ppm", [0.0, 20.0, -100.0, 500.0])
def test_clocks_that_differ_do_not_drift_apart_over_an_hour(clock_ppm: float) -> None:
    errors = simulate(72_000, clock_ppm=clock_ppm)
    assert max(map(abs, errors)) < 0.005


def test_a_device_that_reports_its_delay_inexactly_is_not_chased() -> None:
    errors = simulate(2_000, clock_ppm=50, jitter_s=0.02)
    assert max(map(abs, errors)) < 0.015


def test_a_small_error_is_corrected_without_a_jump() -> None:
    errors = simulate(600, offset_s=0.05)
    assert errors[0] == pytest.approx(0.05)
    steps = [before - after for before, after in itertools.pairwise(errors)]
    assert max(map(abs, steps)) <= 0.004 * BLOCK_S
    assert abs(errors[-1]) < 0.001


def test_a_large_error_is_corrected_at_once_after_three_blocks() -> None:
    in_step = InStep(RATE_HZ)
    first = in_step.step(None, 1000.4, SIZE)
    assert first == (1000, SIZE, True)
    place = 1000 + SIZE
    due = place + 2 * JUMP_S * RATE_HZ
    jumps = []
    for number in range(3):
        step = in_step.step(place, due + number * SIZE, SIZE)
        jumps.append(step.jumped)
        place = step.first + step.sample_count
    assert jumps == [False, False, True]
    assert step.first == round(due) + 2 * SIZE
    assert in_step.error_s is None


def test_one_wrong_report_does_not_make_it_jump() -> None:
    in_step = InStep(RATE_HZ)
    place = 0
    for number in range(40):
        due = float(number * SIZE)
        step = in_step.step(place, due + (RATE_HZ if number == 20 else 0), SIZE)
        assert (step.jumped, step.sample_count) == (False, SIZE)
        place = step.first + step.sample_count
    assert in_step.error_s == 0.0
