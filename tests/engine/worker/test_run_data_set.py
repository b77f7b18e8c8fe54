"""A run with a data set, through real workers and the real local endpoint."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from flux_desktop.aws.target import Credentials
from flux_desktop.base.problem import Problem
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.audio_events import ClipReference, ClipStarted
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Event
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.sending.chunk_source import ChunkSource
from flux_desktop.engine.sending.clip_sequence import LeftOut
from flux_desktop.engine.worker.run import Run
from tests.engine.connection.fake_transport import CHUNK_BYTES, FakeTransport, polite
from tests.engine.sending.memory_chunks import MemoryChunkSource
from tests.stepped_loop import now_s, run


async def test_each_connection_sends_its_own_clips(driver, tmp_path: Path):
    folder = tmp_path / "clips"
    folder.mkdir()
    names = ("a.wav", "b.flac", "c.wav", "d.flac")
    for name in names:
        soundfile.write(folder / name, np.full(8_000, 100, np.int16), 16_000)
    plan = RunPlan(
        endpoint="local",
        source=DataSetSource(path=str(folder), seed=3),
        connections=2,
        local_arguments=("--recogniser", "silent"),
    )
    ended = await driver.supervisor.run(plan)
    assert sum(ended.ledger.values()) == 2
    clips = driver.of(ClipStarted)
    assert sorted(Path(event.clip).name for event in clips) == ["a.wav", "b.flac", "c.wav", "d.flac"]
    assert {event.conn for event in clips} == {1, 2}
    assert {event.audio_s for event in clips} == {0.0, 2.5}
    assert {event.number: Path(event.clip).name for event in clips} == dict(enumerate(sorted(names)))


async def test_the_recording_holds_what_is_said_in_each_clip(driver, tmp_path: Path):
    """Once for each clip that was sent, however often, and not in the events for the front end."""
    folder = tmp_path / "clips"
    folder.mkdir()
    soundfile.write(folder / "a.wav", np.full(1_600, 100, np.int16), 16_000)
    (folder / "a.txt").write_text("Good morning.")
    soundfile.write(folder / "b.wav", np.full(1_600, 100, np.int16), 16_000)
    source = DataSetSource(path=str(folder))
    plan = RunPlan(endpoint="local", source=source, connections=4, local_arguments=("--recogniser", "silent"))
    await driver.supervisor.run(plan)
    assert driver.of(ClipReference) == []
    session = driver.supervisor.session_folder
    recorded = [event for event in read_session(session) if isinstance(event, ClipReference)]
    assert [(Path(event.clip).name, event.text, event.length_s) for event in recorded] == [
        ("a.wav", "Good morning.", 0.1)
    ]


async def test_the_recording_holds_the_text_of_a_single_file(driver, tmp_path: Path):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.full(1_600, 100, np.int16), 16_000)
    path.with_suffix(".txt").write_text("Good morning.")
    plan = RunPlan(
        endpoint="local",
        source=WavSource(path=str(path), loop=True),
        duration_s=0.2,
        local_arguments=("--recogniser", "silent"),
    )
    await driver.supervisor.run(plan)
    [recorded] = [event for event in read_session(driver.supervisor.session_folder) if isinstance(event, ClipReference)]
    assert (recorded.number, recorded.clip, recorded.is_looped) == (0, str(path), True)
    assert (recorded.text, recorded.length_s) == ("Good morning.", 0.1)


class Chunks(MemoryChunkSource):
    """Three seconds of silence that notes what becomes of it."""

    def __init__(self, conn: int, steps: list[tuple[int, str]]) -> None:
        super().__init__(bytes(32_000 * 3), CHUNK_BYTES, loop=False, limit_bytes=None)
        self._note = lambda step: steps.append((conn, step))

    def begin(self) -> None:
        self._note("begin")

    def end(self) -> None:
        self._note("end")


async def carried_out(steps: list[tuple[int, str]]) -> list[Event]:
    """The events of a run with a connection for each of five clips, of which the third cannot be decoded."""
    events: list[Event] = []
    plan = RunPlan(endpoint="fake", source=DataSetSource(path="d", fresh_connection=True), connections=5, held_max=2)

    def chunks(conn: int, _: float | None) -> ChunkSource:
        return LeftOut(Problem(code="audio_unsupported", what="No.")) if conn == 3 else Chunks(conn, steps)

    keys = Credentials(access_key="a", secret_key="b")
    start = StartRun(plan=plan, connections=[1, 2, 3, 4, 5], origin_s=now_s(), credentials=keys)
    await Run(start, FakeTransport(polite), chunks, events.append, clock=now_s).carry_out()
    return events


def test_no_more_connections_are_held_than_wanted_and_a_bad_clip_is_not_started() -> None:
    steps: list[tuple[int, str]] = []
    events = run(carried_out(steps))
    ends = {event.summary.conn: event.summary for event in events if isinstance(event, ConnectionEnded)}
    assert {conn: end.ledger for conn, end in ends.items()} == {
        1: "completed", 2: "completed", 3: "not started", 4: "completed", 5: "completed",
    }  # fmt: skip
    assert ends[3].problem is not None
    assert ends[3].problem.what == "No."
    held, most = set(), 0
    for event in events:
        if isinstance(event, ConnectionChanged) and event.state == "connecting":
            held.add(event.conn)
        elif isinstance(event, ConnectionEnded):
            held.discard(event.summary.conn)
        most = max(most, len(held))
    assert most == 2
    assert [step for _, step in steps[:2]] == ["begin", "begin"]
    assert steps.index((1, "end")) < steps.index((4, "begin")) or steps.index((2, "end")) < steps.index((4, "begin"))
    assert sorted(conn for conn, step in steps if step == "end") == [1, 2, 4, 5]
