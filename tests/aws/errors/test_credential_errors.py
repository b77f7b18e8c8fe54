"""Every kind of failure of a credential source: its code, the source's name and the remedy."""

from __future__ import annotations

import json

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError

from flux_desktop.aws.errors.credential_errors import (
    _NAMES,
    CredentialSource,
    MfaRequiredError,
    credentials_problem,
    malformed_credentials,
    missing_credentials,
    slow_credentials,
)
from flux_desktop.aws.errors.errors import CREDENTIAL_CODES
from tests.aws.errors.test_boto_errors import URL, refused

ROLE = CredentialSource(method="assume-role", profile="corp", setting="arn:aws:iam::1:role/x")
SSO = CredentialSource(method="sso", profile="corp")
CASES: list[tuple[CredentialSource, Exception, str, str]] = [
    (ROLE, boto.ProfileNotFound(profile="corp"), "profile_not_found", "“corp”"),
    (
        SSO,
        boto.SSOTokenLoadError(error_msg="Token for corp does not exist"),
        "sso_expired",
        "aws sso login --profile corp",
    ),
    (SSO, boto.UnauthorizedSSOTokenError(), "sso_expired", "aws sso login --profile corp"),
    (SSO, boto.TokenRetrievalError(provider="sso", error_msg="x"), "sso_expired", "aws sso login --profile corp"),
    (SSO, refused(401, "UnauthorizedException", "Session token not found or invalid"), "sso_expired", "aws sso login"),
    (SSO, refused(403, "ForbiddenException", "No access"), "forbidden", "sso:Operation"),
    (ROLE, boto.LoginRefreshRequired(), "sso_expired", "aws login --profile corp"),
    (ROLE, MfaRequiredError("Enter MFA code"), "mfa_required", "export-credentials --profile corp"),
    (ROLE, boto.RefreshWithMFAUnsupportedError(), "mfa_required", "MFA"),
    (ROLE, boto.PartialCredentialsError(provider="env", cred_var="x"), "credentials_partial", "incomplete"),
    (ROLE, boto.NoCredentialsError(), "credentials_missing", "“corp”"),
    (ROLE, refused(403, "AccessDenied", "not authorized to perform: sts:AssumeRole"), "access_denied", "sts:Operation"),
    (ROLE, refused(403, "ExpiredToken", "The token is expired"), "credentials_expired", "role of profile “corp”"),
    (ROLE, refused(403, "InvalidClientTokenId", "x"), "credentials_invalid", "role of profile “corp”"),
    (ROLE, refused(403, "SignatureDoesNotMatch", "Signature expired: x"), "clock_skew", "clock"),
    (ROLE, refused(500, "InternalFailure", "x"), "credentials_unavailable", "role of profile “corp”"),
    (ROLE, boto.EndpointConnectionError(endpoint_url=URL, error="refused"), "credentials_unavailable", "was refused"),
    (ROLE, boto.InfiniteLoopConfigError(source_profile="a", visited_profiles=["a"]), "credentials_unavailable", "a"),
    (ROLE, RuntimeError("Credentials were refreshed, but … are still expired."), "credentials_expired", "corp"),
    (ROLE, KeyError("AccessKeyId"), "credentials_unavailable", "'AccessKeyId'"),
    (ROLE, TypeError("odd"), "credentials_unavailable", "odd"),
    (ROLE, PermissionError(13, "Permission denied", "/etc/key"), "credentials_unavailable", "denied (/etc/key)"),
    (ROLE, json.JSONDecodeError("x", "Please sign in", 0), "credentials_unavailable", "It is: Please sign in."),
]


@pytest.mark.parametrize(
    ("source", "error", "code", "words"), CASES, ids=lambda value: getattr(value, "__name__", None)
)
def test_every_failure_has_a_credential_code_and_a_remedy(
    source: CredentialSource, error: Exception, code: str, words: str
) -> None:
    problem = credentials_problem(error, source)
    assert problem.code == code
    assert code in CREDENTIAL_CODES
    assert words in problem.sentence()
    assert problem.what.endswith(".")
    assert problem.todo or "Check" in problem.why
    assert "[removed]" not in problem.sentence()


@pytest.mark.parametrize("method", _NAMES)
def test_every_source_is_named_with_its_setting(method: str) -> None:
    source = CredentialSource(method=method, profile="corp", setting="/etc/setting")
    problem = credentials_problem(ValueError("odd"), source)
    assert _NAMES[method] in problem.what
    assert "of profile “corp” (/etc/setting)" in problem.what
    assert problem.todo


def test_no_source_at_all() -> None:
    assert "“corp”" in missing_credentials("corp").what
    assert "aws sso login --profile corp" in missing_credentials("corp").todo
    assert "of profile" not in slow_credentials(30, None).what


@pytest.mark.parametrize("output", ['{"SecretAccessKey": "hidden"', '["hidden"', '"hidden"'])
def test_output_that_may_hold_keys_is_not_shown(output: str) -> None:
    problem = credentials_problem(json.JSONDecodeError("x", output, 0), ROLE)
    assert "hidden" not in problem.sentence()
    assert "JSON" in problem.why


def test_an_answer_that_is_no_answer_of_aws_is_not_shown() -> None:
    problem = credentials_problem(ResponseParserError("invalid XML received:\nb'<AccessKeyId>hidden'"), ROLE)
    assert "hidden" not in problem.sentence()
    assert "proxy" in problem.why
    assert "HTTPS_PROXY" in problem.todo


def test_long_output_is_shown_in_part() -> None:
    problem = credentials_problem(json.JSONDecodeError("x", "Please\n sign in " + "x" * 500, 0), ROLE)
    assert "Please sign in" in problem.why
    assert len(problem.why) < 330


def test_each_source_has_a_remedy_of_its_own() -> None:
    methods = ("assume-role", "assume-role-with-web-identity", "shared-credentials-file", "custom-process", "iam-role")
    remedies = {credentials_problem(KeyError("x"), CredentialSource(method=method)).todo for method in methods}
    assert len(remedies) == len(methods)


def test_a_malformed_key_is_named_with_its_source() -> None:
    problem = malformed_credentials("session token", "has a line break", ROLE)
    assert problem.code == "credentials_malformed"
    for part in ("session token", "has a line break", ROLE.name):
        assert part in problem.what
