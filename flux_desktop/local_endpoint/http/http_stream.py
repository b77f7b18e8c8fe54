"""One ``InvokeEndpointWithBidirectionalStream`` request: checked, answered, and served until it ends.

A bad chunk signature in mid-stream is answered as AWS reports what its model does not name: an event of type
``error`` with the code ``InvalidSignatureException``, and the end of the stream. Nothing of that chunk is used. So it
is with an input that ends without its last, signed and empty, event: somebody may have cut it off.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Mapping
from typing import Any

from flux_desktop.aws.wire.event_stream import (
    EventStreamError,
    EventVerifier,
    Frame,
    FrameDecoder,
    SignatureMismatch,
    decode_message,
)
from flux_desktop.aws.wire.sigv4 import STREAMING_PAYLOAD, SignatureRefused, verify_request
from flux_desktop.local_endpoint.conversation import messages_out
from flux_desktop.local_endpoint.conversation.conversation import ServerConversation
from flux_desktop.local_endpoint.conversation.validation import RefusedError, options_for
from flux_desktop.local_endpoint.faults.connection_reset import reset_connection
from flux_desktop.local_endpoint.faults.fault_actions import CUTS, STRIKES, FaultOnce, refusal
from flux_desktop.local_endpoint.http.endpoint_state import EndpointState
from flux_desktop.local_endpoint.http.write_queue import WriteQueue
from flux_desktop.local_endpoint.sagemaker.control_plane import Answer, json_error
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import SERVING, VARIANT

log = logging.getLogger(__name__)

EVENT_STREAM = "application/vnd.amazon.eventstream"
_MAX_MESSAGE_BYTES = 16 * 1024 * 1024


_LAST_WORDS_S = 15.0
"""How long recognition may take for the rest of a stream whose client has closed its side."""


class HttpRefusal(Exception):  # noqa: N818 - an answer, no error of ours
    """The stream is refused before it begins."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.answer = answer


def check(
    service: EndpointState, name: str, path: str, headers: Mapping[str, str], query: str = ""
) -> tuple[EventVerifier, Any]:
    """Check signature, endpoint and parameters; returns the chain's verifier and the options.

    Raises `HttpRefusal` with the answer of AWS.
    """
    refused = refusal(service.faults, time.monotonic() - service.started_s)
    if refused is not None:
        raise HttpRefusal(refused)
    try:
        signed = verify_request(
            method="POST",
            path=path,
            query=query,
            headers=headers,
            payload_hash=STREAMING_PAYLOAD,
            secret_of=service.secret_of,
            now_epoch_s=time.time(),
            region=service.region,
        )
    except SignatureRefused as error:
        raise HttpRefusal(json_error(403, error.code, error.message)) from error
    if headers.get("x-amz-content-sha256") != STREAMING_PAYLOAD:
        raise HttpRefusal(json_error(403, "InvalidSignatureException", "The payload must be signed event by event."))
    verifier = EventVerifier(service.secret_key, signed.region, signed.signature_hex)
    _check_endpoint(service, name, headers)
    return verifier, _check_model(service, headers)


def _check_endpoint(service: EndpointState, name: str, headers: Mapping[str, str]) -> None:
    endpoint = service.endpoints.get(name)
    if endpoint is None or endpoint.status not in SERVING:
        what = f"Endpoint {name} of account 000000000000 not found."
        if endpoint is not None:
            what = f"Endpoint {name} is in status {endpoint.status} and cannot be invoked."
        raise HttpRefusal(json_error(400, "ValidationError", what))
    if headers.get("x-amzn-sagemaker-target-variant", VARIANT) != VARIANT:
        raise HttpRefusal(json_error(400, "ValidationError", f"Variant not found; {name} has {VARIANT}."))


def _check_model(service: EndpointState, headers: Mapping[str, str]) -> Any:
    if headers.get("x-amzn-sagemaker-model-invocation-path", "") != "v2/listen":
        raise _model_error(404, "Not found: the model listens at v2/listen")
    try:
        options = options_for(headers.get("x-amzn-sagemaker-model-query-string", ""), service.bundle)
    except RefusedError as error:
        raise _model_error(400, f"{error.code}: {error.description}") from error
    if service.pool is not None and service.pool.full:
        raise _model_error(503, f"All {service.pool.max_decodes} decoders are busy with other recordings")
    return options


def _model_error(original_status: int, original: str) -> HttpRefusal:
    """What a client sees of a container that refuses the upgrade; the reason stays in the endpoint's log."""
    log.warning("A stream was refused by the model with status %d: %s", original_status, original)
    answer = json_error(424, "ModelError", "Failed to establish WebSocket connection")
    return HttpRefusal(answer._replace(content_type="application/json"))


# ---------------------------------------------------------------- the stream


