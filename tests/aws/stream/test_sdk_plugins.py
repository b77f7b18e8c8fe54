"""The SDK's plug-ins by themselves: failures reported once, frozen identity, signed events."""

from __future__ import annotations

import asyncio
import copy
from types import SimpleNamespace
from typing import Any

from flux_desktop.aws.stream.sdk_plugins import FailureObserver, Publisher, StaticIdentity, StreamProtocol
from flux_desktop.aws.target import Credentials
from flux_desktop.aws.wire.event_signatures import EventSigner, EventVerifier
from flux_desktop.aws.wire.event_stream import FrameDecoder, decode_message

KEYS = Credentials(access_key="AKID", secret_key="secret-key", session_token="token")
SEED = "ab" * 32


class Sink:
    """Collects what a publisher writes."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.ended = False

    def write(self, data: bytes) -> None:
        self.data += data

    def write_end(self) -> None:
        self.ended = True


async def test_identity_is_the_frozen_one_even_in_a_copy_of_the_configuration() -> None:
    identity = StaticIdentity(KEYS)
    assert copy.deepcopy(identity) is identity
    keys = await identity.get_identity(properties={})
    assert (keys.access_key_id, keys.secret_access_key, keys.session_token) == ("AKID", "secret-key", "token")


async def test_a_failure_is_reported_once_and_counts_as_retrieved() -> None:
    failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()
    unhandled: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unhandled.append(context))
    error = RuntimeError("refused")

    async def call() -> None:
        observer = FailureObserver(failed)
        observer.read_after_execution(SimpleNamespace(response="fine"))
        assert not failed.done()
        for _ in range(2):
            observer.read_after_execution(SimpleNamespace(response=error))
        raise error

    await asyncio.wait({asyncio.create_task(call())})
    assert failed.result() is error
    assert unhandled == []


async def test_events_are_signed_in_a_chain_that_starts_at_the_requests_signature() -> None:
    sink = Sink()
    fields = {"Authorization": SimpleNamespace(as_string=lambda: f"AWS4-HMAC-SHA256 Credential=x, Signature={SEED}")}
    config = SimpleNamespace(transport=sink, region="us-east-1", aws_credentials_identity_resolver=StaticIdentity(KEYS))
    publisher: Publisher = StreamProtocol.create_event_publisher(
        None,  # type: ignore[arg-type]
        operation=None,
        request=SimpleNamespace(fields=fields),
        event_type=None,
        context={"config": config},
    )
    publisher.publish(b"audio", "BINARY")
    await publisher.close()
    verifier = EventVerifier("secret-key", "us-east-1", SEED)
    first, last = FrameDecoder().feed(bytes(sink.data))
    assert decode_message(verifier.verify(first)).payload == b"audio"
    assert verifier.verify(last) == b""
    assert sink.ended
    other = EventSigner("another-key", "us-east-1", SEED)
    assert other.sign(b"", 0) != EventSigner("secret-key", "us-east-1", SEED).sign(b"", 0)
