"""The exit status and the lines at the end, for every way in which a run can end."""

from __future__ import annotations

import json

import msgspec
import pytest
from rich.console import Console

from flux_desktop.aws.account.catalogue import EndpointSummary
from flux_desktop.aws.errors.errors import CREDENTIAL_CODES, ENDPOINT_CODES
from flux_desktop.base.problem import Problem
from flux_desktop.cli.list_endpoints import table_lines
from flux_desktop.cli.live_table import LiveFigures, render
from flux_desktop.cli.outcome import exit_code, without_result
from flux_desktop.cli.summary_text import summary_lines
from flux_desktop.engine.records.events import ConnectionEnded, LevelMeasured, RunEnded, RunStarted, Snapshot
from flux_desktop.engine.records.facts import (
    ConnectionRow,
    ConnectionState,
    ConnectionSummary,
    LedgerClass,
    Percentiles,
    Verdict,
)
from flux_desktop.engine.records.pass_criteria import ALL_COMPLETE, LimitResult, parse_limit
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.records.stages import parse_stages
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.reports.run_result import RunResult, final_summary
from tests.reports.recorded_talk import small_accuracy

PLAN = RunPlan(endpoint="local", source=WavSource(path="a.wav"), connections=2)

LACKS = "The recording is incomplete from 1.0 s of the run on: No space left on device."


def ended(verdict: Verdict = Verdict.DONE, problem: Problem | None = None, **classes: int) -> RunEnded:
    ledger = {name.value: classes.get(name.name.lower(), 0) for name in LedgerClass}
    return RunEnded(t=12.34, verdict=verdict, ledger=ledger, problem=problem)


def incomplete(end: RunEnded) -> RunEnded:
    return msgspec.structs.replace(end, unrecorded=LACKS)


def failed(code: str) -> ConnectionSummary:
    return ConnectionSummary(conn=1, ledger=LedgerClass.CONNECT_FAILED, problem=Problem(code=code, what="No."))


@pytest.mark.parametrize(
    ("code", "interrupted", "status", "why"),
    [
        (None, True, 130, "Interrupted before there was a result."),
        (None, False, 1, "There is no result, because no stream was carried out to its end."),
        ("endpoint_not_found", False, 5, "It is gone."),
        ("endpoint_not_found", True, 130, "It is gone."),
        ("generator_lost", False, 3, "It is gone."),
    ],
)
def test_an_experiment_without_a_result_says_why(code: str | None, interrupted: bool, status: int, why: str) -> None:
    problem = None if code is None else Problem(code=code, what=why)
    assert without_result(problem, interrupted=interrupted) == (status, why)


@pytest.mark.parametrize(
    ("end", "summaries", "interrupted", "status"),
    [
        (ended(completed=2), [], False, 0),
        (ended(Verdict.PASS, completed=2), [], False, 0),
        (ended(Verdict.PASS, completed=1, failed=1), [failed("connection_lost")], False, 0),
        (incomplete(ended(completed=2)), [], False, 1),
        (incomplete(ended(Verdict.PASS, completed=2)), [], False, 1),
        (incomplete(ended(Verdict.FAIL, completed=2)), [], False, 99),
        (ended(Verdict.FAIL, completed=2), [], False, 99),
        (ended(Verdict.FAIL, completed=1, failed=1), [failed("connection_lost")], False, 99),
        (ended(completed=1, failed=1), [failed("connection_lost")], False, 1),
        (ended(completed=1, never_connected=1), [], False, 1),
        (ended(completed=1, no_transcript=1), [], False, 1),
        (ended(completed=1, not_started=1), [], False, 1),
        (ended(Verdict.INVALID, completed=2), [], False, 3),
        (ended(Verdict.INVALID, completed=1, failed=1), [failed("connection_lost")], False, 3),
        (ended(connect_failed=2), [failed("signature_refused")], False, 4),
        (ended(Verdict.FAIL, problem=Problem(code="credentials_missing", what="No.")), [], False, 4),
        (ended(connect_failed=2), [failed("endpoint_not_found")], False, 5),
        (ended(Verdict.FAIL, problem=Problem(code="endpoint_not_in_service", what="No.")), [], False, 5),
        (ended(Verdict.FAIL, problem=Problem(code="audio_unsupported", what="No.")), [], False, 2),
        (ended(Verdict.FAIL, problem=Problem(code="words_unusable", what="No.")), [], False, 2),
        (ended(Verdict.FAIL, problem=Problem(code="connect_refused", what="No.")), [], False, 1),
        (ended(completed=2), [], True, 130),
        (ended(connect_failed=2), [failed("credentials_expired")], True, 130),
    ],
)
def test_exit_status(end: RunEnded, summaries: list[ConnectionSummary], interrupted: bool, status: int) -> None:
    assert exit_code(end, summaries, interrupted=interrupted) == status


