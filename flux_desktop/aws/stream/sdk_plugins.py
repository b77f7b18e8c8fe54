"""Plug-ins for one call of the AWS SDK: protocol, identity and failure observer, at its public extension points.

The SDK serialises the request, resolves the address, signs the head (the seed of the signature chain) and opens the
stream through our transport. Events bypass it: our publisher frames and signs them in one synchronous pass, and
received bytes go from the transport straight to the stream.
"""

from __future__ import annotations

import asyncio
import functools
import time
from typing import Any

from aws_sdk_sagemaker_runtime_http2.models import RequestStreamEventPayloadPart
from smithy_aws_core.aio.protocols import RestJsonClientProtocol
from smithy_aws_core.identity import AWSCredentialsIdentity
from smithy_core.interceptors import Interceptor

from flux_desktop.aws.stream.channel import Channel
from flux_desktop.aws.target import Credentials
from flux_desktop.aws.wire.event_signatures import EventSigner, sha256_hex
from flux_desktop.aws.wire.event_stream import DataType, payload_part

DATE_STEP_MS = 1000
"""Steps of events' dates: what is computed of one serves all chunks of a second. AWS accepts minutes of difference."""
_DATE_STEP_NS = DATE_STEP_MS * 1_000_000


class StaticIdentity:
    """Identity resolver that always returns one stream's frozen credentials."""

    def __init__(self, credentials: Credentials) -> None:
        self.secret_key = credentials.secret_key
        self._identity = AWSCredentialsIdentity(
            access_key_id=credentials.access_key,
            secret_access_key=credentials.secret_key,
            session_token=credentials.session_token,
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> StaticIdentity:
        return self

    async def get_identity(self, *, properties: object) -> AWSCredentialsIdentity:
        return self._identity

    async def invalidate(self) -> None:
        return None


class FailureObserver(Interceptor[Any, Any, Any, Any]):
    """Interceptor that reports a failed call through a future.

    Without it a caller waits for ever when a call fails before its request is ready. It runs inside the SDK's task
    and marks that task's exception as retrieved, because we report it ourselves.
    """

    def __init__(self, failed: asyncio.Future[BaseException]) -> None:
        self._failed = failed

    def read_after_execution(self, context: Any) -> None:
        if not isinstance(context.response, Exception):
            return
        task = asyncio.current_task()
        if task is not None:
            task.add_done_callback(_retrieve_exception)
        if not self._failed.done():
            self._failed.set_result(context.response)


def _retrieve_exception(task: asyncio.Task[Any]) -> None:
    if not task.cancelled():
        task.exception()


@functools.lru_cache(maxsize=512)
def _part(payload: bytes, data_type: DataType | None) -> tuple[bytes, bytes]:
    """The inner frame and its hash: the same for all streams that send the same chunk."""
    part = payload_part(payload, data_type)
    return part, sha256_hex(part)


class Publisher:
    """Event publisher that frames, signs and writes synchronously, in call order; for one writer."""

    __slots__ = ("_sign", "_signer", "_write", "_write_end")

    def __init__(self, channel: Channel, signer: EventSigner) -> None:
        self._write, self._write_end = channel.write, channel.write_end
        self._signer = signer
        self._sign = signer.sign

    def publish(self, payload: bytes, data_type: DataType | None) -> None:
        """Raises `ChannelClosedError` if the stream has already ended."""
        part, part_hash = _part(payload, data_type)
        self._write(self._sign(part, time.time_ns() // _DATE_STEP_NS * DATE_STEP_MS, part_hash))

    def finish(self) -> None:
        """Write the signed empty frame, then END_STREAM."""
        self._write(self._signer.finish(time.time_ns() // _DATE_STEP_NS * DATE_STEP_MS))
        self._write_end()

    async def send(self, event: RequestStreamEventPayloadPart) -> None:
        """`publish` under the name that the SDK calls; not used by this program."""
        self.publish(event.value.bytes_ or b"", event.value.data_type)

    async def close(self) -> None:
        """`finish` under the name that the SDK calls; not used by this program."""
        self.finish()


class _UnusedReceiver:
    """Event receiver that the SDK requires; received bytes go from the transport to the stream instead."""

    async def receive(self) -> None:
        return None

    async def close(self) -> None:
        return None


class StreamProtocol(RestJsonClientProtocol):
    """The SDK's REST-JSON protocol with our event publisher."""

    def __deepcopy__(self, memo: dict[int, Any]) -> StreamProtocol:
        return self

    def create_event_publisher(
        self, *, operation: Any, request: Any, event_type: Any, context: Any, auth_scheme: Any = None
    ) -> Any:
        config = context["config"]
        seed = request.fields["Authorization"].as_string().rpartition("Signature=")[2]
        secret_key = config.aws_credentials_identity_resolver.secret_key
        return Publisher(config.transport, EventSigner(secret_key, config.region, seed))

    def create_event_receiver(
        self,
        *,
        operation: Any,
        request: Any,
        response: Any,
        event_type: Any,
        event_deserializer: Any,
        context: Any,
    ) -> Any:
        return _UnusedReceiver()
