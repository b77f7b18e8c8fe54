"""The digest of a large recording: what opening it needs at once, and what each connection said, by itself.

It is one zip file beside the recording, made after the run or when a session is first opened, and never the source of
truth: one that is missing, damaged or older than the recording is made again. Kept are

- of the run: all events but messages; snapshots thinned to one a second or less, rows to one in fifteen;
- of a connection: all turn events and control messages, the newest `UPDATES_KEPT` Updates (their latencies), and the
  text of the newest `TEXTS_KEPT` messages.
"""

from __future__ import annotations

import heapq
import zipfile
import zlib
from collections import defaultdict, deque
from collections.abc import Iterator
from pathlib import Path

import msgspec

from flux_desktop.engine.measuring.histogram import is_encoded
from flux_desktop.engine.measuring.run_totals import RunTotals
from flux_desktop.engine.recording.damage import RecordingDamage
from flux_desktop.engine.recording.legacy import LegacyReader, is_legacy
from flux_desktop.engine.recording.recording_file import recorded_lines, recording_bytes, recording_files, worker_number
from flux_desktop.engine.recording.session_folder import read_run_file
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Event,
    Histograms,
    Received,
    RunEnded,
    RunStarted,
    Sent,
    Snapshot,
    decode_event,
    encode_event,
)
from flux_desktop.reports.sessions.thinning import ThinnedSnapshots

DIGEST_FILE = "digest.zip"
WORTH_BYTES = 512 * 1024
"""Smaller recordings are shown event by event, which takes the window far longer than reading them."""
UPDATES_KEPT = 3_000
TEXTS_KEPT = 200
_SCHEMA = 2
_RUN, _STAMP = "run.jsonl.gz", "stamp"
_SMALL_WINDOW = 16 + 12
_RECEIVED, _UPDATE, _CLOSED = b'{"event":"received"', b'"turn_event":"Update"', b'"closed_turn":'


def is_worth_it(folder: Path) -> bool:
    """Whether a recording is so large that it is opened by its digest. Raises `OSError`."""
    return recording_bytes(folder) >= WORTH_BYTES


def write_digest(folder: Path) -> None:
    """Make the digest of a session; takes seconds for an hour of a hundred connections. Raises `OSError`."""
    stamp = _stamp(folder)
    parts: dict[int, _Connection] = defaultdict(_Connection)
    started = next((event for event in read_run_file(folder) if isinstance(event, RunStarted)), None)
    if started is None:
        return
    totals = RunTotals(started.plan)
    paths = recording_files(folder)
    alone = sum(worker_number(path) > 0 for path in paths) == 1
    damage = RecordingDamage()
    streams = [_of_the_run(path, parts, damage) for path in paths]
    ends = []
    thinned = ThinnedSnapshots()
    run = _Packed()
    for worker, event in heapq.merge(*streams, key=lambda pair: getattr(pair[1], "t", 0.0)):
        run_event = totals.take(event, worker, alone=alone) if worker else event
        if isinstance(run_event, Snapshot):
            thinned.take(run_event)
        elif isinstance(run_event, RunEnded):
            ends.append(run_event)
        elif isinstance(run_event, ConnectionEnded):
            run.add(encode_event(_without_texts(run_event)))
        elif run_event is not None:
            run.add(encode_event(run_event))
    for snapshot in thinned.all():
        run.add(encode_event(snapshot))
    for ended in ends:
        run.add(encode_event(damage.marked(ended)))
    target = folder / DIGEST_FILE
    part = target.with_name(f".{DIGEST_FILE}.part")
    try:
        part.touch(mode=0o600)
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr(_RUN, run.finished())
            for conn, connection in sorted(parts.items()):
                archive.writestr(_name(conn), connection.finished())
            archive.writestr(_STAMP, stamp)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


class Digest:
    """An up-to-date digest, opened for reading."""

    def __init__(self, folder: Path) -> None:
        """Raises `OSError` or `zipfile.BadZipFile` where there is none, or an old one."""
        self._path = folder / DIGEST_FILE
        with zipfile.ZipFile(self._path) as archive:
            if _STAMP not in archive.namelist() or archive.read(_STAMP).decode("utf-8", "replace") != _stamp(folder):
                raise zipfile.BadZipFile("older than the recording")
            self.connections = [int(name.partition(".")[0]) for name in archive.namelist() if name[:1].isdigit()]

    def run(self) -> list[Event]:
        """The run without its connections' messages, by time, its end last. Raises `zipfile.BadZipFile`."""
        events = self._events(_RUN)
        return sorted(events, key=lambda event: isinstance(event, RunEnded))

    def connection(self, conn: int) -> list[Event]:
        """What is kept of a connection, by time; nothing of one that is unknown. Raises `zipfile.BadZipFile`."""
        return self._events(_name(conn))

    def _events(self, name: str) -> list[Event]:
        with zipfile.ZipFile(self._path) as archive:
            if name not in archive.namelist():
                return []
            try:
                lines = zlib.decompress(archive.read(name), 16 + zlib.MAX_WBITS).splitlines()
                events = list(map(decode_event, lines))
            except (zlib.error, msgspec.DecodeError) as error:
                raise zipfile.BadZipFile(str(error)) from error
        return sorted(events, key=lambda event: getattr(event, "t", 0.0))


