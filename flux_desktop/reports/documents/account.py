"""The account's timeline of a recorded session: its records joined with what the run itself knew."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import msgspec
from msgspec import Struct

from flux_desktop.aws.account_records import ACCOUNT_FILE, InstanceCount, Record, decode_records
from flux_desktop.engine.recording.recording_file import recorded_lines, recording_files
from flux_desktop.engine.records.facts import ConnectionState, LedgerClass
from flux_desktop.evaluation.capacity.account_timeline import AccountTimeline, Point, RunLoad, account_timeline
from flux_desktop.reports.documents.latencies import read_latencies
from flux_desktop.reports.documents.run_load import LoadHistory
from flux_desktop.reports.findings import read_capacity

_CHANGED, _ENDED, _STARTED = (
    f'{{"event":"{name}"'.encode() for name in ("connection", "connection_ended", "run_started")
)


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


class AccountTail:
    """What has been written of the account of a run in progress; `read` blocks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.records: list[Record] = []
        self._read_bytes = 0

    def read(self) -> list[Record]:
        """All records so far; those of a line that is still being written come later. Raises `OSError`."""
        try:
            with (self.folder / ACCOUNT_FILE).open("rb") as file:
                file.seek(self._read_bytes)
                new = file.read()
        except FileNotFoundError:
            return self.records
        whole = new[: new.rfind(b"\n") + 1]
        self._read_bytes += len(whole)
        self.records = [*self.records, *decode_records(whole.splitlines())]
        return self.records


def instances_in_service(folder: Path, variant: str | None = None) -> int | None:
    """Instances of a variant, or of all, at the latest look; None where none was observed. Blocks; raises `OSError`."""
    try:
        records = decode_records((folder / ACCOUNT_FILE).read_bytes().splitlines())
    except FileNotFoundError:
        return None
    latest = {
        record.variant: record.running
        for record in records
        if isinstance(record, InstanceCount) and variant in (None, record.variant)
    }
    return sum(latest.values()) if latest else None


def read_load(folder: Path) -> RunLoad:
    """What the run knew itself. Raises `OSError`."""
    changed, ended = msgspec.json.Decoder(_Changed), msgspec.json.Decoder(_Ended)
    changes: list[_Changed | _Ended] = []
    planned: tuple[Point, ...] = ()
    for line in chain.from_iterable(map(recorded_lines, recording_files(folder))):
        try:
            if line.startswith(_ENDED):
                changes.append(ended.decode(line))
            elif line.startswith(_CHANGED):
                changes.append(changed.decode(line))
            elif line.startswith(_STARTED):
                plan = msgspec.json.decode(line, type=_Started).plan
                planned = _rungs(folder) if plan.on_demand else ((0.0, float(plan.connections)),)
        except msgspec.DecodeError:
            continue
    history = LoadHistory()
    for change in sorted(changes, key=lambda change: change.t):
        if isinstance(change, _Changed):
            history.changed(change.t, change.conn, change.state)
        else:
            history.ended(change.t, change.summary.conn, change.summary.ledger)
    return history.load(planned, tuple(read_latencies(folder).curve("wire", 95)))


def _rungs(folder: Path) -> tuple[tuple[float, float], ...]:
    """The streams of a search's rungs, each from the end of the one before."""
    report = read_capacity(folder)
    if report is None:
        return ()
    begins = (0.0, *(rung.t_s for rung in report.rungs))
    return tuple((began_s, float(rung.streams)) for began_s, rung in zip(begins, report.rungs, strict=False))
