"""Tests of the comparison of two recorded runs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.report import document
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.evaluation.comparing.comparison import ChangeFinding, parse_allowed
from flux_desktop.reports.documents.comparison import compare_sessions
from tests.reports.documents.recorded_run import cut_off_after_start, failed, recorded


def test_a_slower_run_is_worse_and_fails_what_was_not_allowed(tmp_path: Path) -> None:
    base, new = recorded(tmp_path / "a"), recorded(tmp_path / "b", scale=1.5)
    result = compare_sessions(base, new, [parse_allowed("update_p95_ms>+10%"), parse_allowed("wire_p50_ms>+90%")])
    by_name = {each.name: each for each in result.figures}
    assert result.comparable
    assert by_name["update_p95_ms"].finding is ChangeFinding.WORSE
    assert by_name["update_p95_ms"].failed
    assert not by_name["wire_p50_ms"].failed
    assert by_name["completed_percent"].finding is ChangeFinding.UNDECIDED, "four connections prove little"
    assert result.failed
    assert result.verdict().startswith("Fails update_p95_ms>+10%; worse: ")


def test_the_same_run_shows_no_difference(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    result = compare_sessions(folder, folder, [parse_allowed("update_p95_ms>+10%")])
    assert not result.failed
    assert result.verdict().startswith("No figure is better or worse; undecided: ")
    assert not {each.finding for each in result.figures} & {ChangeFinding.BETTER, ChangeFinding.WORSE}


def test_runs_of_other_conditions_are_not_comparable_unless_forced(tmp_path: Path) -> None:
    base, new = recorded(tmp_path / "a"), recorded(tmp_path / "b", connections=6)
    result = compare_sessions(base, new)
    assert not result.comparable
    assert result.figures == []
    assert result.verdict() == "Not comparable: different connections (4 and 6)."
    forced = compare_sessions(base, new, force=True)
    assert forced.figures
    assert "not comparable: different connections" in forced.verdict()
    shared = compare_sessions(base, recorded(tmp_path / "c", streams_per_channel=2))
    assert shared.reasons == ["different streams per channel (1 and 2)"]
    parameters = compare_sessions(base, recorded(tmp_path / "g", eot_threshold=0.8))
    assert parameters.reasons == ["different parameters (none and eot_threshold=0.8)"]
    search = compare_sessions(base, recorded(tmp_path / "d", purpose="capacity"))
    assert search.reasons == ["different kinds of runs (live and capacity)"]
    again = recorded(tmp_path / "f", purpose="capacity")
    for folder, passes in ((tmp_path / "d" / again.name, 7), (again, 9)):
        result = Result(kind="BRACKETED", passes=passes)
        (folder / "capacity.json").write_bytes(msgspec.json.encode(CapacityReport(endpoint="e", result=result)))
    searches = compare_sessions(tmp_path / "d" / again.name, again)
    assert searches.figures == []
    assert searches.verdict().endswith(" by what they found: BRACKETED 7 (base) and BRACKETED 9 (new).")
    looped = compare_sessions(base, recorded(tmp_path / "e", loop=True))
    assert looped.reasons == ["different data (call.wav and call.wav, repeated)"]


def test_a_run_that_proves_nothing_is_no_baseline(tmp_path: Path) -> None:
    good = recorded(tmp_path / "a", connections=1)
    never = compare_sessions(failed(tmp_path / "b"), good, force=True)
    assert "the base run did not start" in never.reasons
    assert (never.figures, never.forcible) == ([], False)
    cut = recorded(tmp_path / "c", connections=1)
    cut_off_after_start(cut)
    assert "the new run was cut off" in compare_sessions(good, cut).reasons
    assert compare_sessions(good, cut, force=True).figures
    partly = recorded(tmp_path / "d", connections=1)
    for path in partly.glob("worker-*"):
        path.unlink()
    assert "a part of the new run's recording is missing or damaged" in compare_sessions(good, partly).reasons
    assert "lacks the end of 1 of 1 connections" in document(partly, "markdown")
    assert "lacks the end of 1 of 1 connections" in document(partly, "html")


def test_an_unknown_figure_is_named(tmp_path: Path) -> None:
    folder = recorded(tmp_path)
    with pytest.raises(ProblemError, match="no figure named speed"):
        compare_sessions(folder, folder, [parse_allowed("speed>+1")])
