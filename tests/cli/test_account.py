"""What the command line says of an observed account at the end."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.aws.account_records import ACCOUNT_FILE, encode_records
from flux_desktop.cli.account import account_of
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.evaluation.capacity.account_timeline import account_timeline
from flux_desktop.evaluation.capacity.report import CapacityReport
from flux_desktop.evaluation.capacity.result import Result
from flux_desktop.reports.capacity_policy import policy_for
from tests.evaluation.capacity.test_account_timeline import LOAD, records

PLAN = RunPlan(endpoint="my-flux", source=WavSource(path="a.wav"), region="eu-west-1", target_variant="blue")
FOUND = Result(kind="BRACKETED", passes=46, fails=48)


def test_a_policy_for_the_result_with_the_limit_that_is_known() -> None:
    report = CapacityReport(result=FOUND, account=account_timeline(records(), LOAD))
    policy = policy_for(report, PLAN)
    assert policy is not None
    assert (policy.resource_id, policy.configuration.target_value) == ("endpoint/my-flux/variant/blue", 34.0)
    assert policy.max_instances == 4
    assert "--region eu-west-1" in policy.commands[0]


def test_no_policy_without_a_capacity() -> None:
    assert policy_for(CapacityReport(result=Result(kind="LOWER BOUND", passes=8)), PLAN) is None
    assert policy_for(CapacityReport(), PLAN) is None


async def test_a_session_that_was_not_observed_or_cannot_be_read_has_no_account(tmp_path: Path, capsys) -> None:
    assert await account_of(None) is None
    assert await account_of(tmp_path) is None
    assert capsys.readouterr().err == ""
    (tmp_path / ACCOUNT_FILE).mkdir()
    assert await account_of(tmp_path) is None
    assert "The account's timeline cannot be read" in capsys.readouterr().err


async def test_an_observed_session_has_its_timeline(tmp_path: Path) -> None:
    (tmp_path / ACCOUNT_FILE).write_bytes(encode_records(records()))
    timeline = await account_of(tmp_path)
    assert timeline is not None
    assert timeline.target == 10.0
