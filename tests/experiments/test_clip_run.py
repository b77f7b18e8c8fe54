"""Clips on connections of their own, as one ordinary run of the built-in endpoint."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.commands import Command, SendControl
from flux_desktop.engine.records.events import ConnectionEnded, RunStarted
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.experiments.clip_run import ClipProgress, ClipRun, ClipRunResult, clip_plan, lasts_s
from flux_desktop.experiments.read_traces import read_traces
from flux_desktop.flux.options import FluxOptions


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """The first sentence of the bundled recording as the one clip of a data set."""
    samples, rate_hz = soundfile.read(resource_path(SAMPLE_RECORDING), dtype="int16", frames=3 * 16_000)
    soundfile.write(tmp_path / "clip.wav", np.asarray(samples), rate_hz)
    row = {"audio_filepath": "clip.wav", "turns": [{"text": "", "start_s": 0.5, "end_s": 2.6}]}
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(msgspec.json.encode(row))
    return path


def test_the_next_stream_opens_when_one_has_ended() -> None:
    assert lasts_s([], 2) == 0
    assert lasts_s([3, 1, 1, 1], 2) == 3
    assert lasts_s([1, 1, 1, 3], 2) == 4, "the long one opens last"
    assert lasts_s([1, 2], 8) == 2


def carried_out(
    data_set: Path, eots: tuple[float, ...], entries: int, bundle: str = "latest"
) -> tuple[ClipRunResult, list[ClipProgress]]:
    progress: list[ClipProgress] = []
    base = RunPlan(
        endpoint="local",
        source=WavSource(path="none"),
        options=FluxOptions(eot_threshold=eots[0], eot_timeout_ms=500),
        local_arguments=("--bundle", bundle),
    )
    variants = tuple(msgspec.structs.replace(base.options, eot_threshold=eot) for eot in eots)
    plan = clip_plan(base, data_set, (0,) * entries, at_once=2, variants=variants)
    run = ClipRun(plan, scout=True, on_progress=progress.append, sessions_dir=data_set.parent / "sessions")
    return asyncio.run(run.run()), progress


def test_every_entry_is_sent_once_with_the_parameters_of_its_turn(data_set: Path) -> None:
    result, progress = carried_out(data_set, (0.9, 0.6), 2)
    assert (result.done, result.failed, result.refused) == (2, 0, None)
    assert not result.ended.interrupted, "it ended because everything had been sent"
    assert 2 * 3.0 <= result.sent_s <= 2 * 6.0, "both clips, with the silence after them"
    assert max(each.open for each in progress) == 2
    assert progress[0].open == 1, "the first one is tried alone"
    assert result.session_folder is not None
    traces = read_traces([result.session_folder]).traces
    assert sorted(trace.setting.eot for trace in traces) == [0.6, 0.9]
    assert [trace.repeat for trace in traces] == [0, 1]


def test_a_build_that_refuses_the_threshold_is_found_by_trying(data_set: Path) -> None:
    result, _ = carried_out(data_set, (1.0,), 3, bundle="flux-english-20260311")
    assert result.refused is not None
    assert (result.done, result.failed) == (0, 1)


class RecordingSupervisor:
    """In place of the supervisor: keeps what it is told."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.opened: list[int] = []
        self.first_command = asyncio.Event()

    def send(self, command: Command) -> None:
        self.commands.append(command)
        self.first_command.set()

    def open_connections(self, numbers: list[int]) -> None:
        self.opened += numbers

    def stop(self, *, drain: bool, interrupts: bool = True) -> None:
        """The run is over."""


def test_turns_are_ended_at_their_places_and_never_after_the_clip(data_set: Path) -> None:
    async def forced() -> list[Command]:
        base = RunPlan(endpoint="local", source=WavSource(path="none"))
        run = ClipRun(clip_plan(base, data_set, (0, 1), at_once=2), force_ends_s={0: [0.0, 60.0], 1: [60.0]})
        supervisor = RecordingSupervisor()
        run._supervisor = supervisor  # type: ignore[assignment]
        run._take(RunStarted(t=0.0, wall_time="", plan=run._plan, version="0"))
        for conn in (1, 2):
            run._take(ClipStarted(t=0.0, conn=conn, clip="clip.wav", audio_s=0.0))
        await supervisor.first_command.wait()
        for conn in (1, 2):
            summary = ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED)
            run._take(ConnectionEnded(t=1.0, summary=summary))
        assert not run._timers
        return supervisor.commands

    assert asyncio.run(forced()) == [SendControl(control="ForceEndTurn", connections=[1])]
