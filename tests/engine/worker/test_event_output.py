"""What of a worker's events reaches the front end, and what the recording."""

from __future__ import annotations

import pytest

from flux_desktop.engine.records.audio_events import AudioFile
from flux_desktop.engine.records.events import Event, Received, WorkerHeartbeat, decode_event
from flux_desktop.engine.worker import event_output
from flux_desktop.engine.worker.event_output import EventOutput


class Pipe:
    """A write transport, and a recorder, that keep what is written."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.backlog_bytes = 0
        self.is_closed = False

    def write(self, line: bytes) -> None:
        self.lines.append(line)

    def is_closing(self) -> bool:
        return self.is_closed

    def get_write_buffer_size(self) -> int:
        return self.backlog_bytes

    @property
    def events(self) -> list[Event]:
        return [decode_event(line) for line in self.lines]


def message(conn: int) -> Received:
    return Received(t=1.0, conn=conn, type="TurnInfo", text="{}")


HASH = AudioFile(t=1.0, path="a.wav", sha256="0" * 64)


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


@pytest.fixture
def recording() -> Pipe:
    return Pipe()


@pytest.fixture
def output(pipe: Pipe, recording: Pipe) -> EventOutput:
    output = EventOutput(pipe)  # type: ignore[arg-type]
    output.recorder = recording  # type: ignore[assignment]
    return output


def test_messages_are_sent_of_watched_connections_and_recorded_of_all(
    output: EventOutput, pipe: Pipe, recording: Pipe
) -> None:
    output.watched = frozenset({2})
    for conn in (1, 2):
        output.emit(message(conn))
    output.emit(HASH)
    assert pipe.events == [message(2), HASH]
    assert recording.events == [message(1), message(2), HASH]
    output.watched = None
    output.emit(message(1))
    assert pipe.events[-1] == message(1)


def test_a_front_end_that_does_not_read_loses_messages_and_nothing_else(
    output: EventOutput, pipe: Pipe, recording: Pipe
) -> None:
    output.watched = None
    pipe.backlog_bytes = event_output._BACKLOG_MAX_BYTES + 1
    output.emit(message(1))
    output.emit(HASH)
    assert pipe.events == [HASH]
    assert recording.events == [message(1), HASH]


def test_some_events_are_sent_alone_and_some_recorded_alone(output: EventOutput, pipe: Pipe, recording: Pipe) -> None:
    output.send(WorkerHeartbeat())
    output.record(HASH)
    output.record(None)
    assert pipe.events == [WorkerHeartbeat()]
    assert recording.events == [HASH]
    output.recorder = None
    output.record(HASH)
    assert recording.events == [HASH]


def test_nothing_is_written_into_a_closed_pipe(output: EventOutput, pipe: Pipe) -> None:
    pipe.is_closed = True
    output.send(WorkerHeartbeat())
    output.emit(HASH)
    assert pipe.lines == []