def open_digest(folder: Path) -> Digest:
    """The digest of a session, made now where there is none that can be used. Raises `OSError`."""
    try:
        return Digest(folder)
    except (OSError, zipfile.BadZipFile):
        write_digest(folder)
        return Digest(folder)


def _stamp(folder: Path) -> str:
    """Changes when the recording or the form of the digest does."""
    sizes = " ".join(f"{path.name}:{path.stat().st_size}" for path in recording_files(folder))
    return f"{_SCHEMA} {sizes}"


def _name(conn: int) -> str:
    return f"{conn}.jsonl.gz"


def _without_texts(event: ConnectionEnded) -> ConnectionEnded:
    return msgspec.structs.replace(event, summary=msgspec.structs.replace(event.summary, final_texts=[]))


class _Packed:
    """Lines that are compressed as they come."""

    def __init__(self) -> None:
        self._member = zlib.compressobj(1, zlib.DEFLATED, _SMALL_WINDOW, 5)
        self._parts: list[bytes] = []

    def add(self, line: bytes) -> None:
        if data := self._member.compress(line):
            self._parts.append(data)

    def finished(self) -> bytes:
        return b"".join([*self._parts, self._member.flush()])


class _Update(msgspec.Struct, tag="received", tag_field="event", kw_only=True):
    """An Update as far as its curve needs it."""

    t: float
    conn: int
    type: str
    text: str = ""
    """Read, so that it can be left empty."""
    turn_event: str = ""
    turn_state: str = "Ready"
    eot_confidence: float | None = None
    user_latency_ms: float | None = None
    wire_latency_ms: float | None = None


class _Connection:
    """What is kept of one connection, gathered in the order of its messages."""

    def __init__(self) -> None:
        self._packed = _Packed()
        self._updates: deque[_Update] = deque(maxlen=UPDATES_KEPT)
        self._newest: deque[tuple[_Update | Received | Sent, bytes]] = deque()

    def message(self, message: _Update | Received | Sent, line: bytes) -> None:
        """Take a message; what is no longer among the newest loses its text."""
        self._newest.append((message, line))
        if len(self._newest) <= TEXTS_KEPT:
            return
        older, _ = self._newest.popleft()
        if isinstance(older, _Update):
            self._updates.append(older)
        else:
            self._packed.add(encode_event(_reduced(older)))

    def event(self, event: Event) -> None:
        """Take another event of the connection."""
        self._packed.add(encode_event(event))

    def finished(self) -> bytes:
        encode = msgspec.json.Encoder().encode
        for update in self._updates:
            self._packed.add(encode(update) + b"\n")
        for _, line in self._newest:
            self._packed.add(line)
        return self._packed.finished()


def _reduced(event: Received | Sent) -> Event:
    """A message without its text, and without words but for those of an ended turn."""
    if isinstance(event, Sent):
        return msgspec.structs.replace(event, text="")
    has_words = event.turn is not None and event.turn.ended_by is None
    turn = msgspec.structs.replace(event.turn, words=[]) if event.turn is not None and has_words else event.turn
    return msgspec.structs.replace(event, text="", turn=turn)


def _of_the_run(path: Path, parts: dict[int, _Connection], damage: RecordingDamage) -> Iterator[tuple[int, Event]]:
    """The events of a file with the number of its worker; a connection's messages go to its part instead."""
    worker = worker_number(path)
    legacy = LegacyReader()
    update_of = msgspec.json.Decoder(_Update)
    for line in recorded_lines(path, damage=damage):
        try:
            if line.startswith(_RECEIVED) and _UPDATE in line and _CLOSED not in line and not is_legacy(line):
                update = update_of.decode(line)
                update.text = ""
                parts[update.conn].message(update, line)
                continue
            event = legacy.read(line) if is_legacy(line) else decode_event(line)
        except msgspec.DecodeError:
            damage.undecodable(path, line)
            continue
        match event:
            case Received() | Sent():
                parts[event.conn].message(event, encode_event(event))
            case Histograms() if not all(map(is_encoded, event.encoded.values())):
                pass
            case ClipStarted() | ConnectionChanged():
                parts[event.conn].event(event)
                yield worker, event
            case ConnectionEnded():
                parts[event.summary.conn].event(_without_texts(event))
                yield worker, event
            case _:
                yield worker, event
