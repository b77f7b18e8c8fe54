"""The endpoint's time is read from its answer, and a clock that is far from it is told."""

from __future__ import annotations

import http.client
import io
import ssl

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.self_test.clock_check import clock_skew_s, skew_words
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpointInfo


def test_a_minute_is_the_limit() -> None:
    assert skew_words(0.2) == "within 1 s of the endpoint's"
    assert skew_words(-60.0) == "within 60 s of the endpoint's"
    with pytest.raises(ProblemError, match="61 s ahead of"):
        skew_words(-61.0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"not HTTP at all\r\n", "not valid HTTP"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "no valid Date"),
        (b"HTTP/1.1 200 OK\r\nDate: today\r\n\r\n", "no valid Date"),
    ],
)
def test_an_answer_without_a_time_is_a_failed_connection(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, words: str
) -> None:
    class Peer:
        """A socket that answers anything with `answer`."""

        def sendall(self, data: bytes) -> None: ...

        def close(self) -> None: ...

        def makefile(self, mode: str) -> io.BytesIO:
            return io.BytesIO(answer)

    monkeypatch.setattr(http.client.HTTPSConnection, "connect", lambda self: setattr(self, "sock", Peer()))
    authorities = ssl.get_default_verify_paths().cafile or ""
    info = LocalEndpointInfo(url="https://127.0.0.1:1", region="", ca_file=authorities, access_key="", secret_key="")
    with pytest.raises(OSError, match=words):
        clock_skew_s(info)