class StreamServer:
    """Serves one accepted request. Owned by the task that runs `serve`."""

    def __init__(self, service: EndpointState, verifier: EventVerifier, options: Any, peer_port: int) -> None:
        self.request_id = str(uuid.uuid4())
        self._service = service
        self._verifier = verifier
        self._peer_port = peer_port
        self._decoder = FrameDecoder()
        self._fragments: list[bytes] = []
        self._fragments_type: object = None
        self._input_ended = False
        hearing = service.new_hearing(options.encoding, options.sample_rate_hz)
        self._hearing = hearing
        self._outbox = WriteQueue(service.faults, lambda: hearing.heard_s, lambda: len(service.sessions))
        self._session = ServerConversation(
            request_id=self.request_id,
            options=options,
            bundle=service.bundle,
            hearing=hearing,
            send=self._outbox.put,
            ended=self._session_ended,
            parts=int(service.faults.value("fragments") or 1),
        )
        self._mute = service.faults.hits("never-connected")
        self._strike = FaultOnce(service.faults)

    def _session_ended(self) -> None:
        if self._service.faults.has("error-after-close"):
            self._outbox.put(messages_out.model_stream_error("The model closed the stream.", "MODEL_STREAM_ERROR"))
        if not self._service.faults.has("never-closes"):
            self._outbox.close()

    async def serve(self, protocol: Any) -> None:
        """Answer with headers, then read and write until either side ends. Cancelling ends both at once."""
        transport = protocol.response_stream(
            200,
            [
                ("content-type", EVENT_STREAM),
                ("x-amzn-invoked-production-variant", VARIANT),
                ("x-amzn-requestid", self.request_id),
            ],
        )
        service = self._service
        service.sessions[self.request_id] = self._session
        service.streams_opened += 1
        reader = asyncio.create_task(self._read(protocol))
        writer = asyncio.create_task(self._outbox.write_until_closed(transport.send_bytes))
        # The reading side alone does not always notice a connection that was reset.
        gone = asyncio.create_task(_client_gone(protocol))
        try:
            if not self._mute:
                self._session.start()
            await asyncio.wait({reader, writer, gone}, return_when=asyncio.FIRST_COMPLETED)
            if reader.done() and not writer.done() and not gone.done():
                if reader.exception() is None and not self._input_ended and not self._session.over:
                    self._refuse("InvalidSignatureException", "The input ended without its signed last event.")
                elif not self._session.closing:
                    self._outbox.close()
                await asyncio.wait({writer, gone}, timeout=_LAST_WORDS_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sources = ", ".join(sorted(self._hearing.sources)) or "no recogniser"
            self._session.close()
            del service.sessions[self.request_id]
            for task in (reader, writer, gone):
                task.cancel()
            results = await asyncio.gather(reader, writer, gone, return_exceptions=True)
            self._log_end(sources, results)

    def _log_end(self, sources: str, results: tuple[BaseException | None, ...]) -> None:
        log.info(
            "Stream %s ended after %.2f s of audio and %d messages; its words came from %s.",
            self.request_id,
            self._hearing.heard_s,
            self._session.messages_sent,
            sources,
        )
        for error in results:
            if isinstance(error, Exception) and type(error).__name__ not in {"RSGIProtocolClosed", "RSGIProtocolError"}:
                log.error("A stream broke on a fault of the endpoint.", exc_info=error)

    async def _read(self, protocol: Any) -> None:
        async for data in protocol:
            if not data:
                continue
            with self._outbox.answering(time.monotonic()):
                wanted = self._take(data)
            if not wanted:
                return

    def _take(self, data: bytes) -> bool:
        """Use what has arrived; False when nothing more is wanted."""
        now_ms = int(time.time() * 1000)
        try:
            for outer in self._decoder.feed(data):
                if self._input_ended:
                    return self._refuse("InvalidSignatureException", "An event follows the last one of the input.")
                inner = self._verifier.verify(outer, now_ms)
                self._input_ended = not inner
                if inner and not self._mute:
                    self._take_part(decode_message(inner))
        except SignatureMismatch as error:
            return self._refuse("InvalidSignatureException", str(error))
        except EventStreamError as error:
            return self._refuse("SerializationException", str(error))
        return self._apply_fault()

    def _take_part(self, part: Frame) -> None:
        if part.headers.get(":event-type") != "PayloadPart":
            self._refuse("ValidationException", "Only PayloadPart events are known.")
            return
        self._service.chunks += 1
        data_type: object = part.headers.get("DataType")
        if self._fragments:
            data_type = self._fragments_type  # the first part says what the whole message is
        if part.headers.get("CompletionState") == "PARTIAL":
            self._fragments_type = data_type
            self._fragments.append(part.payload)
            if sum(map(len, self._fragments)) > _MAX_MESSAGE_BYTES:
                self._refuse("ValidationException", "A message in parts is too long.")
            return
        payload = part.payload
        if self._fragments:
            payload = b"".join((*self._fragments, payload))
            self._fragments.clear()
        self._session.receive(data_type, payload)

    def _refuse(self, code: str, message: str) -> bool:
        log.warning("Stream %s was ended: %s: %s", self.request_id, code, message)
        self._outbox.put(messages_out.unmodelled_error(code, message))
        self._session.close()
        self._outbox.close()
        return False

    def _apply_fault(self) -> bool:
        name = self._strike.due(self._hearing.heard_s)
        if name is None:
            return True
        strike = STRIKES[name]
        if name in CUTS:
            reset_connection(self._peer_port)
        self._outbox.put(strike.frames(self._session.messages_sent))
        self._session.messages_sent += strike.numbers
        if strike.ends:
            self._session.close()
            self._outbox.close()
        return not strike.ends


async def _client_gone(protocol: Any) -> None:
    """Returns when the client's connection is gone."""
    await protocol.client_disconnect()
