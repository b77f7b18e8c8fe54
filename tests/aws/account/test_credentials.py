"""boto3's chain to frozen credentials, and each way in which it fails."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from flux_desktop.aws.account import credentials as module
from flux_desktop.aws.account.catalogue import Access, list_endpoints
from flux_desktop.aws.account.credentials import key_defect, load_credentials, read_credentials
from flux_desktop.aws.errors.errors import CREDENTIAL_CODES
from flux_desktop.base import logs
from flux_desktop.base.problem import Problem, ProblemError
from tests.waiting import PATIENCE_S


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
    keys = await load_credentials()
    assert (keys.access_key, keys.secret_key, keys.session_token) == ("AKIAENV", "hidden-secret", "hidden-token")
    assert (keys.source, keys.expires_at_s) == ("env", None)
    assert "hidden" not in f"{keys!r} {keys.__rich_repr__()}"


def test_profile(aws_files: Path) -> None:
    (aws_files / "credentials").write_text("[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = s\n")
    keys = read_credentials("work")
    assert (keys.access_key, keys.session_token) == ("AKIAWORK", None)


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
    problem = problem_of()
    assert problem.code == "credentials_unavailable"
    assert str(aws_files / "config") in problem.why


EXPIRED = (
    '{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s","SessionToken":"t","Expiration":"2020-01-01T00:00:00Z"}'
)
PROCESS_CASES = {
    "false": "It failed without a message.",
    "sh -c 'echo no ticket >&2; exit 3'": "no ticket.",
    "echo not-json": "The answer is not the JSON that AWS specifies. It is: not-json.",
    "echo 'Please run: corp-login'": "It is: Please run: corp-login.",
    "printf []": "attribute 'get'",
    "printf {}": "Unsupported version",
    """printf '{"Version":1}'""": "AccessKeyId",
    "printf '\\377'": "not what AWS specifies for credential_process",
    "sh -c 'unclosed": "",
    "/nonexistent/helper --x": "/nonexistent/helper does not exist.",
    "/etc/passwd": "Permission denied (/etc/passwd).",
    f"printf '{EXPIRED}'": "expired",
    """printf '{"Version":1,"AccessKeyId":"A","SecretAccessKey":"s","Expiration":"soon"}'""": "",
}


@pytest.mark.parametrize("command", PROCESS_CASES)
def test_every_failure_of_a_credential_process_names_the_command(aws_files: Path, command: str) -> None:
    (aws_files / "config").write_text(f"[profile cp]\ncredential_process = {command}\n")
    problem = problem_of("cp")
    assert problem.code == ("credentials_expired" if "2020" in command else "credentials_unavailable")
    assert "credential_process of profile “cp”" in problem.what
    assert command.split()[0] in problem.what
    assert PROCESS_CASES[command] in problem.sentence()
    assert "Run the command in a terminal" in problem.todo


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {"AWS_WEB_IDENTITY_TOKEN_FILE": "/nowhere/token.jwt", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/x"},
            "web identity token (/nowhere/token.jwt)",
        ),
        ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/keys"}, "URL (http://example.com/keys)"),
        (
            {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:9/keys",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/nowhere/authorization",
            },
            "/nowhere/authorization does not exist",
        ),
        ({"AWS_METADATA_SERVICE_TIMEOUT": "soon"}, "AWS_METADATA_SERVICE_TIMEOUT is “soon”, not a whole number."),
        ({"AWS_METADATA_SERVICE_NUM_ATTEMPTS": "many"}, "many"),
        ({"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE": "ipv5"}, "ipv5"),
        ({"AWS_EC2_METADATA_SERVICE_ENDPOINT": "not a url", "AWS_EC2_METADATA_DISABLED": "false"}, "not a url"),
    ],
)
def test_a_broken_source_in_the_environment_is_named_with_its_setting(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    logs.remember_environment()  # as every process of this program does: paths and URLs must stay readable
    problem = problem_of()
    assert problem.code == "credentials_unavailable"
    assert words in problem.sentence()
    assert "[removed]" not in problem.sentence()


def test_the_answer_of_a_source_profile_is_shown_too(aws_files: Path) -> None:
    (aws_files / "config").write_text(
        "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = cp\n"
        "[profile cp]\ncredential_process = echo Please run: corp-login\n"
    )
    problem = problem_of("r")
    assert "role of profile “r”" in problem.what
    assert "Please run: corp-login." in problem.why


def test_an_empty_variable_names_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "")
    assert problem_of().code == "credentials_missing"


def test_output_that_may_hold_keys_is_not_repeated(aws_files: Path) -> None:
    (aws_files / "output").write_text('{"Version":1,"SecretAccessKey":"opaque-value')
    (aws_files / "config").write_text(f"[profile cp]\ncredential_process = cat {aws_files / 'output'}\n")
    assert "opaque" not in problem_of("cp").sentence()


def test_a_role_with_mfa_is_refused_without_a_prompt(aws_files: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (aws_files / "config").write_text(
        "[profile cp]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = src\n"
        "mfa_serial = arn:aws:iam::123456789012:mfa/me\n"
        "[profile src]\naws_access_key_id = AKIAEXAMPLE12345678\naws_secret_access_key = abcdefghijklmnop\n"
    )
    problem = problem_of("cp")
    assert problem.code == "mfa_required"
    assert "aws configure export-credentials --profile cp" in problem.todo
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("AWS_SECRET_ACCESS_KEY", "secret\n", "secret key in the environment variable AWS_SECRET_ACCESS_KEY ends with"),
        ("AWS_SESSION_TOKEN", "token\r\n", "session token in the environment variable AWS_SESSION_TOKEN ends with"),
        ("AWS_ACCESS_KEY_ID", "AKIA ", "ends with a space"),
        ("AWS_SESSION_TOKEN", " token", "starts with a space"),
        ("AWS_SESSION_TOKEN", "to\nken", "variable AWS_SESSION_TOKEN contains a space or a line break"),
        ("AWS_SECRET_ACCESS_KEY", "secret\x00", "characters that no AWS key has"),
    ],
)
def test_keys_that_cannot_be_sent_are_found_before_connecting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    environ = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_SESSION_TOKEN": "t0ken"}
    # os.environ refuses null characters; a variable cannot hold one, a file can.
    if "\x00" in value:
        assert words in key_defect(value)
        return
    for variable, text in {**environ, name: value}.items():
        monkeypatch.setenv(variable, text)
    problem = problem_of()
    assert problem.code == "credentials_malformed"
    assert words in problem.what
    assert f" {value}" not in problem.sentence()


@pytest.mark.parametrize(
    ("proxy", "code"),
    [
        ("http://127.0.0.1:abc", "proxy_invalid"),
        ("socks5://127.0.0.1:9", "proxy_invalid"),
        ("http://127.0.0.1:9", "credentials_unavailable"),
    ],
)
def test_a_sign_in_through_a_proxy_that_cannot_be_used(
    aws_files: Path, monkeypatch: pytest.MonkeyPatch, proxy: str, code: str
) -> None:
    (aws_files / "config").write_text(
        "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = src\nregion = us-east-1\n"
        "[profile src]\naws_access_key_id = AKIA\naws_secret_access_key = s\n"
    )
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ProblemError) as caught:
        read_credentials("r")
    assert caught.value.problem.code == code
    assert "HTTPS_PROXY" in caught.value.problem.sentence()


def test_a_profile_of_the_environment_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "lost")
    assert "“lost”" in problem_of().what


def test_the_list_and_a_run_explain_a_broken_sign_in_alike(aws_files: Path) -> None:
    (aws_files / "config").write_text("[profile team]\nsso_session = missing\nsso_account_id = 1\nsso_role_name = r\n")
    with pytest.raises(ProblemError) as listed:
        list_endpoints(Access(region="us-east-1", profile="team"))
    assert listed.value.problem == problem_of("team")


async def test_a_chain_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, over = threading.Event(), threading.Event()

    def hang(_: str | None) -> None:
        let_go.wait(PATIENCE_S)
        over.set()

    monkeypatch.setattr(module, "read_credentials", hang)
    with pytest.raises(ProblemError) as caught:
        await load_credentials(limit_s=0.05)
    assert not over.is_set()
    let_go.set()
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