def test_every_code_of_credentials_and_endpoints_has_its_status() -> None:
    for code in CREDENTIAL_CODES:
        assert exit_code(ended(connect_failed=1), [failed(code)], interrupted=False) == 4
    for code in ENDPOINT_CODES:
        assert exit_code(ended(connect_failed=1), [failed(code)], interrupted=False) == 5


def lines_of(end: RunEnded, *summaries: ConnectionSummary) -> list[str]:
    result = RunResult()
    result.feed(RunStarted(t=0.0, wall_time="", plan=PLAN, version="1"))
    for summary in summaries:
        result.feed(ConnectionEnded(t=1.0, summary=summary))
    return summary_lines(final_summary(result, end, session_folder="sessions/one"))


def test_a_reconnect_is_stated() -> None:
    end = RunEnded(t=1.0, verdict=Verdict.DONE, ledger=ended(completed=2).ledger)
    good = ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED)
    back = ConnectionSummary(conn=2, ledger=LedgerClass.COMPLETED, retries=2, reconnects=1, unheard_s=2.34)
    lines = lines_of(end, good, back)
    assert lines[2] == "2 of 2 connections completed (1 with a gap) on local in 1.0 s"
    assert "  retries                     2" in lines
    assert "  reconnects                  1, 2.3 s of audio not transcribed" in lines
    assert not any("retries" in line for line in lines_of(end, good, good))


def test_what_the_recording_lacks_is_in_the_summary() -> None:
    lines = lines_of(incomplete(ended(completed=1)))
    assert lines[2].endswith(" s, recording CUT OFF")
    assert lines[-3:-1] == [
        "  verdict                     DONE, recording CUT OFF",
        f"  recording                   {LACKS}",
    ]


def test_the_summary_to_the_character() -> None:
    latency = Percentiles(n=300, p50_ms=81.26, p95_ms=240.4, p99_ms=260.0, max_ms=300.2)
    end = RunEnded(t=12.34, verdict=Verdict.DONE, ledger=ended(completed=1, failed=1).ledger, update=latency)
    good = ConnectionSummary(
        conn=1,
        ledger=LedgerClass.COMPLETED,
        turns=2,
        event_counts={"EndOfTurn": 2, "EagerEndOfTurn": 3, "TurnResumed": 1},
        chunks_sent=100,
        sent_bytes=256_000,
        late_chunks=1,
        violations={"sequence_gap": 2},
    )
    lost = Problem(code="connection_lost", what="The connection was lost.", todo="Check the network.")
    bad = ConnectionSummary(conn=2, ledger=LedgerClass.FAILED, problem=lost)
    rule = "─" * 72
    assert lines_of(end, good, bad) == [
        "",
        rule,
        "1 of 2 connections completed on local in 12.3 s",
        rule,
        "  not started                 0",
        "  connect failed              0",
        "  never Connected             0",
        "  failed in mid-stream        1",
        "  no transcript               0",
        "  generator lost              0",
        "  completed                   1",
        "  planned                     2",
        "",
        "  turns                       2 ended, 3 eager, 1 resumed",
        "  update latency, user clock  p50 81.3 ms  p95 240 ms  p99 260 ms  max 300 ms  (n = 300)",
        "  update latency, wire clock  not measured",
        "  pacing error                not measured, 1 late",
        "  sent                        100 chunks, 0.3 MB",
        "  protocol violations         sequence_gap (2)",
        "  connection 2: The connection was lost. Check the network.",
        "",
        "  verdict                     DONE",
        "  session folder              sessions/one",
    ]


