"""The account beside a run: what is watched, what is written, and what is reported once."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path

from flux_desktop.aws.account_records import ACCOUNT_FILE, Begun, NotRead, Record, decode_records
from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision import account_watch
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo

PLAN = RunPlan(endpoint="prod", source=WavSource(path="a.wav"), observe_account=True)
INFO = LocalEndpointInfo(url="https://127.0.0.1:1", region="r", ca_file="c", access_key="a", secret_key="s")
ORIGIN_S = 1_000.0


def refused(action: str, code: str = "access_denied") -> NotRead:
    return NotRead(t_s=ORIGIN_S, action=action, problem=Problem(code=code, what=f"{action} failed."))


class Reader:
    """Looks that are known beforehand; the run ends with the last one."""

    def __init__(self, *looks: list[Record], ended: asyncio.Event) -> None:
        self.looks = list(looks)
        self._ended, self._loop = ended, asyncio.get_running_loop()

    def look(self, now_s: float) -> list[Record]:
        if len(self.looks) <= 2:
            self._loop.call_soon_threadsafe(self._ended.set)
        return self.looks.pop(0)


async def watched(monkeypatch, folder: Path, *looks: list[Record]) -> tuple[list[Record], list[Problem], Reader]:
    ended, problems = asyncio.Event(), list[Problem]()
    reader = Reader(*looks, ended=ended)
    monkeypatch.setattr(account_watch, "_reader", lambda *_: reader)
    monkeypatch.setattr(account_watch, "LOOK_S", 0.01)
    await account_watch.watch(PLAN, None, folder, ORIGIN_S, ended, problems.append)
    return decode_records((folder / ACCOUNT_FILE).read_bytes().splitlines()), problems, reader


async def test_looks_are_appended_until_the_run_has_ended_and_once_more(monkeypatch, tmp_path: Path) -> None:
    first, second = refused("a", "throttled"), refused("b", "throttled")
    records, problems, reader = await watched(monkeypatch, tmp_path, [first], [], [second])
    begun, *rest = records
    assert isinstance(begun, Begun)
    assert (begun.endpoint, begun.origin_s, begun.schema) == ("prod", ORIGIN_S, 1)
    assert rest == [first, second], "the last look comes after the end"
    assert [problem.what for problem in problems] == ["a failed.", "b failed."]
    assert reader.looks == []
    assert stat.S_IMODE((tmp_path / ACCOUNT_FILE).stat().st_mode) == 0o600


async def test_missing_permissions_are_one_problem_that_names_them_all(monkeypatch, tmp_path: Path) -> None:
    looks = [refused("cloudwatch:GetMetricData"), refused("x:Describe")], []
    _, (problem,), _ = await watched(monkeypatch, tmp_path, *looks)
    assert problem.sentence() == (
        "A part of the account is not observed: these credentials are not allowed to call cloudwatch:GetMetricData and "
        "x:Describe. The run itself is not affected. For the account's timeline, ask an administrator for them."
    )


async def test_a_folder_that_cannot_be_written_ends_the_observation_not_the_run(tmp_path: Path) -> None:
    problems: list[Problem] = []
    await account_watch.watch(PLAN, None, tmp_path / "gone", ORIGIN_S, asyncio.Event(), problems.append)
    assert [problem.code for problem in problems] == ["account_not_observed"]


def test_what_is_watched() -> None:
    assert account_watch.is_watched(PLAN, None)
    assert not account_watch.is_watched(RunPlan(endpoint="prod", source=PLAN.source), None)
    assert not account_watch.is_watched(PLAN, INFO)
    scaling = LocalEndpointInfo(url="u", region="r", ca_file="c", access_key="a", secret_key="s", scaling_speed=2.0)
    assert account_watch.is_watched(PLAN, scaling)
