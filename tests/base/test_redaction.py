"""What people need to read stays readable: paths, addresses and prose beside the names of secrets."""

from __future__ import annotations

import pytest

from flux_desktop.base.redaction import (
    SENTENCE_CHARS_MAX,
    is_secret_name,
    is_secret_parameter,
    redact_sentence,
    remember,
    remember_environment,
)

PATH = "/var/run/identity/token.jwt"


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("AWS_SECRET_ACCESS_KEY", True),
        ("AWS_SESSION_TOKEN", True),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", True),
        ("GITHUB_TOKEN", True),
        ("PROFILE_SECRET", True),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", False),
        ("AWS_SHARED_CREDENTIALS_FILE", False),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", False),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", False),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", False),
        ("TOKEN_URL", False),
        ("HOME", False),
    ],
)
def test_a_variable_is_secret_unless_it_says_where_the_secret_is(name: str, secret: bool) -> None:
    assert is_secret_name(name) == secret


@pytest.mark.parametrize(
    ("names", "secret"),
    [
        ("token access_token apikey api-key key license_key Authorization auth X-Amz-Signature sig password pwd", True),
        ("keyterm keyterms tag author signatures monkey redact model", False),
    ],
)
def test_a_parameter_is_secret_by_its_name(names: str, secret: bool) -> None:
    assert {name: is_secret_parameter(name) for name in names.split()} == dict.fromkeys(names.split(), secret)


@pytest.mark.parametrize(
    "text",
    [
        f"AWS_WEB_IDENTITY_TOKEN_FILE={PATH} cannot be read.",
        f"The web identity token ({PATH}) cannot be read.",
        "Error loading SSO Token: Token for corp does not exist.",
        "/etc/passwd: Permission denied by the system.",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI=http://169.254.170.23/v1/credentials is not allowed.",
    ],
)
def test_paths_addresses_and_prose_stay(text: str) -> None:
    remember_environment({"AWS_WEB_IDENTITY_TOKEN_FILE": PATH})
    assert redact_sentence(text) == text


@pytest.mark.parametrize(
    "text", ["token: abc123xyz was refused", "password=hunter2!", "AWS_SESSION_TOKEN=opaque", "secret: 'two words'"]
)
def test_values_beside_the_name_of_a_secret_are_removed(text: str) -> None:
    assert "[removed]" in redact_sentence(text)


def test_a_known_value_is_removed_before_a_long_text_is_cut() -> None:
    remember("opaque-value-of-the-test")
    text = "x" * (SENTENCE_CHARS_MAX - 8) + " opaque-value-of-the-test and more"
    assert "opaque" not in redact_sentence(text)