@pytest.mark.parametrize(
    ("n", "shown"),
    [
        (58, "p50 1.0 ms  p95 ~2.0 ms  p99 ~3.0 ms  max 4.0 ms  (n = 58)"),
        (59, "p50 1.0 ms  p95 2.0 ms  p99 ~3.0 ms  max 4.0 ms  (n = 59)"),
        (299, "p50 1.0 ms  p95 2.0 ms  p99 3.0 ms  max 4.0 ms  (n = 299)"),
    ],
)
def test_a_percentile_of_few_values_is_marked(n: int, shown: str) -> None:
    update = Percentiles(n=n, p50_ms=1.0, p95_ms=2.0, p99_ms=3.0, max_ms=4.0)
    lines = lines_of(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={}, update=update))
    assert f"  update latency, user clock  {shown}" in lines
    assert any("~ too few values" in line for line in lines) is (n < 299)


def test_accuracy_and_the_parts_of_latency_stand_beside_it() -> None:
    decision = Percentiles(n=300, p50_ms=700.0, p95_ms=800.0, p99_ms=900.0, max_ms=900.0)
    end = RunEnded(
        t=1.0, verdict=Verdict.DONE, ledger={}, figures={"end_decision": decision}, words=WordErrors(8, 1, 2, 0)
    )
    lines = lines_of(end)
    assert "  WER, running count          37.5 %  (1 substituted, 2 missing, 0 extra, n = 8 words)" in lines
    assert "  … decision, audio time      p50 700 ms  p95 800 ms  p99 900 ms  max 900 ms  (n = 300)" in lines


def test_thousands_are_grouped_in_all_counts() -> None:
    update = Percentiles(n=107_924, p50_ms=1.0, p95_ms=2.0, p99_ms=3.0, max_ms=4.0)
    words = WordErrors(64_840, 1_200, 0, 0)
    lines = lines_of(RunEnded(t=1.0, verdict=Verdict.DONE, ledger={}, update=update, words=words))
    assert "  update latency, user clock  p50 1.0 ms  p95 2.0 ms  p99 3.0 ms  max 4.0 ms  (n = 107,924)" in lines
    assert "  WER, running count          1.9 %  (1,200 substituted, 0 missing, 0 extra, n = 64,840 words)" in lines


def test_turns_that_their_stream_has_cut_have_not_ended() -> None:
    end = RunEnded(t=1.0, verdict=Verdict.DONE, ledger=ended(completed=2).ledger)
    cut = ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED, turns=7, event_counts={"EndOfTurn": 5})
    unknown = ConnectionSummary(conn=2, ledger=LedgerClass.FAILED, turns=3)  # its process has died
    lines = lines_of(end, cut, unknown)
    assert "  turns                       8 ended, 2 without EndOfTurn, 0 eager, 0 resumed" in lines


def test_scored_ends_are_shown_once_without_those_that_cut_the_speaker_off() -> None:
    eager = Percentiles(n=300, p50_ms=700.0, p95_ms=800.0, p99_ms=900.0, max_ms=900.0)
    end = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={}, figures={"eager_lead": eager})
    assert any("eager lead  " in line for line in lines_of(end))
    summary = final_summary(RunResult(), end, accuracy=small_accuracy())
    assert not any("p50 700 ms" in line for line in summary_lines(summary))


def test_a_verdict_gives_its_reasons() -> None:
    end = RunEnded(t=1.0, verdict=Verdict.INVALID, ledger={}, reasons=["late audio", "busy engine"])
    assert lines_of(end)[-3:-1] == [
        "  verdict                     INVALID: late audio",
        "                              busy engine",
    ]
    stopped = RunEnded(t=1.0, verdict=Verdict.DONE, ledger={}, interrupted=True)
    assert "  verdict                     INTERRUPTED" in lines_of(stopped)


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.FAIL])
def test_every_limit_is_listed_with_its_value(verdict: Verdict) -> None:
    latency = LimitResult(limit=parse_limit("update_p95_ms<400"), value=312.4, met=True)
    share = LimitResult(limit=ALL_COMPLETE, value=50.0, met=verdict is Verdict.PASS, implied=True)
    lines = lines_of(RunEnded(t=1.0, verdict=verdict, ledger={}, limits=[latency, share]))
    assert "  limits                      met     update_p95_ms is 312.4 ms, required: < 400 ms" in lines
    mark = "met    " if share.met else "NOT MET"
    assert any(line.strip().startswith(f"{mark} completed_percent is 50 %, required: >= 100 %") for line in lines)


