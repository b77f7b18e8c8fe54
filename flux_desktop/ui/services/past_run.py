"""Past runs from their recordings: read, put together as the window heard them, and summed up."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.histogram import is_encoded
from flux_desktop.engine.measuring.run_totals import RunTotals
from flux_desktop.engine.recording.recording_file import is_run_file, recording_files, worker_number
from flux_desktop.engine.recording.session_folder import read_events, read_run_file
from flux_desktop.engine.records.events import Event, Histograms, RunEnded, RunStarted
from flux_desktop.engine.records.plan import RunPlan, plan_problems

CUT_OFF = "The recording ends before the run did; what was recorded until then is shown."


class PastRun(msgspec.Struct):
    """A recorded run: its plan and its events in the order of time, the last one a `RunEnded`."""

    folder: Path
    plan: RunPlan
    events: list[Event]
    cut_off: bool


def read_past_run(folder: Path) -> PastRun:
    """Read a session folder; for a thread. Raises `ProblemError` where it holds no run."""
    try:
        own = list(read_run_file(folder))
        workers = [path for path in recording_files(folder) if not is_run_file(path)]
        started = next((event for event in own if isinstance(event, RunStarted)), None)
        if started is None:
            raise ProblemError(_no_session(folder, "Its recording does not contain the plan of the run."))
        if wrong := plan_problems(started.plan):
            raise ProblemError(_no_session(folder, f"The recorded plan is invalid: {wrong[0].what}"))
        totals = RunTotals(started.plan)
        events: list[Event] = []
        streams = [((0, event) for event in own), *(_numbered(path) for path in workers)]
        for worker, event in heapq.merge(*streams, key=lambda pair: getattr(pair[1], "t", 0.0)):
            heard = totals.take(event, worker, alone=len(workers) == 1) if worker else event
            if heard is not None:
                events.append(heard)
    except OSError as error:
        raise ProblemError(_no_session(folder, f"The system says: {error.strerror or error}.")) from None
    ended = next((event for event in events if isinstance(event, RunEnded)), None)
    events = [event for event in events if not isinstance(event, RunEnded)]
    last_t = max(getattr(event, "t", 0.0) for event in events)
    whole = ended or msgspec.structs.replace(totals.ended(last_t, interrupted=True), reasons=[CUT_OFF])
    return PastRun(folder=folder, plan=started.plan, events=[*events, whole], cut_off=ended is None)


def _numbered(path: Path) -> Iterator[tuple[int, Event]]:
    number = worker_number(path)
    for event in read_events(path):
        if not isinstance(event, Histograms) or all(map(is_encoded, event.encoded.values())):
            yield number, event


def _no_session(folder: Path, why: str) -> Problem:
    return Problem(
        code="session_unreadable",
        what=f"{folder.name or folder} is not a session folder.",
        why=why,
        todo="Choose a folder that contains run.jsonl.gz or run.jsonl. Sessions are kept in the program's data folder.",
    )
