"""Trust and proxy from the environment: what is usable, and an exact sentence for what is not."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.aws.errors.trust import proxy_for, trust_store
from flux_desktop.base.problem import Problem, ProblemError


def proxy_refusal() -> Problem:
    with pytest.raises(ProblemError) as caught:
        proxy_for("runtime.sagemaker.us-east-1.amazonaws.com", 8443)
    return caught.value.problem


@pytest.mark.parametrize(
    ("setting", "host", "port", "over_tls"),
    [
        ("http://proxy.example:3128", "proxy.example", 3128, False),
        ("proxy.example:3128", "proxy.example", 3128, False),
        ("https://me:pass%20word@proxy.example", "proxy.example", 443, True),
        ("http://[::1]:8080", "::1", 8080, False),
    ],
)
def test_usable_proxies(monkeypatch: pytest.MonkeyPatch, setting: str, host: str, port: int, over_tls: bool) -> None:
    monkeypatch.setenv("HTTPS_PROXY", setting)
    proxy = proxy_for("service.example", 443)
    assert proxy is not None
    assert (proxy.host, proxy.port, proxy.over_tls) == (host, port, over_tls)
    assert proxy.password == ("pass word" if "me" in setting.partition("@")[0] and "@" in setting else None)
    monkeypatch.setenv("NO_PROXY", "service.example")
    assert proxy_for("service.example", 443) is None


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("http://proxy.example:port", "no valid host and port"),
        ("http://proxy.example:99999", "no valid host and port"),
        ("http://[::1", "no valid host and port"),
        ("socks5://me:secret-word@proxy.example:1080", "socks5://proxy.example:1080 is a SOCKS proxy"),
        ("SOCKS5H://proxy.example:1080", "SOCKS proxy"),
        ("ftp://proxy.example", "not the address of an HTTP proxy"),
        ("http://:3128", "names no host"),
    ],
)
def test_unusable_proxies(monkeypatch: pytest.MonkeyPatch, setting: str, words: str) -> None:
    monkeypatch.setenv("https_proxy", setting)
    problem = proxy_refusal()
    assert problem.code == "proxy_invalid"
    assert words in problem.why
    assert "secret-word" not in problem.sentence()


@pytest.fixture
def no_descriptors_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_file_that_cannot_be_opened_for_lack_of_descriptors_is_not_blamed(
    tmp_path: Path, no_descriptors_left: None
) -> None:
    with pytest.raises(ProblemError) as caught:
        trust_store(str(tmp_path / "ca.pem"))
    assert caught.value.problem.code == "too_many_open_files"


@pytest.mark.parametrize("path", ["missing.pem", "bad\0name", "text.pem"])
def test_unusable_authorities(tmp_path: Path, path: str) -> None:
    (tmp_path / "text.pem").write_text("no certificate")
    with pytest.raises(ProblemError) as caught:
        trust_store(str(tmp_path / path))
    assert caught.value.problem.code == "ca_file_unusable"
