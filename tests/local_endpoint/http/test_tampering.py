"""The endpoint on the wire: what is cut off, appended or unsigned is refused, and nothing of it is used."""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
import zlib
from typing import Any

import pytest

from flux_desktop.aws.wire.event_stream import payload_part
from flux_desktop.aws.wire.sigv4 import signed_headers
from tests.local_endpoint.wire_client import WireClient
from tests.waiting import PATIENCE_S

Info = dict[str, Any]


@pytest.mark.parametrize("rest", [b"", b"\0\0\1"], ids=["between two events", "inside an event"])
def test_an_input_without_its_signed_last_event_is_reported(endpoint: Info, rest: bytes) -> None:
    with WireClient(endpoint) as client:
        client.audio(bytes(2560))
        client.send_outer(rest)
        client.end_input()
        client.wait_end()
        assert client.last_failure == ("error", "InvalidSignatureException")
        assert not client.reset


def test_nothing_follows_the_last_event(endpoint: Info) -> None:
    with WireClient(endpoint) as client:
        last = client.signer.finish(int(time.time() * 1000))
        more = client.signer.sign(payload_part(b'{"type":"ForceEndTurn"}', "UTF8"), int(time.time() * 1000))
        client.send_outer(last + more)
        client.wait_end()
        assert client.last_failure == ("error", "InvalidSignatureException")
        assert [m["type"] for m in client.messages] == ["Connected"]


@pytest.mark.parametrize("place", [17, 26, 60, -20], ids=["date", "signature's name", "signature", "payload"])
def test_a_tampered_chunk_with_correct_checksums_is_refused(endpoint: Info, place: int) -> None:
    with WireClient(endpoint) as client:
        frame = bytearray(client.signer.sign(payload_part(b'{"type":"ForceEndTurn"}', "UTF8"), int(time.time() * 1000)))
        frame[place] ^= 1
        frame[-4:] = zlib.crc32(frame[:-4]).to_bytes(4, "big")
        client.send_outer(bytes(frame))
        client.wait_end()
        assert client.last_failure == ("error", "InvalidSignatureException")
        assert [m["type"] for m in client.messages] == ["Connected"]


@pytest.mark.parametrize("how", ["unsigned", "by a stranger", "ten minutes ago"])
def test_the_status_requires_the_keys(endpoint: Info, how: str) -> None:
    url = f"{endpoint['url']}/local/status"
    keys = {name: endpoint[name] for name in ("access_key", "secret_key", "region")}
    if how == "by a stranger":
        keys["secret_key"] = "guessed"
    headers = signed_headers(url, **keys, now_epoch_s=time.time() - (600 if how == "ten minutes ago" else 0))
    request = urllib.request.Request(url, headers={} if how == "unsigned" else headers)  # noqa: S310 - loopback
    context = ssl.create_default_context(cafile=endpoint["ca_file"])
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, context=context, timeout=PATIENCE_S)  # noqa: S310
    with caught.value:
        assert caught.value.code == 403
        assert b"streams_open" not in caught.value.read()
