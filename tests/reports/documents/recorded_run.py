"""A recorded run of a few connections with latencies, for documents."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from flux_desktop.base.problem import Problem
from flux_desktop.engine.measuring.histogram import of_values
from flux_desktop.engine.recording.recording_file import RUN_FILE
from flux_desktop.engine.records.events import ConnectionEnded, Event, Received, RunEnded, Snapshot
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Percentiles, Verdict
from flux_desktop.engine.records.pass_criteria import Limit, LimitResult
from flux_desktop.engine.records.plan import LIVE, RunPlan, WavSource
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import Turn
from tests.recordings import append, content
from tests.reports.recorded_talk import session_of

HOSTILE = (
    '<script>alert("x")</script> & <img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    'a, "quoted"\nsecond line',
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd",
    "x" * 10_000,
    "\x1b[2J\x00\ufffe {{ 7 * 7 }} {% raw %} | cell | ``` ]]> &amp;",
)


def recorded(
    parent: Path,
    *,
    connections: int = 4,
    updates: int = 60,
    scale: float = 1.0,
    streams_per_channel: int = 1,
    purpose: str = LIVE,
    loop: bool = False,
    eot_threshold: float | None = None,
) -> Path:
    """A session folder; `scale` multiplies all latencies, seeded."""
    rng = np.random.default_rng(7)
    events: list[Event] = [Snapshot(t=1.0, ledger={"streaming": connections})]
    everything: list[float] = []
    for conn in range(1, connections + 1):
        values = [float(value) for value in scale * (50 + rng.gamma(2.0, 20.0, updates))]
        everything += values
        events += [
            Received(
                t=1.0 + 0.24 * n,
                conn=conn,
                type="TurnInfo",
                text="{}",
                turn_event="Update",
                user_latency_ms=value,
                wire_latency_ms=value - 5,
            )
            for n, value in enumerate(values)
        ]
        text = HOSTILE[(conn - 1) % len(HOSTILE)]
        turn = Turn(index=0, transcript=text, end_s=10.0, ended_by="model")
        events.append(Received(t=20.0, conn=conn, type="TurnInfo", text="{}", turn_event="EndOfTurn", turn=turn))
        summary = ConnectionSummary(
            conn=conn, ledger=LedgerClass.COMPLETED, turns=1, update=of_values(values), final_texts=[text]
        )
        events.append(ConnectionEnded(t=21.0, summary=summary))
    update = of_values(everything)
    wire = of_values(value - 5 for value in everything)
    met = update.p95_ms is not None and update.p95_ms < 400
    limit = LimitResult(limit=Limit("update_p95_ms", "<", 400.0), value=update.p95_ms, met=met)
    events.append(
        RunEnded(
            t=22.0,
            verdict=Verdict.PASS if met else Verdict.FAIL,
            ledger={"completed": connections, "not started": 0},
            limits=[limit],
            reasons=[] if met else [str(limit)],
            update=update,
            wire=wire,
            pacing=Percentiles(n=9, p50_ms=1.0, p95_ms=2.0, p99_ms=3.0, max_ms=4.0),
        )
    )
    plan = RunPlan(
        endpoint="my-flux",
        source=WavSource(path="call.wav", loop=loop),
        options=FluxOptions(eot_threshold=eot_threshold),
        connections=connections,
        purpose=purpose,
        streams_per_channel=streams_per_channel,
    )
    session = session_of(parent, plan, *events[:-1])
    append(session / RUN_FILE, events[-1])
    return session


def failed(parent: Path) -> Path:
    """A run that could not be carried out."""
    plan = RunPlan(endpoint="my-flux", source=WavSource(path="call.wav"))
    problem = Problem(code="x", what="The endpoint is not in service.")
    session = session_of(parent, plan)
    append(session / RUN_FILE, RunEnded(t=1.0, verdict=Verdict.FAIL, ledger={"not started": 1}, problem=problem))
    return session


def cut_off_after_start(session: Path) -> None:
    """Leave of the run's own file what stands in it from the start."""
    first = content(session / RUN_FILE).splitlines(keepends=True)[0]
    (session / RUN_FILE).write_bytes(first)
