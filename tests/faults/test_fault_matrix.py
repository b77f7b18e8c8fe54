"""The fault matrix: every case of `fault_cases`, each stream in its class, in time, with its sentence.

The cases run side by side in one event loop, once; a test each then judges what came of it. ``make faults`` runs this
and prints the matrix.
"""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.engine.records.events import ConnectionChanged
from tests.faults.fault_case import Case
from tests.faults.fault_cases import CASES
from tests.faults.fault_runner import END_WITHIN_S, Outcome, run_case

pytestmark = [pytest.mark.faults, pytest.mark.timeout(540)]

AT_ONCE = 8
BLINDING_S = 35.0
MATRIX = pytest.StashKey[dict[str, Outcome]]()


@pytest.fixture(scope="session")
def matrix(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outcome]]:
    """What came of every selected case, by its name."""
    wanted = {item.callspec.params["case"].name for item in request.session.items if "ends_as_it" in item.name}
    cases = [case for case in CASES if case.name in wanted]
    folder = tmp_path_factory.mktemp("matrix")
    sockets = _open_sockets()
    outcomes = asyncio.run(_run_all(cases, folder))
    request.config.stash[MATRIX] = outcomes
    yield outcomes
    # What a refused certificate holds goes last.
    deadline_s = time.monotonic() + BLINDING_S
    while _open_sockets() > sockets and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert _open_sockets() <= sockets, "sockets left open"


async def _run_all(cases: list[Case], folder: Path) -> dict[str, Outcome]:
    gate = asyncio.Semaphore(AT_ONCE)
    outcomes: dict[str, Outcome] = {}

    async def one(case: Case) -> None:
        async with gate:
            outcomes[case.name] = await run_case(case, folder)

    results = await asyncio.gather(*(one(case) for case in cases), return_exceptions=True)
    for case, result in zip(cases, results, strict=True):
        if isinstance(result, BaseException):
            raise RuntimeError(f"{case.name} broke") from result
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks left running: {left}"
    return outcomes


def _open_sockets() -> int:
    count = 0
    for name in os.listdir("/dev/fd"):
        try:
            count += stat.S_ISSOCK(os.fstat(int(name)).st_mode)
        except OSError:
            continue
    return count


def test_there_are_enough_cases_and_no_two_of_one_name() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_stream_ends_as_it_should(case: Case, matrix: dict[str, Outcome]) -> None:
    outcome = matrix[case.name]
    problem, summary = outcome.problem, outcome.summary
    assert outcome.ledger == case.ledger, problem
    assert (problem.code if problem else None) == case.code, problem
    assert outcome.exit == case.exit
    if problem is not None:
        for part in (problem.what, problem.why, problem.todo):
            assert part, f"a part of the sentence is missing: {problem}"
            assert "{" not in part
            assert "Error(" not in part
            assert "Traceback" not in part
        assert problem.what.endswith(".")
        assert problem.todo.endswith(".")
        assert outcome.seconds <= END_WITHIN_S
    if summary is not None:
        assert summary.retries >= case.retries
        assert summary.reconnects == case.reconnects
        assert summary.rotations >= case.rotations
        assert case.retries or summary.retries <= 1, "a few may begin in the time that is left"
        gaps = [event.gap for event in outcome.events if isinstance(event, ConnectionChanged) and event.gap is not None]
        assert len(gaps) == case.reconnects, "every reconnect is shown with its gap"
        assert summary.unheard_s == pytest.approx(sum(to_s - from_s for from_s, to_s in gaps), abs=0.002)
        if case.violation is not None:
            assert case.violation in summary.violations
    if outcome.healthy is not None:
        assert outcome.healthy.ledger == "completed", outcome.healthy.problem
        assert outcome.healthy.retries == 0
        assert outcome.healthy.turns >= 1
    assert not outcome.leftovers
