"""Sentences of failed connections: complete, and attributed to the proxy where it is to blame."""

from __future__ import annotations

import pytest

from flux_desktop.aws.errors.connect_errors import (
    _CRT_CODES,
    _TEXTS,
    Address,
    connect_problem,
    crt_problem,
    is_about_request,
)

ADDRESS, PROXY = Address("runtime.example", 8443), Address("proxy.example", 3128)


class CrtError(Exception):
    def __init__(self, name: str, message: str = "") -> None:
        super().__init__(message)
        self.name, self.message = name, message


@pytest.mark.parametrize("code", _TEXTS)
def test_every_problem_says_what_happened_and_what_to_do(code: str) -> None:
    problem = connect_problem(code, ADDRESS, "Some detail.")
    assert problem.what.endswith(".")
    assert problem.todo.endswith(".")
    assert "{" not in problem.sentence()


@pytest.mark.parametrize("name", _CRT_CODES)
def test_every_error_of_the_common_runtime_has_a_text(name: str) -> None:
    assert crt_problem(CrtError(name, f"{name}: socket failed."), ADDRESS).code == _CRT_CODES[name]


def test_unknown_errors_are_sorted_by_their_name() -> None:
    assert crt_problem(CrtError("AWS_IO_TLS_NEW_THING", "odd"), ADDRESS).code == "tls_failed"
    assert crt_problem(CrtError("AWS_ERROR_NEW", "odd"), ADDRESS).code == "connection_lost"
    limited = CrtError("AWS_ERROR_HTTP_MAX_CONCURRENT_STREAMS_EXCEEDED")
    assert crt_problem(limited, ADDRESS).code == "no_stream_allowed"
    assert "RuntimeError" in crt_problem(RuntimeError(), ADDRESS).why


@pytest.mark.parametrize(
    "name", ["AWS_IO_SOCKET_CONNECTION_REFUSED", "AWS_IO_DNS_QUERY_FAILED", "AWS_IO_SOCKET_TIMEOUT"]
)
def test_a_first_connection_through_a_proxy_blames_the_proxy(name: str) -> None:
    problem = crt_problem(CrtError(name), ADDRESS, "10 s", PROXY)
    assert problem.code == "proxy_unreachable"
    assert "proxy.example:3128" in problem.what
    assert "HTTPS_PROXY" in problem.todo
    assert crt_problem(CrtError("AWS_ERROR_HTTP_GOAWAY_RECEIVED"), ADDRESS, "10 s", PROXY).code == "goaway"


def test_a_request_that_cannot_be_sent_is_not_a_lost_connection() -> None:
    assert is_about_request(CrtError("AWS_ERROR_HTTP_INVALID_HEADER_VALUE"))
    assert not is_about_request(CrtError("AWS_ERROR_HTTP_CONNECTION_CLOSED"))
    assert not is_about_request(RuntimeError())
    bare = RuntimeError("2058 (AWS_ERROR_HTTP_CONNECTION_CLOSED): The connection has closed or is closing.")
    assert not is_about_request(bare)
    assert "The connection has closed or is closing" in crt_problem(bare, ADDRESS).why
    assert "2058" not in crt_problem(bare, ADDRESS).why
    assert is_about_request(RuntimeError("2052 (AWS_ERROR_HTTP_INVALID_HEADER_VALUE): Invalid header value."))
