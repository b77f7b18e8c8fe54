"""One ``InvokeEndpointWithBidirectionalStream`` request: checked, answered, and served until it ends.

A chunk with a wrong signature is not used. It is answered as AWS reports errors outside its model, with an event of
type ``error`` and the code ``InvalidSignatureException``, and the stream ends. The same holds for an input that ends
without its signed, empty last event: it may have been cut off on its way.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Mapping
from typing import Any

from flux_desktop.aws.endpoint_status import SERVING
from flux_desktop.aws.wire.event_signatures import EventVerifier
from flux_desktop.aws.wire.event_stream import EVENT_STREAM, EventStreamError, Frame, FrameDecoder, decode_message
from flux_desktop.aws.wire.sigv4 import STREAMING_PAYLOAD, SignatureMismatch, SignatureRefused, verify_request
from flux_desktop.flux.options import FluxOptions
from flux_desktop.local_endpoint.conversation import messages_out
from flux_desktop.local_endpoint.conversation.conversation import ServerConversation
from flux_desktop.local_endpoint.conversation.validation import RefusedError, options_for
from flux_desktop.local_endpoint.faults.connection_reset import reset_connection
from flux_desktop.local_endpoint.faults.fault_actions import THROTTLED, PendingAction, refusal
from flux_desktop.local_endpoint.http.body_reader import BodyReader
from flux_desktop.local_endpoint.http.endpoint_state import EndpointState
from flux_desktop.local_endpoint.http.write_queue import Write, WriteQueue, WriteTiming
from flux_desktop.local_endpoint.sagemaker.control_plane import HttpAnswer, json_error
from flux_desktop.local_endpoint.sagemaker.demo_endpoints import ACCOUNT, VARIANT

log = logging.getLogger(__name__)

_MAX_MESSAGE_BYTES = 16 * 1024 * 1024
_DRAIN_MAX_S = 15.0
"""How long recognition may take for the rest of a stream whose client has ended its input."""
_CLIENT_CLOSED = frozenset({"RSGIProtocolClosed", "RSGIProtocolError"})
"""Exceptions of the server library, which exports no names for them."""


class HttpRefusal(Exception):  # noqa: N818 - an answer to the client, not an error of this program
    """The stream is refused with an HTTP answer."""

    def __init__(self, answer: HttpAnswer) -> None:
        super().__init__(answer.error)
        self.answer = answer


def check_request(
    state: EndpointState, name: str, path: str, headers: Mapping[str, str], query: str = ""
) -> tuple[EventVerifier, FluxOptions]:
    """Check faults, signature, endpoint, capacity and parameters; returns the verifier of the chunks and the options.

    Raises `HttpRefusal` with the answer that AWS would give.
    """
    refused = refusal(state.faults, time.monotonic() - state.started_s)
    if refused is not None:
        raise HttpRefusal(refused)
    try:
        signed = verify_request(
            method="POST",
            path=path,
            query=query,
            headers=headers,
            payload_hash=STREAMING_PAYLOAD,
            secret_of=state.secret_key_of,
            now_epoch_s=time.time(),
            region=state.region,
        )
    except SignatureRefused as error:
        raise HttpRefusal(json_error(403, error.code, error.message)) from error
    if headers.get("x-amz-content-sha256") != STREAMING_PAYLOAD:
        raise HttpRefusal(json_error(403, "InvalidSignatureException", "The payload must be signed event by event."))
    verifier = EventVerifier(state.secret_key, signed.region, signed.signature_hex)
    _check_endpoint(state, name, headers)
    if state.capacity.refuses_another(state.instances.least_streams(time.time())):
        raise HttpRefusal(json_error(*THROTTLED))
    return verifier, _check_model(state, headers)


def _check_endpoint(state: EndpointState, name: str, headers: Mapping[str, str]) -> None:
    endpoint = state.endpoints.get(name)
    if endpoint is None or endpoint.status not in SERVING:
        what = f"Endpoint {name} of account {ACCOUNT} not found."
        if endpoint is not None:
            what = f"Endpoint {name} is in status {endpoint.status} and cannot be invoked."
        raise HttpRefusal(json_error(400, "ValidationError", what))
    if headers.get("x-amzn-sagemaker-target-variant", VARIANT) != VARIANT:
        raise HttpRefusal(json_error(400, "ValidationError", f"Variant not found; {name} has {VARIANT}."))


def _check_model(state: EndpointState, headers: Mapping[str, str]) -> FluxOptions:
    if headers.get("x-amzn-sagemaker-model-invocation-path", "") != "v2/listen":
        raise _model_error(404, "Not found: the model listens at v2/listen")
    try:
        options = options_for(headers.get("x-amzn-sagemaker-model-query-string", ""), state.bundle)
    except RefusedError as error:
        raise _model_error(400, f"{error.code}: {error.description}") from error
    pool = state.pools.pool_for(options)
    if pool is not None and pool.full:
        raise _model_error(503, f"All {pool.max_decodes} decoders are busy with other recordings")
    return options


def _model_error(original_status: int, original: str) -> HttpRefusal:
    """The answer for a container that refuses the WebSocket upgrade: the reason is in the endpoint's log only."""
    log.warning("The model refused a stream with status %d: %s", original_status, original)
    answer = json_error(424, "ModelError", "Failed to establish WebSocket connection")
    return HttpRefusal(answer._replace(content_type="application/json"))