def test_connections_with_one_problem_share_a_line() -> None:
    problem = Problem(code="x", what="Gone.\x1b[2J")
    many = [ConnectionSummary(conn=conn, ledger=LedgerClass.FAILED, problem=problem) for conn in range(1, 12)]
    assert "  connections 1, 2, 3, 4, 5, 6, 7, 8 and 3 more: Gone." in lines_of(ended(failed=11), *many)


def shown(figures: LiveFigures) -> str:
    console = Console(width=100)
    with console.capture() as captured:
        console.print(render(figures))
    return captured.get()


def test_the_live_table_shows_what_the_snapshots_say() -> None:
    figures = LiveFigures(PLAN, audio_s=10.0)
    assert figures.progress == 0.0
    for t, chunks in ((1.0, 0), (2.0, 25)):
        row = ConnectionRow(conn=1, state=ConnectionState.STREAMING, turns=2, position_s=5.0)
        figures.feed(
            Snapshot(
                t=t,
                ledger={"streaming": 1, "connect failed": 1},
                rows=[row],
                update=Percentiles(n=8, p50_ms=100.4, p95_ms=200.0, p99_ms=300.0),
                pacing=Percentiles(n=9, p99_ms=3.2),
                chunks_sent=chunks,
            )
        )
    text = shown(figures)
    for part in ("streaming 1", "connect failed 1", "25 chunks/s", "p99 3 ms", "p50 100 ms  p95 200 ms", "25%", "0:02"):
        assert part in text, part
    assert (figures.turns, figures.errors, figures.progress) == (2, 1, 0.25)


def test_the_live_table_shows_the_level_of_a_microphone() -> None:
    figures = LiveFigures(PLAN, audio_s=None)
    assert "level" not in shown(figures)
    figures.level = LevelMeasured(t=1.0, rms_dbfs=-23.4, peak_dbfs=-0.2, is_clipped=True)
    assert "-23 dBFS, peak 0 dBFS, clipped" in shown(figures)
    figures.level = LevelMeasured(t=1.0, rms_dbfs=-120.0, peak_dbfs=-120.0, is_silent=True)
    assert "digital silence" in shown(figures)


def test_progress_is_known_only_where_the_end_is() -> None:
    assert LiveFigures(PLAN, audio_s=None).progress is None
    ramp = LiveFigures(RunPlan(endpoint="x", source=PLAN.source, stages=parse_stages("1x10s,2x30s")), None)
    ramp.feed(Snapshot(t=10.0, ledger={}))
    assert ramp.progress == 0.25
    done = LiveFigures(PLAN, audio_s=10.0)
    done.feed(Snapshot(t=1.0, ledger={}, rows=[ConnectionRow(conn=n, state=ConnectionState.ENDED) for n in (1, 2)]))
    assert done.progress == 1.0


def test_the_endpoint_table() -> None:
    rows = [
        EndpointSummary(name="flux-production", arn="", status="InService", created_s=0.0, modified_s=86_400.0),
        EndpointSummary(name="b", arn="", status="Failed", created_s=0.0, modified_s=0.0),
    ]
    lines = table_lines(rows, coloured=False)
    assert lines[0].split() == ["ENDPOINT", "NAME", "STATUS", "CREATED", "LAST", "MODIFIED"]
    assert set(lines[1]) == {"-"}
    assert lines[2].startswith("flux-production  InService  19")
    assert lines[-1] == "2 endpoints"
    coloured = table_lines(rows, coloured=True)
    assert "\x1b[32mInService" in coloured[2]
    assert "\x1b[31mFailed" in coloured[3]
    long = EndpointSummary(name="n" * 63, arn="", status="UpdateRollbackFailed", created_s=0.0, modified_s=0.0)
    assert len(table_lines([long], coloured=False)) == 4, "no line is wrapped"
    assert table_lines([], coloured=True)[-1] == "0 endpoints"


def test_the_json_of_a_summary_is_one_line() -> None:
    result = RunResult()
    text = msgspec.json.encode(final_summary(result, ended(completed=1), exit_code=0)).decode()
    assert "\n" not in text
    assert json.loads(text)["exit_code"] == 0
