"""Profile, region and stream address of this machine's AWS configuration, as boto3 resolves them for its clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_desktop.aws.account.configuration import ca_bundle, resolved_region, stream_address
from flux_desktop.base.problem import ProblemError

CONFIG = """\
[default]
region = ap-southeast-2
[profile team]
region = eu-central-1
ca_bundle = /etc/team.pem
[profile private]
endpoint_url = https://everything.example
[profile services]
services = mine
[profile fips]
use_fips_endpoint = true
use_dualstack_endpoint = true
[services mine]
sagemaker_runtime =
  endpoint_url = https://runtime.example:8443
"""
STANDARD = "https://runtime.sagemaker.us-east-1.amazonaws.com:8443"


@pytest.fixture(autouse=True)
def aws_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = tmp_path / "elsewhere" / "config"
    config.parent.mkdir()
    config.write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return config


@pytest.mark.parametrize(
    ("region", "profile", "variables", "expected"),
    [
        ("us-west-2", "team", {"AWS_REGION": "sa-east-1"}, "us-west-2"),
        (None, "team", {"AWS_REGION": "sa-east-1", "AWS_DEFAULT_REGION": "us-west-1"}, "sa-east-1"),
        (None, "team", {"AWS_DEFAULT_REGION": "us-west-1"}, "us-west-1"),
        (None, "team", {}, "eu-central-1"),
        (None, None, {"AWS_PROFILE": "team"}, "eu-central-1"),
        (None, None, {}, "ap-southeast-2"),
        (None, "private", {}, "us-east-1"),
    ],
)
def test_region(
    monkeypatch: pytest.MonkeyPatch, region: str | None, profile: str | None, variables: dict[str, str], expected: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert resolved_region(region, profile) == expected


def test_region_of_a_profile_that_does_not_exist() -> None:
    with pytest.raises(ProblemError) as caught:
        resolved_region(None, "lost")
    assert caught.value.problem.code == "profile_not_found"
    assert "“lost”" in caught.value.problem.what


@pytest.mark.parametrize(
    ("profile", "variables", "url", "reason"),
    [
        (None, {}, STANDARD, ""),
        (None, {"AWS_USE_FIPS_ENDPOINT": "true"}, STANDARD.replace("runtime", "runtime-fips"), "FIPS"),
        (None, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, STANDARD.replace("amazonaws.com", "api.aws"), "dual-stack"),
        ("fips", {}, "https://runtime-fips.sagemaker.us-east-1.api.aws:8443", "FIPS and dual-stack"),
        (None, {"AWS_ENDPOINT_URL": "https://all.example"}, "https://all.example", "AWS_ENDPOINT_URL is set"),
        (
            None,
            {"AWS_ENDPOINT_URL": "https://all.example", "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "https://rt.example"},
            "https://rt.example",
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME is set",
        ),
        (
            None,
            {
                "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2": "https://h2.example",
                "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": "https://rt.example",
            },
            "https://h2.example",
            "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME_HTTP2 is set",
        ),
        ("private", {}, "https://everything.example", "profile “private” sets endpoint_url"),
        ("services", {}, "https://runtime.example:8443", "profile “services” sets endpoint_url"),
        ("private", {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, STANDARD, ""),
    ],
)
def test_stream_address(
    monkeypatch: pytest.MonkeyPatch, profile: str | None, variables: dict[str, str], url: str, reason: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    address = stream_address("us-east-1", profile)
    assert address.url == url
    assert reason in address.reason
    assert bool(address.reason) == bool(reason)


def test_authorities_of_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    assert ca_bundle("team") == "/etc/team.pem"
    assert ca_bundle(None) is None


def test_a_broken_file_is_a_problem(aws_config: Path) -> None:
    aws_config.write_text("no section\n")
    for ask in (lambda: ca_bundle(None), lambda: resolved_region(None, None), lambda: stream_address("r", None)):
        with pytest.raises(ProblemError) as caught:
            ask()
        assert caught.value.problem.code == "credentials_unavailable"
        assert str(aws_config) in caught.value.problem.why