# ---------------------------------------------------------------- the stream


class StreamServer:
    """Serves one accepted request. Owned by the task that runs `serve`."""

    def __init__(self, state: EndpointState, verifier: EventVerifier, options: FluxOptions, peer_port: int) -> None:
        self.request_id = request_id = str(uuid.uuid4())
        self._state = state
        self._verifier = verifier
        self._peer_port = peer_port
        self._decoder = FrameDecoder()
        self._fragments: list[bytes] = []
        self._fragments_type: object = None
        self._input_ended = False
        recogniser = state.new_recogniser(options)
        self._recogniser = recogniser
        self._write_queue = WriteQueue(
            state.faults,
            WriteTiming(
                lambda: recogniser.heard_s,
                lambda: len(state.conversations),
                overload_s=None if state.capacity.streams is None else lambda: state.delay_s(request_id),
                late=state.late_s.append,
                soon=state.wake_ups.at_end,
            ),
        )
        self._conversation = ServerConversation(
            request_id=self.request_id,
            options=options,
            bundle=state.bundle,
            recogniser=recogniser,
            send=self._write_queue.put,
            ended=self._conversation_ended,
            parts=int(state.faults.value("fragments") or 1),
            residual=state.residual.new_stream(),
        )
        self._never_connected = state.faults.selects("never-connected")
        self._takes_chunks = not self._never_connected
        """Whether data may be one whole chunk of audio that is a message of its own."""
        self._action = PendingAction(state.faults)

    def _conversation_ended(self) -> None:
        if self._state.faults.has("error-after-close"):
            self._write_queue.put(messages_out.model_stream_error("The model closed the stream.", "MODEL_STREAM_ERROR"))
        if not self._state.faults.has("never-closes"):
            self._write_queue.close()

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
        state, conversation = self._state, self._conversation
        state.open(self.request_id, conversation)
        body = BodyReader(protocol, self._receive, state.wake_ups)
        writer = asyncio.create_task(self._write_queue.write_until_closed(_write_to(transport)))
        # The reading side alone does not always notice a connection that was reset.
        disconnected = asyncio.create_task(_wait_disconnected(protocol))
        try:
            if not self._never_connected:
                conversation.start()
            await asyncio.wait({body.ended, writer, disconnected}, return_when=asyncio.FIRST_COMPLETED)
            if body.ended.done() and not writer.done() and not disconnected.done():
                if body.ended.exception() is None and not self._input_ended and not conversation.over:
                    self._refuse("InvalidSignatureException", "The input ended without its signed last event.")
                elif not conversation.closing:
                    self._write_queue.close()
                await asyncio.wait({writer, disconnected}, timeout=_DRAIN_MAX_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sources = ", ".join(sorted(self._recogniser.sources)) or "no recogniser"
            conversation.close()
            state.close(self.request_id)
            body.stop()
            for task in (writer, disconnected):
                task.cancel()
            results = await asyncio.gather(body.ended, writer, disconnected, return_exceptions=True)
            self._log_end(sources, results)

    def _log_end(self, sources: str, results: tuple[BaseException | None, ...]) -> None:
        log.info(
            "Stream %s ended after %.2f s of audio and %d messages; transcript from %s.",
            self.request_id,
            self._recogniser.heard_s,
            self._conversation.messages_sent,
            sources,
        )
        for error in results:
            if isinstance(error, Exception) and type(error).__name__ not in _CLIENT_CLOSED:
                log.error("Internal error in stream %s.", self.request_id, exc_info=error)

    def _receive(self, data: bytes, arrived_s: float) -> bool:
        """Use data of the request's body, which arrived now if `arrived_s` is 0; whether more is to be read."""
        delays = self._write_queue.delays
        if delays:
            self._write_queue.answered_s = arrived_s or time.monotonic()
        now_ms = int(time.time() * 1000)
        audio = self._verifier.binary_payload(data, now_ms) if self._takes_chunks else None
        if audio is None:
            continues = self._receive_other(data, now_ms)
        else:
            self._state.chunks += 1
            self._conversation.receive_audio(audio)
            continues = self._action.action is None or self._apply_fault()
        if delays:
            self._write_queue.answered_s = None
        return continues

    def _receive_other(self, data: bytes, now_ms: int) -> bool:
        """The same for anything but one whole chunk of audio."""
        try:
            for outer in self._decoder.feed(data):
                if self._input_ended:
                    return self._refuse("InvalidSignatureException", "An event follows the last event of the input.")
                inner = self._verifier.verify(outer, now_ms)
                self._input_ended = not inner
                if inner and not self._never_connected:
                    self._take_part(decode_message(inner))
        except SignatureMismatch as error:
            return self._refuse("InvalidSignatureException", str(error))
        except EventStreamError as error:
            return self._refuse("SerializationException", str(error))
        begun = self._decoder.pending or self._fragments
        self._takes_chunks = not (begun or self._input_ended or self._never_connected)
        return self._action.action is None or self._apply_fault()

    def _take_part(self, part: Frame) -> None:
        if part.headers.get(":event-type") != "PayloadPart":
            self._refuse("ValidationException", "The only event type is PayloadPart.")
            return
        self._state.chunks += 1
        data_type: object = part.headers.get("DataType")
        if self._fragments:
            data_type = self._fragments_type  # the first part gives the type of the whole message
        if part.headers.get("CompletionState") == "PARTIAL":
            self._fragments_type = data_type
            self._fragments.append(part.payload)
            if sum(map(len, self._fragments)) > _MAX_MESSAGE_BYTES:
                self._refuse("ValidationException", "A fragmented message is too long.")
            return
        payload = part.payload
        if self._fragments:
            payload = b"".join((*self._fragments, payload))
            self._fragments.clear()
        self._conversation.receive(data_type, payload)

    def _refuse(self, code: str, message: str) -> bool:
        log.warning("Stream %s was ended with %s: %s", self.request_id, code, message)
        self._write_queue.put(messages_out.unmodelled_error(code, message))
        self._end()
        return False

    def _end(self) -> None:
        self._conversation.close()
        self._write_queue.close()

    def _apply_fault(self) -> bool:
        action = self._action.take_if_due(self._recogniser.heard_s)
        if action is None:
            return True
        if action.resets:
            reset_connection(self._peer_port)
        self._write_queue.put(action.frames(self._conversation.messages_sent))
        self._conversation.messages_sent += action.sequence_ids
        if action.ends:
            self._end()
        return not action.ends


def _write_to(transport: Any) -> Write:
    """What hands a frame over to the server library, and raises if the client has disconnected."""

    def write(frame: bytes) -> None:
        for _ in transport.send_bytes(frame).__await__():  # it is done at once
            pass

    return write


async def _wait_disconnected(protocol: Any) -> None:
    """Returns when the client's connection is closed or lost."""
    await protocol.client_disconnect()
