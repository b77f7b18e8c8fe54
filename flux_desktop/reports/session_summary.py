"""The summary of a recorded run, rebuilt from its session folder; also of a run that was cut off before its end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.run_totals import RunTotals
from flux_desktop.engine.recording.damage import RecordingDamage
from flux_desktop.engine.recording.recording_file import OnRead
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.events import ConnectionEnded, Event, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary, LedgerClass
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.reports.run_result import RECORDING_INCOMPLETE, RunResult

_CUT_OFF = Problem(code="recording_cut_off", what="The recording ends while this connection was open.")
_SHOWN_CHARS_MAX = 200


class RecordedRun(msgspec.Struct, kw_only=True):
    """A recorded run: all that its events say, how it was planned and how it ended."""

    result: RunResult
    plan: RunPlan
    ended: RunEnded
    remark: str = ""
    """What the recording lacks: its end, so that `ended` is made from what was recorded up to the cut, or a part."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing of the recording is known to be missing."""
        return not self.remark

    @property
    def connections(self) -> list[ConnectionSummary]:
        """The result of every planned connection; of a run on demand, of those that have begun."""
        if self.plan.on_demand:
            return self.result.ordered_summaries
        return self.result.planned_summaries(self.plan.connections)


def read_recorded_run(folder: Path, on_read: OnRead | None = None) -> RecordedRun:
    """Read a session folder; raises `ProblemError` (session_unreadable). Blocks."""
    damage = RecordingDamage()
    try:
        return _from_events(read_session(folder, messages=False, on_read=on_read, damage=damage), folder, damage)
    except OSError as error:
        raise ProblemError(_unreadable(folder, f"{error.strerror or error}.")) from error


def _from_events(events: Iterable[Event], folder: Path, damage: RecordingDamage) -> RecordedRun:
    result = RunResult(keep_turns=False)
    rows: dict[int, ConnectionRow] = {}
    last_t = 0.0
    for event in events:
        result.feed(event)
        last_t = max(last_t, getattr(event, "t", 0.0))
        if isinstance(event, Snapshot):
            rows.update((row.conn, row) for row in event.rows)
    if result.started is None:
        raise ProblemError(
            _unreadable(folder, "The start of the run is not recorded, or its file is damaged.", todo="")
        )
    plan = result.started.plan
    if result.ended is not None:
        if missing := without_end(result.ended, len(result.summaries)):
            result.notices.append(Problem(code=RECORDING_INCOMPLETE, what=missing))
        ended = damage.marked(result.ended)
        remark = " ".join(filter(None, (ended.unrecorded, missing)))
        return RecordedRun(result=result, plan=plan, ended=ended, remark=remark)
    for row in rows.values():
        if row.conn not in result.summaries and row.state is not ConnectionState.WAITING:
            result.feed(ConnectionEnded(t=last_t, summary=row.cut_off(_CUT_OFF)))
    remark = f"The recording ends at {last_t:.1f} s of the run, without its end; this is the state at that moment."
    remark = " ".join(filter(None, (remark, damage.sentence, _on_generators(result))))
    result.notices.append(Problem(code=RECORDING_INCOMPLETE, what=remark))
    return RecordedRun(result=result, plan=plan, ended=_end_at_cut(result, plan, last_t), remark=remark)


def without_end(ended: RunEnded, recorded_ends: int) -> str:
    """What is said where more connections have ended than the recording tells of; else empty."""
    lacking = sum(ended.ledger.values()) - ended.ledger.get(LedgerClass.NOT_STARTED, 0) - recorded_ends
    if lacking <= 0:
        return ""
    return (
        f"A part of the recording is missing or damaged: it lacks the end of {lacking:,} of "
        f"{sum(ended.ledger.values()):,} connections. Turns, texts and accuracy cover only what can be read."
    )


def _on_generators(result: RunResult) -> str:
    """Where a killed run has left the recordings of its connections; empty if it was one of this machine alone."""
    folders = "; ".join(f"{row.name}, folder {row.folder}" for row in result.generators if row.folder)
    return (
        f"The recordings of its connections were left on the generators, to be copied into this session: {folders}."
        if folders
        else ""
    )


def _end_at_cut(result: RunResult, plan: RunPlan, t: float) -> RunEnded:
    """How the run stood at its last recorded moment. The percentiles are those of the last snapshot."""
    totals = RunTotals(plan)
    for summary in result.ordered_summaries:
        totals.take(ConnectionEnded(t=t, summary=summary), 1, alone=True)
    ended, last = totals.ended(t, interrupted=True), result.snapshot
    if last is None:
        return ended
    figures = {name: values for name, values in last.figures.items() if values.n}
    return msgspec.structs.replace(ended, update=last.update, wire=last.wire, pacing=last.pacing, figures=figures)


def _unreadable(
    folder: Path, why: str, todo: str = "Give the folder that holds a run.jsonl.gz or run.jsonl file."
) -> Problem:
    shown = str(folder)
    if len(shown) > _SHOWN_CHARS_MAX:
        shown = f"{shown[:_SHOWN_CHARS_MAX]}…"
    return Problem(
        code="session_unreadable",
        what=f"The session folder {shown} cannot be read.",
        why=why,
        todo=todo,
    )
