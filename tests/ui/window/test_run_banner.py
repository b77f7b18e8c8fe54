"""The banner at the end of a run: what it says, and in which tone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import ConnectionEnded, Notice, RunEnded, RunStarted
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Percentiles, Verdict
from flux_desktop.engine.records.pass_criteria import LimitResult, parse_limit
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.evaluation.accuracy.word_errors import WordErrors
from flux_desktop.ui.models.run_model import MICROPHONE_LOST, RunModel
from flux_desktop.ui.models.run_phase import Origin
from flux_desktop.ui.window.run_banner import summary

PLAN = RunPlan(endpoint="mine", source=WavSource(path="x.wav"), connections=3)
LOST = Problem(code="stream_lost", what="The stream was lost.", why="The network failed.", todo="Try again.")
ALL = {str(LedgerClass.COMPLETED): 3}
DONE = RunEnded(t=9.0, verdict=Verdict.DONE, ledger=ALL)


def ended(end: RunEnded, *, failed: int = 0, origin: Origin = Origin.LIVE, notice: Problem | None = None) -> RunModel:
    model = RunModel()
    model.reset(PLAN, origin=origin)
    for conn in (1, 2, 3):
        problem = LOST if conn <= failed else None
        kind = LedgerClass.FAILED if problem else LedgerClass.COMPLETED
        model.feed(ConnectionEnded(t=8.0, summary=ConnectionSummary(conn=conn, ledger=kind, problem=problem)))
    if notice is not None:
        model.feed(Notice(t=8.5, problem=notice))
    model.feed(end)
    return model


def shown(model: RunModel, folder: Path | None = None) -> tuple[str, str, str]:
    result = summary(model, folder)
    assert result is not None
    return result[0].what, result[0].why, result[1]


def test_a_good_run_with_its_figures() -> None:
    end = msgspec.structs.replace(DONE, update=Percentiles(n=9, p50_ms=251.0, p95_ms=320.0))
    assert shown(ended(end)) == (
        "Run complete. 3 of 3 connections completed.",
        "Update latency p50 251 ms, p95 320 ms (n = 9, too few for p95).",
        "ok",
    )
    end = msgspec.structs.replace(
        DONE,
        update=Percentiles(n=1_200, p50_ms=251.0, p95_ms=320.0),
        figures={"end_of_turn": Percentiles(n=40, p50_ms=610.0)},
    )
    assert shown(ended(end))[1] == (
        "Update latency p50 251 ms, p95 320 ms (n = 1,200) · end of turn p50 610 ms after the last word (n = 40)."
    )


def test_a_past_session_of_which_a_part_is_missing_says_so() -> None:
    model = RunModel()
    model.reset(PLAN, origin=Origin.PAST)
    model.feed(ConnectionEnded(t=8.0, summary=ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED)))
    model.feed(DONE)
    what, why, tone = shown(model)
    assert (what, tone) == ("Past session. Run complete. 3 of 3 connections completed.", "warn")
    assert why.startswith("A part of the recording is missing or damaged: it lacks the end of 2 of 3 connections.")


@pytest.mark.parametrize("origin", [Origin.LIVE, Origin.PAST])
def test_a_run_that_was_not_recorded_whole_says_so_first(origin: Origin) -> None:
    lacks = "The recording is incomplete from 12.3 s of the run on: No space left on device."
    _, why, tone = shown(ended(msgspec.structs.replace(DONE, unrecorded=lacks), origin=origin))
    assert why.startswith(lacks)
    assert tone == "warn"


def test_a_run_without_words_says_where_they_would_have_come_from() -> None:
    start = RunStarted(t=0.0, wall_time="", plan=PLAN, version="1", notes=["No model is installed."])
    for kind, is_said in ((LedgerClass.NO_TRANSCRIPT, True), (LedgerClass.COMPLETED, False)):
        model = RunModel()
        model.reset(PLAN)
        model.feed(start)
        model.feed(msgspec.structs.replace(DONE, ledger={str(kind): 3}))
        assert ("No model is installed." in shown(model)[1]) is is_said


def test_every_limit_is_listed_with_its_value_as_a_sentence_of_its_own() -> None:
    limits = [
        LimitResult(limit=parse_limit("update_p95_ms<400"), value=320.0, met=True),
        LimitResult(limit=parse_limit("completed_percent>=100"), value=66.7, met=False),
    ]
    end = RunEnded(t=9.0, verdict=Verdict.FAIL, ledger=ALL, limits=limits, reasons=["completed_percent was 66.7"])
    what, why, tone = shown(ended(end))
    assert (what, tone) == ("FAIL: not all limits were met. 3 of 3 connections completed.", "warn")
    assert why.startswith("✓ update_p95_ms is 320 ms, required: < 400 ms. ✗ completed_percent is 66.7")
    assert "was 66.7" not in why, "the reasons repeat the limits"


def test_reasons_of_an_old_recording_are_separate_sentences() -> None:
    end = RunEnded(t=9.0, verdict=Verdict.FAIL, ledger=ALL, reasons=["update_p95_ms was 420", "failed was 1"])
    assert shown(ended(end))[1] == "update_p95_ms was 420. Failed was 1."


def test_a_pass_with_failed_connections_is_never_announced_as_one() -> None:
    end = RunEnded(t=9.0, verdict=Verdict.FAIL, ledger={"completed": 1, "failed in mid-stream": 2})
    what, why, tone = shown(ended(end, failed=2))
    assert what == "FAIL: not all limits were met. Only 1 of 3 connections completed. The stream was lost."
    assert why.startswith("The network failed. This affected 2 connections.")
    assert tone == "warn"


def test_a_lost_generator_is_said_once() -> None:
    gone = "{} was lost: its connection was lost"
    end = RunEnded(
        t=9.0,
        verdict=Verdict.INVALID,
        ledger={"completed": 2, "generator lost": 1},
        reasons=[gone.format("generator b"), gone.format("generator c")],
        unrecorded="The recording is incomplete.",
    )
    model = ended(msgspec.structs.replace(DONE), failed=0)
    lost = Problem(
        code="generator_lost", what="Generator b was lost, and its connections with it.", why="It is silent."
    )
    summarised = ConnectionSummary(conn=3, ledger=LedgerClass.GENERATOR_LOST, problem=lost)
    model.feed(ConnectionEnded(t=8.0, summary=summarised))
    model.feed(end)
    what, why, _ = shown(model)
    assert what.endswith("Only 2 of 3 connections completed. Generator b was lost, and its connections with it.")
    said = "It is silent. The recording is incomplete. Generator c was lost: its connection was lost."
    assert why == f"{said} 1 lost with a generator."


def test_a_stop_by_the_user_is_no_warning_but_a_failed_limit_is() -> None:
    stopped = msgspec.structs.replace(DONE, interrupted=True)
    assert shown(ended(stopped))[0::2] == ("Run stopped. 3 of 3 connections completed.", "ok")
    failed = msgspec.structs.replace(stopped, verdict=Verdict.FAIL)
    assert shown(ended(failed))[2] == "warn"
    silent = RunEnded(t=2.0, verdict=Verdict.DONE, ledger={"no transcript": 3}, interrupted=True)
    assert shown(ended(silent))[0::2] == ("Run stopped. 0 of 3 connections completed.", "warn")


def test_a_lost_microphone_is_named_and_is_no_success() -> None:
    notice = Problem(code=MICROPHONE_LOST, what="The microphone is gone.")
    assert shown(ended(DONE, notice=notice))[0::2] == (
        "The microphone was disconnected during the run. 3 of 3 connections completed.",
        "warn",
    )


def test_a_replay_that_was_stopped_says_nothing_about_the_session() -> None:
    stopped = RunEnded(t=2.0, verdict=Verdict.DONE, ledger={}, interrupted=True)
    assert shown(ended(stopped, origin=Origin.REPLAY)) == (
        "Replay stopped.",
        "The recorded session is unchanged.",
        "ok",
    )


@pytest.mark.parametrize("origin", [Origin.REPLAY, Origin.PAST])
def test_a_recorded_session_is_marked(origin: Origin) -> None:
    assert shown(ended(DONE, origin=origin))[0].startswith("Past session. Run complete.")


def test_what_a_search_found_heads_its_past_session_and_refused_streams_are_no_fault() -> None:
    end = msgspec.structs.replace(DONE, ledger={str(LedgerClass.COMPLETED): 1, str(LedgerClass.CONNECT_FAILED): 2})
    result = summary(ended(end, failed=2, origin=Origin.PAST), None, "REFUSED: 3 conversations.")
    assert result is not None
    assert (result[0].what, result[0].todo, result[1]) == ("Past session. REFUSED: 3 conversations.", "", "ok")
    assert result[0].why.startswith("Run complete. 1 of 3 connections completed. 2 connect failed")


def test_no_banner_without_an_end_or_with_a_problem_of_the_run_itself() -> None:
    assert summary(RunModel(), None) is None
    assert summary(ended(msgspec.structs.replace(DONE, problem=LOST)), None) is None


def test_the_folder_is_named_with_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    result = summary(ended(DONE), tmp_path / "sessions" / "one")
    assert result is not None
    assert result[0].todo == "Recorded in ~/sessions/one."


def test_reconnects_and_retries_are_counted_over_all_connections() -> None:
    model = RunModel()
    model.reset(msgspec.structs.replace(PLAN, connections=2))
    first = ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED, reconnects=2, unheard_s=1.25, retries=3)
    second = ConnectionSummary(conn=2, ledger=LedgerClass.COMPLETED, unheard_s=0.5)
    for each in (first, second):
        model.feed(ConnectionEnded(t=8.0, summary=each))
    model.feed(RunEnded(t=9.0, verdict=Verdict.DONE, ledger={"completed": 2}))
    assert shown(model)[1:] == ("1 connection reconnected, 1.8 s of audio not transcribed · 3 retries.", "warn")


def test_errors_are_shown_with_their_unit_where_a_reference_text_is_known() -> None:
    end = msgspec.structs.replace(DONE, words=WordErrors(n=200, substitutions=9))
    assert shown(ended(end))[1] == "WER 4.5 % of 200 words."
    characters = msgspec.structs.replace(DONE, words=WordErrors(n=200, substitutions=9, unit="character"))
    assert shown(ended(characters))[1] == "CER 4.5 % of 200 characters."
    assert shown(ended(msgspec.structs.replace(DONE, words=WordErrors())))[1] == ""


def test_the_built_in_endpoint_is_named_as_no_measure_of_flux() -> None:
    recorded = {"endpoint": "local", "endpoint_url": "https://127.0.0.1:43031"}
    for changes, has_disclaimer in (({"endpoint": "local"}, True), (recorded, True), ({"endpoint": "mine"}, False)):
        model = RunModel()
        model.reset(msgspec.structs.replace(PLAN, **changes))
        model.feed(RunEnded(t=9.0, verdict=Verdict.DONE, ledger={"completed": 1}))
        assert ("not those of Flux" in shown(model)[1]) is has_disclaimer
