"""Past runs from their recordings: read, put together as the window heard them, and summed up."""

from __future__ import annotations

import heapq
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.histogram import is_encoded
from flux_desktop.engine.measuring.run_totals import RunTotals
from flux_desktop.engine.recording.damage import RecordingDamage
from flux_desktop.engine.recording.recording_file import is_run_file, recording_files, worker_number
from flux_desktop.engine.recording.session_folder import read_events, read_run_file, run_end
from flux_desktop.engine.records.events import Event, Histograms, Received, RunEnded, RunStarted, Snapshot
from flux_desktop.engine.records.facts import outcome_word
from flux_desktop.engine.records.plan import RunPlan, plan_problems
from flux_desktop.reports.findings import found_sentence, read_capacity, read_experiment
from flux_desktop.reports.sessions.digest import Digest, is_worth_it, open_digest
from flux_desktop.ui.models.card import begin_s

CUT_OFF = "The recording ends before the run did; what was recorded until then is shown."


class PastRun(msgspec.Struct):
    """A recorded run: its plan and its events in the order of time, the last one a `RunEnded`."""

    folder: Path
    plan: RunPlan
    events: Iterable[Event]
    cut_off: bool
    digest: Digest | None = None
    """Where `events` lacks the connections' messages, they are here."""
    found: str = ""
    """What the capacity search or experiment that the run is part of has found."""

    def again(self) -> Iterable[Event]:
        """The events from their beginning, also where `events` can be read only once. Raises `ProblemError`."""
        return self.events if isinstance(self.events, list) else read_past_run(self.folder, whole=True).events

    def turn_after_s(self, conn: int, after_s: float) -> float | None:
        """Where in a connection's audio the first turn after a place begins; None where `events` is no list, too."""
        if not isinstance(self.events, list):
            return None
        messages = (event for event in self.events if isinstance(event, Received) and event.conn == conn)
        starts_s = (begin_s(message.turn) for message in messages if message.turn is not None)
        return next((start_s for start_s in starts_s if start_s > after_s), None)


def read_past_run(folder: Path, *, whole: bool = False) -> PastRun:
    """Read a session folder; for a thread. Raises `ProblemError` where it holds no run.

    A large recording is opened by its digest, or, with `whole`, gives its events as they are read.
    """
    try:
        plan, ended = _plan(folder), run_end(folder)
        past = PastRun(folder=folder, plan=plan, events=_merged(folder, plan), cut_off=ended is None)
        if ended is not None:
            verdict = outcome_word(ended.verdict, interrupted=ended.interrupted)
            past.found = found_sentence(verdict, read_capacity(folder), read_experiment(folder))
        if is_worth_it(folder):
            if whole:
                return past
            with suppress(OSError, zipfile.BadZipFile):  # such as a folder that cannot be written to
                digest = open_digest(folder)
                events = digest.run()
                past.digest, past.events = digest, _with_end(events, plan) if ended is None else events
                return past
        past.events = list(past.events)
        return past
    except OSError as error:
        raise ProblemError(_no_session(folder, f"The operating system reports: {error.strerror or error}.")) from None


def _plan(folder: Path) -> RunPlan:
    started = next((event for event in read_run_file(folder) if isinstance(event, RunStarted)), None)
    if started is None:
        raise ProblemError(_no_session(folder, "Its recording does not contain the plan of the run."))
    if wrong := plan_problems(started.plan):
        raise ProblemError(_no_session(folder, f"The recorded plan is invalid: {wrong[0].what}"))
    return started.plan


def _merged(folder: Path, plan: RunPlan) -> Iterator[Event]:
    """All events as the window heard them; the end comes last, made from the others where the recording has none."""
    paths = recording_files(folder)
    alone = sum(not is_run_file(path) for path in paths) == 1
    totals = RunTotals(plan)
    ended: RunEnded | None = None
    last_t = 0.0
    damage = RecordingDamage()
    for worker, event in heapq.merge(
        *(_numbered(path, damage) for path in paths), key=lambda pair: getattr(pair[1], "t", 0.0)
    ):
        last_t = max(last_t, getattr(event, "t", 0.0))
        run_event = totals.take(event, worker, alone=alone) if worker else event
        if isinstance(run_event, RunEnded):
            ended = ended or run_event
        elif run_event is not None:
            yield run_event
    yield damage.marked(ended or msgspec.structs.replace(totals.ended(last_t, interrupted=True), unrecorded=CUT_OFF))


def _with_end(events: list[Event], plan: RunPlan) -> list[Event]:
    totals = RunTotals(plan)
    last = None
    for event in events:
        totals.take(event, 1, alone=True)
        last = event if isinstance(event, Snapshot) else last
    last_t = max(getattr(event, "t", 0.0) for event in events)
    ended = msgspec.structs.replace(totals.ended(last_t, interrupted=True), unrecorded=CUT_OFF)
    if last is not None:
        ended = msgspec.structs.replace(ended, update=last.update, wire=last.wire, pacing=last.pacing)
    return [*events, ended]


def _numbered(path: Path, damage: RecordingDamage) -> Iterator[tuple[int, Event]]:
    number = worker_number(path)
    for event in read_events(path, damage=damage):
        if not isinstance(event, Histograms) or all(map(is_encoded, event.encoded.values())):
            yield number, event


def _no_session(folder: Path, why: str) -> Problem:
    return Problem(
        code="session_unreadable",
        what=f"{folder.name or folder} is not a session folder.",
        why=why,
        todo="Choose a folder that contains run.jsonl.gz or run.jsonl. Sessions are kept in the program's data folder.",
    )
