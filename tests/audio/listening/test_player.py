"""What a block of output is filled with: in step with a plan, paused, sought, muted; without any device."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from flux_desktop.audio.listening.player import Player
from flux_desktop.audio.listening.protocol import Hear, Volume
from flux_desktop.audio.listening.tape import Segment

RATE_HZ, SIZE = 16_000, 800
BLOCK_S = SIZE / RATE_HZ


class Bench:
    """A player on a stepped clock, with a recording of whose samples each tells its place."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "ramp.wav"
        self.samples = (np.arange(20 * RATE_HZ) % 30_000).astype(np.int16)
        soundfile.write(self.path, self.samples, RATE_HZ)
        self.player = Player(RATE_HZ)
        self.now_s = 1000.0

    def hear(self, zero_s: float | None) -> None:
        self.player.take(Hear(segments=[Segment(path=str(self.path), at_s=0.0)], zero_s=zero_s))

    def blocks(self, count: int) -> np.ndarray:
        """The next blocks; each is heard when it is asked for."""
        filled = []
        for _ in range(count):
            while self.player.read_ahead(self.now_s):
                pass
            filled.append(np.frombuffer(self.player.fill(SIZE, self.now_s), "<i2"))
            self.now_s += BLOCK_S
        return np.concatenate(filled)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_nothing_is_heard_until_it_is_told_what(bench: Bench) -> None:
    assert not bench.blocks(3).any()
    assert bench.player.position_s is None
    assert bench.player.behind_s is None


def test_the_sound_is_what_is_due(bench: Bench) -> None:
    bench.hear(bench.now_s - 2.0)
    sound = bench.blocks(20)
    fade = round(0.01 * RATE_HZ)
    first = 2 * RATE_HZ
    assert np.array_equal(sound[fade:], bench.samples[first + fade : first + 20 * SIZE])
    assert bench.player.position_s == pytest.approx(2.0 + 20 * BLOCK_S)
    assert bench.player.behind_s == pytest.approx(0.0, abs=1e-4)


def test_before_the_plan_begins_there_is_silence(bench: Bench) -> None:
    bench.hear(bench.now_s + 2 * BLOCK_S)
    sound = bench.blocks(4)
    assert not sound[: 2 * SIZE].any()
    assert np.array_equal(sound[2 * SIZE :], bench.samples[: 2 * SIZE])


def test_a_pause_fades_out_and_the_sound_comes_back(bench: Bench) -> None:
    bench.hear(bench.now_s - 1.0)
    bench.blocks(4)
    bench.hear(None)
    paused = bench.blocks(2)
    assert paused[0] > 0
    assert not paused[round(0.01 * RATE_HZ) :].any()
    assert bench.player.position_s is None
    bench.hear(bench.now_s - 1.2)
    assert bench.blocks(1)[-1] == bench.samples[round(1.2 * RATE_HZ) + SIZE - 1]


def test_seeking_jumps_to_the_new_place(bench: Bench) -> None:
    bench.hear(bench.now_s - 1.0)
    bench.blocks(4)
    bench.hear(bench.now_s - 9.0)
    sound = bench.blocks(6)
    assert sound[-1] == bench.samples[9 * RATE_HZ + 6 * SIZE - 1]


def test_muted_is_silent_and_keeps_its_place(bench: Bench) -> None:
    bench.hear(bench.now_s)
    bench.player.take(Volume(gain=0.0))
    bench.blocks(1)
    assert not bench.blocks(3).any()
    assert bench.player.position_s == pytest.approx(4 * BLOCK_S)
    bench.player.take(Volume(gain=0.5))
    bench.blocks(1)
    assert bench.blocks(1)[-1] == pytest.approx(bench.samples[6 * SIZE - 1] / 2, abs=1)


def test_what_has_not_been_read_is_waited_for_in_silence(bench: Bench) -> None:
    bench.hear(bench.now_s - 5.0)
    assert not np.frombuffer(bench.player.fill(SIZE, bench.now_s), "<i2").any()
    assert bench.player.position_s is None
    bench.now_s += BLOCK_S
    assert bench.blocks(1)[-1] == bench.samples[5 * RATE_HZ + 2 * SIZE - 1]
