"""What the banner at a run's end reports: the tone, the figures and the most frequent problem."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import ConnectionEnded, RunEnded
from flux_desktop.engine.records.facts import ConnectionSummary, LedgerClass, Percentiles, Verdict
from flux_desktop.engine.records.word_errors import WordErrors
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.window.run_banner import VERDICT_WORDS, at_home, summary
from tests.ui import scripted

COMPLETED = LedgerClass.COMPLETED
LOST = Problem(code="lost", what="WHAT.", why="WHY.", todo="TODO.")


def ended_run(*connections: dict[str, Any], verdict: Verdict = Verdict.DONE, **changes: Any) -> RunModel:
    """A run whose connections have ended so; `changes` are those of its RunEnded."""
    model = RunModel()
    model.reset(scripted.plan(len(connections)))
    ledger: dict[str, int] = {}
    for number, fields in enumerate(connections, 1):
        end = ConnectionSummary(conn=number, **{"ledger": COMPLETED, **fields})
        ledger[str(end.ledger)] = ledger.get(str(end.ledger), 0) + 1
        model.feed(ConnectionEnded(t=9.0, summary=end))
    model.feed(RunEnded(t=10.0, verdict=verdict, ledger=ledger, **changes))
    return model


def told(model: RunModel, folder: Path | None = None) -> tuple[Problem, str]:
    result = summary(model, folder)
    assert result is not None
    return result


def failed(ledger: LedgerClass = LedgerClass.FAILED, problem: Problem | None = LOST) -> dict[str, Any]:
    return {"ledger": ledger, "problem": problem}


def test_there_is_none_before_the_end_and_none_beside_the_runs_own_problem() -> None:
    assert summary(RunModel(), None) is None
    assert summary(ended_run({}, problem=LOST), None) is None


def test_a_run_whose_connections_all_completed_is_good_and_short() -> None:
    problem, tone = told(ended_run({}, {}))
    assert tone == "ok"
    assert "2 of 2" in problem.what
    assert (problem.why, problem.todo) == ("", "")


@pytest.mark.parametrize(
    ("verdict", "tone"),
    [(Verdict.DONE, "ok"), (Verdict.PASS, "ok"), (Verdict.FAIL, "warn"), (Verdict.INVALID, "warn")],
)
def test_the_verdict_decides_on_the_tone_and_opens_the_sentence(verdict: Verdict, tone: str) -> None:
    problem, shown = told(ended_run({}, verdict=verdict))
    assert shown == tone
    assert problem.what.startswith(VERDICT_WORDS[verdict])


def test_the_problem_of_most_connections_is_explained() -> None:
    other = Problem(code="other", what="OTHER.")
    problem, tone = told(ended_run(failed(), failed(problem=other), failed(), {}))
    assert tone == "warn"
    assert "1 of 4" in problem.what
    assert "WHAT." in problem.what
    assert "OTHER." not in problem.what + problem.why
    assert problem.why.startswith("WHY.")
    assert "2" in problem.why.split("3 failed")[0], "how many it struck"
    assert problem.todo == "TODO."


def test_it_is_a_failure_when_no_connection_completed() -> None:
    problem, tone = told(ended_run(failed(), verdict=Verdict.FAIL))
    assert tone == "danger"
    assert problem.what.startswith("FAIL")


def test_a_stopped_run_is_a_remark() -> None:
    problem, tone = told(ended_run({}, interrupted=True))
    assert tone == "warn"
    assert "1 of 1" in problem.what
    assert problem.what != told(ended_run({}))[0].what


def test_other_classes_than_completed_are_counted() -> None:
    why = told(ended_run({}, failed(problem=None)))[0].why
    assert f"1 {LedgerClass.FAILED}".lower() in why.lower()
    assert str(COMPLETED) not in why


def test_a_connection_that_came_back_is_no_clean_run() -> None:
    problem, tone = told(ended_run({"reconnects": 2, "unheard_s": 1.25, "retries": 3}, {"unheard_s": 0.5}))
    assert tone == "warn"
    assert "1 connection" in problem.why
    assert "1.8 s" in problem.why, "the gaps of all connections"
    assert "3 opening" in problem.why


def test_latencies_and_word_errors_are_reported_where_they_were_measured() -> None:
    model = ended_run(
        {},
        update=Percentiles(n=5, p50_ms=251.0, p95_ms=312.0),
        figures={"end_of_turn": Percentiles(n=2, p50_ms=640.0)},
        words=WordErrors(n=200, substitutions=9),
        reasons=["REASON."],
    )
    why = told(model)[0].why
    assert why.startswith("REASON.")
    for figure in ("251 ms", "312 ms", "640 ms", "4.5 %"):
        assert figure in why
    without = ended_run({}, update=Percentiles(), figures={"end_of_turn": Percentiles()}, words=WordErrors())
    assert told(without)[0].why == ""


def test_the_recordings_folder_follows_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    problem, _ = told(ended_run(failed()), tmp_path / "sessions" / "one")
    assert problem.todo.startswith("TODO. ")
    assert str(Path("~", "sessions", "one")) in problem.todo
    assert at_home(Path("/elsewhere/one")) == str(Path("/elsewhere/one"))
