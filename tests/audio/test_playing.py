"""Playing a part of a recording: what is heard, where it stands, and what is said without an output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import numpy as np
import pytest

from flux_desktop.audio.playing import BLOCK_S, output_problem, play, samples_of
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import ProblemError
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from tests.audio.virtual_microphone import missing_parts, virtual_microphone

SAMPLE = resource_path(SAMPLE_RECORDING)


@pytest.fixture
def sound_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    if missing := missing_parts():
        pytest.skip(f"no virtual sound output without {missing}")
    with virtual_microphone(monkeypatch):
        yield


@pytest.fixture
def no_sound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Children find no sound server."""
    monkeypatch.setenv("PULSE_SERVER", str(tmp_path / "none"))


@pytest.mark.parametrize(("from_s", "for_s"), [(0.0, 0.5), (1.3, 0.25), (3.0, BLOCK_S / 2)])
def test_the_samples_are_those_of_the_part(from_s: float, for_s: float) -> None:
    recording = open_recording(SAMPLE)
    whole = np.frombuffer(recording.pcm(), "<i2")
    blocks = list(samples_of(recording, from_s, for_s))
    first, count = round(from_s * recording.sample_rate_hz), round(for_s * recording.sample_rate_hz)
    assert np.array_equal(np.concatenate(blocks), whole[first : first + count])
    assert max(map(len, blocks)) == min(count, round(BLOCK_S * recording.sample_rate_hz))


def test_a_part_ends_with_the_recording() -> None:
    recording = open_recording(SAMPLE)
    blocks = list(samples_of(recording, recording.duration_s - 0.1, 5.0))
    assert sum(map(len, blocks)) == round(0.1 * recording.sample_rate_hz)


@pytest.mark.usefixtures("sound_server")
async def test_the_position_rises_to_the_length_of_the_part() -> None:
    assert await output_problem() is None
    positions = [position async for position in play(SAMPLE, 1.0, 0.4)]
    assert positions == sorted(positions)
    assert positions[-1] == pytest.approx(0.4)
    assert len(positions) >= 0.4 / BLOCK_S


@pytest.mark.usefixtures("sound_server")
async def test_closing_the_iterator_ends_the_process() -> None:
    async with aclosing(play(SAMPLE, 0.0, 25.0)) as positions:
        async for position in positions:
            assert position < 25.0
            break


@pytest.mark.usefixtures("sound_server")
async def test_an_output_that_is_not_connected_is_a_sentence() -> None:
    problem = await output_problem("No such headset")
    assert problem is not None
    assert problem.code == "sound_output_missing"


async def test_another_volume_is_told_to_the_process_while_it_plays(tmp_path: Path) -> None:
    gains = iter([0.5])
    gain_file = tmp_path / "told"
    script = (
        "import sys; print('{\"played_s\": 0.1}', flush=True); "
        f"open({str(gain_file)!r}, 'w').write(sys.stdin.readline()); print('{{\"played_s\": 0.2}}', flush=True)"
    )
    command = [sys.executable, "-c", script]
    playing = play(SAMPLE, 0.0, 0.4, gain=lambda: next(gains, 0.25), command=command)
    assert [position async for position in playing] == [0.1, 0.2]
    assert float(gain_file.read_text()) == 0.25


@pytest.mark.usefixtures("no_sound")
async def test_without_an_output_it_is_said() -> None:
    problem = await output_problem()
    if problem is None:
        pytest.skip("this machine has a sound card, which needs no sound server")
    assert problem.code == "no_sound_output"
    with pytest.raises(ProblemError) as caught:
        [position async for position in play(SAMPLE, 0.0, 0.4)]
    assert caught.value.problem.code == "no_sound_output"


async def test_a_process_that_crashes_is_told() -> None:
    command = [sys.executable, "-c", "print('chatter'); raise SystemExit(3)"]
    with pytest.raises(ProblemError) as caught:
        [position async for position in play(SAMPLE, 0.0, 0.4, command=command)]
    assert caught.value.problem.code == "playing_failed"
