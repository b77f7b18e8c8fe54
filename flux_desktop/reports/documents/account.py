"""The account's timeline of a recorded session: its records joined with what the run itself knew."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.aws.account_records import ACCOUNT_FILE, InstanceCount, decode_records
from flux_desktop.engine.recording.recording_file import recorded_lines, recording_files
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline, RunLoad, account_timeline
from flux_desktop.evaluation.capacity.report import REPORT_FILE, CapacityReport
from flux_desktop.reports.documents.latencies import read_latencies

_CHANGED, _ENDED, _STARTED = (
    f'{{"event":"{name}"'.encode() for name in ("connection", "connection_ended", "run_started")
)
_REFUSED = frozenset({LedgerClass.CONNECT_FAILED, LedgerClass.NEVER_CONNECTED})


class _Changed(Struct):
    t: float
    conn: int
    state: ConnectionState


class _Summary(Struct):
    conn: int
    ledger: LedgerClass


class _Ended(Struct):
    t: float
    summary: _Summary


class _Plan(Struct):
    connections: int = 1
    on_demand: bool = False


class _Started(Struct):
    plan: _Plan


def read_account(folder: Path) -> AccountTimeline | None:
    """The timeline of a session folder; None where its account was not observed. Blocks; raises `OSError`."""
    try:
        records = decode_records((folder / ACCOUNT_FILE).read_bytes().splitlines())
    except FileNotFoundError:
        return None
    return account_timeline(records, read_load(folder))


def instances_in_service(folder: Path) -> int | None:
    """Instances of all variants at the latest look; None where none was observed. Blocks; raises `OSError`."""
    try:
        records = decode_records((folder / ACCOUNT_FILE).read_bytes().splitlines())
    except FileNotFoundError:
        return None
    latest = {record.variant: record.running for record in records if isinstance(record, InstanceCount)}
    return sum(latest.values()) if latest else None


def read_load(folder: Path) -> RunLoad:
    """What the run knew itself. Raises `OSError`."""
    changed, ended = msgspec.json.Decoder(_Changed), msgspec.json.Decoder(_Ended)
    changes: list[_Changed] = []
    moments: list[tuple[float, int, bool]] = []
    """Time, connection, and whether it streams from then on."""
    refused: list[float] = []
    planned: tuple[tuple[float, float], ...] = ()
    for line in chain.from_iterable(map(recorded_lines, recording_files(folder))):
        try:
            if line.startswith(_ENDED):
                end = ended.decode(line)
                moments.append((end.t, end.summary.conn, False))
                if end.summary.ledger in _REFUSED:
                    refused.append(end.t)
            elif line.startswith(_CHANGED):
                change = changed.decode(line)
                changes.append(change)
                if change.state in (ConnectionState.STREAMING, ConnectionState.RECONNECTING):
                    moments.append((change.t, change.conn, change.state is ConnectionState.STREAMING))
            elif line.startswith(_STARTED):
                plan = msgspec.json.decode(line, type=_Started).plan
                planned = _rungs(folder) if plan.on_demand else ((0.0, float(plan.connections)),)
        except msgspec.DecodeError:
            continue
    moments.sort()
    return RunLoad(
        planned=planned,
        connected=_connected(moments),
        refused=tuple(sorted(refused)),
        opened=_opened(changes),
        p95_ms=tuple(read_latencies(folder).curve("wire", 95)),
    )


def _opened(changes: list[_Changed]) -> tuple[tuple[float, float], ...]:
    """When each stream was asked for and when it was Connected, by the latter."""
    asked_s: dict[int, float] = {}
    opened = []
    for change in sorted(changes, key=lambda change: change.t):
        if change.state in (ConnectionState.CONNECTING, ConnectionState.RECONNECTING):
            asked_s[change.conn] = change.t
        elif change.state is ConnectionState.STREAMING:
            # A stream that replaces another in a rotation is asked for without a word of it.
            opened.append((asked_s.pop(change.conn, change.t), change.t))
    return tuple(opened)


def _connected(moments: list[tuple[float, int, bool]]) -> tuple[tuple[float, float], ...]:
    """Streaming connections, from each change on."""
    streaming: set[int] = set()
    steps: list[tuple[float, float]] = []
    for t, conn, is_open in moments:
        (streaming.add if is_open else streaming.discard)(conn)
        if not steps or steps[-1][1] != len(streaming):
            steps.append((t, float(len(streaming))))
    return tuple(steps)


def _rungs(folder: Path) -> tuple[tuple[float, float], ...]:
    """The streams of a search's rungs, each from the end of the one before."""
    try:
        report = msgspec.json.decode((folder / REPORT_FILE).read_bytes(), type=CapacityReport)
    except (OSError, msgspec.DecodeError, UnicodeError):
        return ()
    begins = (0.0, *(rung.t_s for rung in report.rungs))
    return tuple((began_s, float(rung.streams)) for began_s, rung in zip(begins, report.rungs, strict=False))
