"""Plans, commands and events survive the pipe."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.aws.target import Credentials
from flux_desktop.engine.records.commands import Quit, SetParameters, StartRun, Watch, decode_command, encode_command
from flux_desktop.engine.records.events import (
    ConnectionEnded,
    Received,
    RunEnded,
    RunStarted,
    Snapshot,
    decode_event,
    encode_event,
)
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.plan import RunPlan, WavSource, plan_problems
from flux_desktop.flux.options import FluxOptions

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav", loop=True), connections=3)


@pytest.mark.parametrize(
    "command",
    [
        StartRun(plan=PLAN, connections=[1, 3], origin_s=1.5, credentials=Credentials(access_key="a", secret_key="b")),
        SetParameters(revision=3, options=FluxOptions(eot_threshold=0.8, keyterms=("a",)), new_stream=True),
        Watch(connections=None),
        Quit(),
    ],
)
def test_commands_survive_the_pipe(command):
    line = encode_command(command)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_command(line) == command


@pytest.mark.parametrize(
    "event",
    [
        RunStarted(t=0.0, wall_time="2026-01-01T00:00:00+00:00", plan=PLAN, version="1"),
        Received(t=1.0, conn=2, type="TurnInfo", text='{"type":"x"}\n"quoted"', user_latency_ms=1.5),
        Snapshot(t=1.0, ledger={"streaming": 3}, rows=[ConnectionRow(conn=1)]),
        ConnectionEnded(t=2.0, summary=ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED)),
        RunEnded(t=3.0, verdict=Verdict.DONE, ledger={"completed": 3}),
    ],
)
def test_events_survive_the_pipe(event):
    line = encode_event(event)
    assert line.count(b"\n") == 1
    assert decode_event(line) == event


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[1]", b'{"command":"rm -rf"}', b"\xff", b'{"command":"set_parameters"}']
)
def test_what_is_no_command_is_an_error_of_one_kind(line):
    with pytest.raises(msgspec.DecodeError):
        decode_command(line)


def test_a_start_command_never_shows_its_secret():
    start = StartRun(
        plan=PLAN, connections=[1], origin_s=0.0, credentials=Credentials(access_key="AKIDEXAMPLE", secret_key="S3cr3t")
    )
    assert "S3cr3t" not in repr(start)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"connections": 0}, "Connections must be"),
        ({"connections": 10_001}, "Connections must be"),
        ({"duration_s": 0.0}, "duration"),
        ({"chunk_s": 0.0}, "chunk"),
        ({"endpoint": " "}, "endpoint"),
        ({"endpoint": "../flux"}, "not a valid endpoint name"),
        ({"endpoint": "a" * 64}, "not a valid endpoint name"),
        ({"region": "US EAST"}, "region"),
    ],
)
def test_a_plan_that_cannot_be_run_is_said_to_be_so(change, reason):
    problems = plan_problems(msgspec.structs.replace(PLAN, **change))
    assert reason in problems[0].what
    assert plan_problems(PLAN) == []
