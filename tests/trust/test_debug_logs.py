"""The libraries' own debug lines, as talkative as they can be made: they hold keys, and none comes out."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.aws.account import catalogue
from flux_desktop.aws.target import Credentials
from flux_desktop.base import logs
from tests.aws.control_plane_stub import control_plane
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import QUERY, Recorder, opener_to
from tests.aws.throwaway_ca import make_authority

KEYS = Credentials(
    access_key="AKIADEBUGLINES000001",
    secret_key="fYz7Qm3Kc9/Lp0+Xw2Rb8Td5Vn1Hj6Gs4Ea0Uo9I",
    session_token="a-token-that-no-pattern-knows-0001",
)


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything at DEBUG, and nobody to hold the libraries back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()
    written = io.StringIO()
    logs.set_up(logging.DEBUG, logging.StreamHandler(written))
    levels = {name: logging.getLogger(name).level for name in logs.TALKATIVE}
    monkeypatch.setattr(logs, "TALKATIVE", ())
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    for name in levels:
        logging.getLogger(name).setLevel(logging.NOTSET)


def leaked(words: str) -> list[str]:
    secrets = (KEYS.access_key, KEYS.secret_key, KEYS.session_token or "")
    return [secret for secret in secrets if secret in words]


def test_boto3_tells_no_key(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS.secret_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", KEYS.session_token or "")
    with control_plane(ListEndpoints=lambda _: {"Endpoints": []}) as plane:
        assert catalogue.list_endpoints(catalogue.Access(region="us-east-1", endpoint_url=plane.url)) == []
    words = log.getvalue()
    assert "X-Amz-Security-Token" in words, "botocore has said what it sends"
    assert "'Authorization': [removed]" in words
    assert leaked(words) == []
    assert not re.search(r"[0-9a-f]{64}", words), "no signature either"


async def test_the_stream_sdk_tells_no_key(log: io.StringIO, tmp_path: Path) -> None:
    from flux_desktop.base.redaction import remember

    remember(KEYS.access_key, KEYS.secret_key, KEYS.session_token)  # as the worker does
    async with hostile_peer(make_authority(tmp_path), "connected") as peer, opener_to(peer) as opener:
        recorder = Recorder()
        stream = await opener.open(QUERY, KEYS, recorder)
        await recorder.heard(1)
        stream.send_audio(bytes(64))
        await stream.close()
    words = log.getvalue()
    assert "smithy" in words or "aws_sdk" in words or "Calling" in words, "the SDK has said what it does"
    assert leaked(words) == []
