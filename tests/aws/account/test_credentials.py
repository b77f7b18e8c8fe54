"""boto3's chain to frozen credentials, and each way in which it fails."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from flux_desktop.aws.account import credentials as module
from flux_desktop.aws.account.catalogue import Access, list_endpoints
from flux_desktop.aws.account.credentials import load_credentials, read_credentials
from flux_desktop.aws.errors.errors import CREDENTIAL_CODES
from flux_desktop.base.problem import Problem, ProblemError


@pytest.fixture(autouse=True)
def aws_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty AWS files of the test's own."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return tmp_path


def problem_of(profile: str | None = None) -> Problem:
    with pytest.raises(ProblemError) as caught:
        read_credentials(profile)
    assert caught.value.problem.code in CREDENTIAL_CODES
    return caught.value.problem


async def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "hidden-token")
    found = await load_credentials()
    assert (found.access_key, found.secret_key, found.session_token) == ("AKIAENV", "hidden-secret", "hidden-token")
    assert (found.source, found.expires_at_s) == ("env", None)
    assert "hidden" not in f"{found!r} {found.__rich_repr__()}"


def test_profile(aws_files: Path) -> None:
    (aws_files / "credentials").write_text("[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = s\n")
    found = read_credentials("work")
    assert (found.access_key, found.session_token) == ("AKIAWORK", None)


def test_credential_process_has_an_expiry(aws_files: Path) -> None:
    answer = (
        '{"Version":1,"AccessKeyId":"AKIAPROC","SecretAccessKey":"s","SessionToken":"t",'
        '"Expiration":"2099-01-01T00:00:00Z"}'
    )
    (aws_files / "answer.json").write_text(answer)
    (aws_files / "config").write_text(f"[profile tool]\ncredential_process = cat {aws_files / 'answer.json'}\n")
    assert read_credentials("tool").expires_at_s == pytest.approx(4_070_908_800)


def test_nothing_at_all() -> None:
    problem = problem_of()
    assert problem.code == "credentials_missing"
    assert "aws sso login" in problem.todo


def test_unknown_profile() -> None:
    problem = problem_of("nobody")
    assert problem.code == "profile_not_found"
    assert "nobody" in problem.what


def test_half_a_pair(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    assert problem_of().code == "credentials_partial"


@pytest.mark.parametrize("from_environment", [False, True])
def test_sso_session_that_was_never_begun(
    aws_files: Path, monkeypatch: pytest.MonkeyPatch, from_environment: bool
) -> None:
    (aws_files / "config").write_text(
        "[profile team]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = r\n"
        "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://example.invalid/start\n"
    )
    if from_environment:
        monkeypatch.setenv("AWS_PROFILE", "team")
    problem = problem_of(None if from_environment else "team")
    assert problem.code == "sso_expired"
    assert problem.todo == "Run: aws sso login --profile team"


def test_broken_config_file(aws_files: Path) -> None:
    (aws_files / "config").write_text("this is not a config file\n")
    assert problem_of().code == "credentials_unavailable"


def test_failing_credential_process(aws_files: Path) -> None:
    (aws_files / "config").write_text("[profile tool]\ncredential_process = false\n")
    assert problem_of("tool").code == "credentials_unavailable"


async def test_a_chain_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()

    def hang(_: str | None) -> None:
        let_go.wait(10)

    monkeypatch.setattr(module, "read_credentials", hang)
    began_s = time.monotonic()
    with pytest.raises(ProblemError) as caught:
        await load_credentials(limit_s=0.05)
    let_go.set()
    assert time.monotonic() - began_s < 2
    assert caught.value.problem.code == "credentials_unavailable"


def test_a_list_without_a_session_names_the_profile_and_logs_no_traceback(
    aws_files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (aws_files / "config").write_text(
        "[profile team]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = r\n"
        "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://example.invalid/start\n"
    )
    with pytest.raises(ProblemError) as failed:
        list_endpoints(Access(region="us-east-1", profile="team"))
    assert failed.value.problem.todo == "Run: aws sso login --profile team"
    assert not [record for record in caplog.records if record.exc_info]
