"""Tests for cluster.remote_worker, with a link that is written down."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.cluster.clock_offset import OffsetEstimate
from flux_desktop.cluster.messages import Begin, unpack
from flux_desktop.cluster.remote_worker import RemoteWorker
from flux_desktop.cluster.run_files import RunFiles
from flux_desktop.engine.recording.recording_file import compressor, recorded_lines
from flux_desktop.engine.records.audio_events import AudioFile
from flux_desktop.engine.records.commands import BeginStreams, OpenConnections, StartRun, StopRun, decode_command
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Event,
    Notice,
    RunRefused,
    Snapshot,
    WorkerHeartbeat,
    decode_event,
    encode_event,
)
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionSummary, LedgerClass
from flux_desktop.engine.records.plan import RunPlan, WavSource


class Link:
    """In place of `GeneratorLink`: calls are answered from `answers`, commands are kept."""

    def __init__(self) -> None:
        self.name, self.root, self.lost = "a", "/there", ""
        self.offset = OffsetEstimate()
        self.offset.add(0.0, 100.0, 0.0)
        self.calls: list[tuple[Any, ...]] = []
        self.sent: list[tuple[int, Any]] = []
        self.due: list[float] = []
        self.recording = b""
        self.problem: Problem | None = None
        self.begun = asyncio.Event()
        self.on_lost: Callable[[], None] = lambda: None
        self.silent: asyncio.Event | None = None
        """Set when a recording is asked for, which is then never answered."""

    async def call(self, method: str, *arguments: Any, limit_s: float = 0.0) -> Any:
        self.calls.append((method, *arguments))
        if self.problem is not None:
            raise ProblemError(self.problem)
        if method == "recording" and self.silent is not None:
            self.silent.set()
            await asyncio.Event().wait()
        if method == "recording":
            return self.recording[arguments[1] : arguments[1] + 100]
        return None

    def begin(self) -> None:
        self.begun.set()

    def send(self, worker: int, command: bytes) -> None:
        self.sent.append((worker, decode_command(command)))

    def start_is_due(self, start_s: float) -> None:
        self.due.append(start_s)

    def note(self, worker: int, event: Event) -> None:
        pass

    def lose(self, reason: str) -> None:
        self.lost = reason
        self.on_lost()


class Harness:
    def __init__(self, tmp_path: Path) -> None:
        self.link = Link()
        self.events: list[Event] = []
        link: Any = self.link
        self.worker = RemoteWorker(1, [1, 4], link, lambda _, event: self.events.append(event))
        self.link.on_lost = self.worker.lost
        wav = tmp_path / "a.wav"
        wav.write_bytes(b"RIFF")
        self.wav = str(wav)
        self.plan = RunPlan(endpoint="e", source=WavSource(path=self.wav))
        self.worker.files = RunFiles()
        self.worker.files.add_source(self.plan)
        self.recording = tmp_path / "worker-1.jsonl.gz"

    def start(self) -> StartRun:
        return StartRun(
            plan=self.plan,
            connections=[1, 4],
            origin_s=7.0,
            credentials=Credentials(access_key="A", secret_key="s"),
            recording_path=os.fsencode(self.recording),
        )

    async def serving(self) -> asyncio.Task[None]:
        task = asyncio.create_task(self.worker.serve(self.start(), lambda: [StopRun()]))
        await self.link.begun.wait()
        await asyncio.sleep(0)
        return task

    def take(self, *events: Event, done: bool = False) -> None:
        self.worker.take([encode_event(event) for event in events], done=done)

    @property
    def ends(self) -> dict[int, LedgerClass]:
        return {each.summary.conn: each.summary.ledger for each in self.events if isinstance(each, ConnectionEnded)}


@pytest.fixture
def harness(tmp_path: Path) -> Harness:
    return Harness(tmp_path)


def ended(conn: int) -> ConnectionEnded:
    return ConnectionEnded(t=2.0, summary=ConnectionSummary(conn=conn, ledger=LedgerClass.COMPLETED))


async def test_times_go_to_the_generators_clock_and_paths_to_its_folder(harness: Harness) -> None:
    harness.worker.send(StopRun())
    assert harness.link.sent == [], "before its run nothing is sent"
    task = await harness.serving()
    harness.worker.send(BeginStreams(start_s=9.0))
    assert harness.link.sent == [(1, StopRun()), (1, BeginStreams(start_s=109.0))]
    assert harness.link.due == [9.0]
    start = decode_command(unpack(harness.link.calls[0][1], Begin).start)
    assert isinstance(start, StartRun)
    assert (start.origin_s, start.recording_path, start.connections) == (107.0, None, [1, 4])
    assert start.plan.source == WavSource(path="audio/000001/a.wav")
    harness.take(WorkerHeartbeat(), done=True)
    await task


async def test_its_recording_is_fetched_with_the_paths_of_this_machine(harness: Harness) -> None:
    member = compressor()
    event = AudioFile(t=1.0, path="/there/audio/000001/a.wav", sha256="x" * 500)
    full = Notice(t=2.0, problem=Problem(code="recording_failed", what="The disk is full."))
    harness.link.recording = member.compress(encode_event(event) + encode_event(full)) + member.flush()
    task = await harness.serving()
    harness.take(ended(1), ended(4), done=True)
    await task
    line, notice = recorded_lines(harness.recording)
    assert b"Generator a: The disk is full." in notice, "as it was told during the run"
    assert decode_event(line) == msgspec.structs.replace(event, path=harness.wav)
    assert not harness.worker.recording_left
    assert [path.name for path in harness.recording.parent.glob("*worker*")] == [harness.recording.name]


async def test_a_recording_that_cannot_be_fetched_is_named(harness: Harness) -> None:
    task = await harness.serving()
    harness.link.problem = Problem(code="x", what="The disk is full.")
    harness.take(ended(1), ended(4), done=True)
    await task
    (notice,) = [event for event in harness.events if isinstance(event, Notice)]
    assert "worker-1.jsonl.gz was not fetched from generator a, folder /there. The disk" in notice.problem.sentence()
    assert harness.worker.recording_left


async def test_so_is_one_that_cannot_be_written_on_this_machine(harness: Harness) -> None:
    task = await harness.serving()
    shutil.rmtree(harness.recording.parent)
    harness.take(ended(1), ended(4), done=True)
    await task
    (notice,) = [event for event in harness.events if isinstance(event, Notice)]
    assert notice.problem.why == "It cannot be written here: No such file or directory."


@pytest.mark.parametrize(
    ("is_lost", "why"), [(True, "No answer for 5 s."), (False, "The run was stopped at once.")], ids=["lost", "stopped"]
)
async def test_a_recording_that_does_not_come_is_not_waited_for(harness: Harness, is_lost: bool, why: str) -> None:
    harness.link.silent = asyncio.Event()
    task = await harness.serving()
    harness.take(ended(1), ended(4), done=True)
    await harness.link.silent.wait()
    harness.worker.send(StopRun())
    await asyncio.sleep(0)
    assert not harness.worker.recording_left, "a run that is stopped in order keeps its recording"
    if is_lost:
        harness.link.lost = "no answer for 5 s"
        harness.worker.lost()
    else:
        harness.worker.send(StopRun(drain=False))
    await task
    (notice,) = [event for event in harness.events if isinstance(event, Notice)]
    assert f"generator a, folder /there. {why}" in notice.problem.sentence()
    assert os.listdir(harness.recording.parent) == ["a.wav"]


async def test_connections_of_a_lost_generator_are_lost_with_what_was_known_of_them(harness: Harness) -> None:
    task = await harness.serving()
    harness.take(ended(1), Snapshot(t=3.0, ledger={}, rows=[ConnectionRow(conn=4, chunks_sent=40)]))
    harness.link.lost = "its connection was lost"
    harness.worker.lost()
    await task
    assert harness.ends == {1: LedgerClass.COMPLETED, 4: LedgerClass.GENERATOR_LOST}
    *_, last, notice = harness.events
    assert isinstance(last, ConnectionEnded)
    assert isinstance(notice, Notice)
    assert "generator a, folder /there. Its connection was lost." in notice.problem.sentence(), "where to look for it"
    assert last.summary.chunks_sent == 40
    assert last.summary.problem is not None
    assert last.summary.problem.sentence().startswith("Generator a was lost, and its connections with it.")


async def test_one_that_has_closed_its_streams_by_itself_is_lost(harness: Harness) -> None:
    task = await harness.serving()
    lease_ended = Problem(code="lease_ended", what="All streams were closed.")
    stopped = ConnectionSummary(conn=4, ledger=LedgerClass.FAILED)
    harness.take(ended(1), Notice(t=3.0, problem=lease_ended), ConnectionEnded(t=4.0, summary=stopped))
    await task
    assert harness.ends == {1: LedgerClass.COMPLETED, 4: LedgerClass.GENERATOR_LOST}, "not by the endpoint"
    (why,) = [
        each.summary.problem.why
        for each in harness.events
        if isinstance(each, ConnectionEnded) and each.summary.problem
    ]
    assert why == "It heard nothing of the run. A generator that hears nothing of its run closes its streams by itself."


async def test_connections_that_are_opened_on_a_lost_generator_end_at_once(harness: Harness) -> None:
    task = await harness.serving()
    harness.link.lost = "its connection was lost"
    harness.worker.lost()
    await task
    harness.worker.connections.append(7)
    harness.worker.send(OpenConnections(connections=[7]))
    await asyncio.sleep(0)
    assert harness.ends[7] is LedgerClass.GENERATOR_LOST


async def test_a_run_that_cannot_be_carried_out_there_is_refused(harness: Harness) -> None:
    task = await harness.serving()
    harness.take(RunRefused(t=0.0, problem=Problem(code="no_credentials", what="There are no keys.")), done=True)
    await task
    assert harness.worker.refused == Problem(code="no_credentials", what="Generator a: There are no keys.")
    assert harness.events == []


async def test_its_notices_name_the_generator(harness: Harness) -> None:
    harness.take(Notice(t=0.0, problem=Problem(code="recording_failed", what="The disk is full.")))
    (notice,) = [event for event in harness.events if isinstance(event, Notice)]
    assert notice.problem.what == "Generator a: The disk is full."


@pytest.mark.parametrize(("code", "is_named"), [("worker_died", True), ("clock_skew", True), ("throttled", False)])
async def test_ends_by_a_fault_of_the_generator_name_it(harness: Harness, code: str, is_named: bool) -> None:
    problem = Problem(code=code, what="No.")
    harness.take(ConnectionEnded(t=1.0, summary=ConnectionSummary(conn=1, ledger=LedgerClass.FAILED, problem=problem)))
    (end,) = [event.summary.problem for event in harness.events if isinstance(event, ConnectionEnded)]
    assert end is not None
    assert end.what == ("Generator a: No." if is_named else "No.")


async def test_so_is_one_that_cannot_be_handed_over(harness: Harness) -> None:
    harness.link.problem = Problem(code="generator_failed", what="No.")
    await harness.worker.serve(harness.start(), list)
    assert harness.worker.refused == harness.link.problem
