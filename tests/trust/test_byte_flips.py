"""A real client's request, recorded, and every byte of it changed in turn: the built-in endpoint takes none of them."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from flux_desktop.aws.wire.event_stream import EventStreamError, FrameDecoder, encode_message
from flux_desktop.aws.wire.sigv4 import SignatureMismatch, canonical_request
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_endpoint.http.endpoint_state import EndpointSettings, EndpointState
from flux_desktop.local_endpoint.http.http_stream import HttpRefusal, check_request
from flux_desktop.local_endpoint.recognition.pools import Pools
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import with_extra
from tests.aws.hostile_peer import hostile_peer
from tests.aws.streaming import CLOSE_STREAM, CREDENTIALS, opened
from tests.aws.throwaway_ca import make_authority

FLIPS = (0x01, 0x20, 0x80)
"""A neighbour, the other case of a letter, and what is no ASCII: each byte is changed in these three ways."""


class Recorded(NamedTuple):
    """What a client sent."""

    path: str
    headers: dict[str, str]
    frames: list[bytes]


@pytest.fixture
async def recorded(tmp_path: Path) -> Recorded:
    """A whole stream of the real client, signed by the AWS SDK, as a peer got it."""
    async with hostile_peer(make_authority(tmp_path), "connected") as peer, opened(peer) as (stream, _):
        for number in range(3):
            stream.send_audio(bytes((number,)) * 64)
        stream.send_text(CLOSE_STREAM)
        stream.end_input()
        session = peer.sessions[-1]
        await session.until(lambda: session.input_ended)
        headers = {name: value for name, value in session.request.items() if not name.startswith(":")}
        frames = [encode_message([*frame.headers.items()], frame.payload) for frame in session.frames]
        return Recorded(session.request[":path"], {**headers, "host": session.request[":authority"]}, frames)


@pytest.fixture
def service() -> EndpointState:
    """An endpoint with the client's own keys."""
    settings = EndpointSettings(
        access_key=CREDENTIALS.access_key, secret_key=CREDENTIALS.secret_key, recogniser="silent"
    )
    return EndpointState(settings, with_extra(["flux-en=InService"]), [], Faults(), Pools())


def flipped(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every copy with one byte changed, and where."""
    for at in range(len(data)):
        for flip in FLIPS:
            yield at, data[:at] + bytes((data[at] ^ flip,)) + data[at + 1 :]


def accepts(service: EndpointState, path: str, headers: dict[str, str]) -> bool:
    """Whether the endpoint takes a request's head."""
    path, _, query = path.partition("?")
    name = path.removeprefix("/endpoints/").removesuffix("/invocations-bidirectional-stream")
    try:
        check_request(service, name, path, headers, query)
    except HttpRefusal as refusal:
        return refusal.answer.status != 403
    return True


def test_no_byte_of_the_head_can_be_changed(recorded: Recorded, service: EndpointState) -> None:
    assert accepts(service, recorded.path, recorded.headers), "the request itself is taken"
    names = set(recorded.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";"))
    unsigned = recorded.headers.keys() - names - {"authorization"}
    assert not {name for name in unsigned if name.startswith("x-amz")}, "all that says what is wanted is signed"
    count, accepted_changes = 0, []
    for at, path in flipped(recorded.path.encode()):
        count += 1
        if accepts(service, path.decode("latin-1"), recorded.headers):
            accepted_changes.append(("path", at))
    for name in sorted(names | {"authorization"}):
        rest = {other: value for other, value in recorded.headers.items() if other != name}
        for at, changed in flipped(recorded.headers[name].encode()):
            count += 1
            if accepts(service, recorded.path, {**rest, name: changed.decode("latin-1")}):
                accepted_changes.append((name, at))
        for at, changed in flipped(name.encode()):
            count += 1
            if accepts(service, recorded.path, {**rest, changed.decode("latin-1"): recorded.headers[name]}):
                accepted_changes.append((f"name of {name}", at))
    print(f"{count} changed heads, {len(accepted_changes)} taken")
    assert count > 2000
    assert accepted_changes == []


@pytest.mark.parametrize("repaired", [False, True], ids=["as it is", "with its checksums made right again"])
def test_no_byte_of_the_body_can_be_changed(recorded: Recorded, service: EndpointState, repaired: bool) -> None:
    path = recorded.path.removesuffix("?")
    verifier, _ = check_request(service, "flux-en", path, recorded.headers)
    now_ms = int(time.time() * 1000)
    count, accepted_changes = 0, []
    for number, frame in enumerate(recorded.frames):
        for at, changed in flipped(frame):
            if repaired and (8 <= at < 12 or at >= len(frame) - 4):
                continue  # a checksum itself
            count += 1
            try:
                for outer in FrameDecoder().feed(with_checksums(changed) if repaired else changed):
                    verifier.verify(outer, now_ms)
                    accepted_changes.append((number, at))
            except (EventStreamError, SignatureMismatch):
                pass
        (outer,) = FrameDecoder().feed(frame)
        verifier.verify(outer, now_ms)  # nothing of what was refused has moved the chain
    print(f"{count} changed frames, {len(accepted_changes)} taken")
    assert count > 1500
    assert accepted_changes == []


def with_checksums(frame: bytes) -> bytes:
    """The frame with both its checksums right, as somebody on the way would send it."""
    body = frame[:8] + zlib.crc32(frame[:8]).to_bytes(4, "big") + frame[12:-4]
    return body + zlib.crc32(body).to_bytes(4, "big")


def test_nothing_is_added_to_a_signed_event(recorded: Recorded, service: EndpointState) -> None:
    verifier, _ = check_request(service, "flux-en", recorded.path.removesuffix("?"), recorded.headers)
    (outer,) = FrameDecoder().feed(recorded.frames[0])
    added = encode_message([*outer.headers.items(), (":more", "x")], outer.payload)
    with pytest.raises(SignatureMismatch):
        verifier.verify(*FrameDecoder().feed(added))


def test_no_other_blank_stands_for_a_blank() -> None:
    texts = [canonical_request("GET", "/", "", {"a": f"b{blank}c"}, ["a"], "") for blank in " \t\x85\xa0\u2003"]
    assert len(set(texts)) == len(texts)
    assert canonical_request("GET", "/", "", {"a": " b   c "}, ["a"], "") == texts[0]


def test_what_was_recorded_is_refused_five_minutes_later(
    recorded: Recorded, service: EndpointState, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = time.time()
    assert accepts(service, recorded.path, recorded.headers)
    for later_s, verdict in ((295.0, True), (305.0, False), (-305.0, False)):
        monkeypatch.setattr(time, "time", lambda later_s=later_s: now_s + later_s)
        assert accepts(service, recorded.path, recorded.headers) is verdict, later_s


def test_a_header_that_says_what_is_wanted_must_be_signed(recorded: Recorded, service: EndpointState) -> None:
    added = {"x-amzn-sagemaker-target-variant": "AllTraffic"}
    assert not accepts(service, recorded.path, {**recorded.headers, **added})
    assert accepts(service, recorded.path, {**recorded.headers, "x-amzn-trace-id": "set on the way"})
    assert not accepts(service, f"{recorded.path}more=1", recorded.headers)
