"""What a fault does to a stream once it has heard so much audio, and how it refuses a stream: two tables by name.

Both are data; `http_stream` looks them up. The names and their sentences stand in `fault_table`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

from flux_desktop.aws.wire.event_stream import encode_message, payload_part
from flux_desktop.local_endpoint.conversation import messages_out
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_endpoint.sagemaker.control_plane import Answer, json_error

EXPIRED = "The security token included in the request is expired"

_REFUSALS: dict[str, tuple[int, str, str]] = {
    "bad-request": (400, "ValidationError", "1 validation error detected"),
    "signature-refused": (
        403,
        "InvalidSignatureException",
        "The request signature we calculated does not match the signature you provided.",
    ),
    "clock-skew": (
        403,
        "InvalidSignatureException",
        "Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z (20260101T001000Z - 5 min.)",
    ),
    "access-denied": (
        403,
        "AccessDeniedException",
        "The user is not authorized to perform: sagemaker:InvokeEndpointWithBidirectionalStream",
    ),
    "not-found": (404, "ValidationError", "The endpoint was not found."),
    "model-refused": (424, "ModelError", "Failed to establish WebSocket connection"),
    "throttled": (429, "ThrottlingException", "Rate exceeded"),
    "internal-error": (500, "InternalServerError", "The service failed internally."),
    "unavailable": (503, "ServiceUnavailableError", "The service is unavailable. Try again later."),
}


def refusal(faults: Faults, running_s: float) -> Answer | None:
    """How the chosen faults refuse the next stream, None where they let it be; the endpoint runs for `running_s`."""
    expires_s = faults.value("expires-after")
    if faults.has("expired-token") or (expires_s is not None and running_s >= expires_s):
        return json_error(403, "ExpiredTokenException", EXPIRED)
    for name, (status, error, message) in _REFUSALS.items():
        if faults.hits(name):
            return json_error(status, error, message)
    return None


class FaultAction(NamedTuple):
    """Bytes for the stream, made of the next sequence_id; then the stream `ends`, or goes on `numbers` further."""

    frames: Callable[[int], bytes]
    ends: bool = True
    numbers: int = 0


def _nothing(_: int) -> bytes:
    return b""


def _message(text: str) -> Callable[[int], bytes]:
    return lambda number: payload_part(text.replace("NUMBER", str(number)).encode(), "UTF8")


def _bad_crc(number: int) -> bytes:
    frame = _message('{"type":"Warning","sequence_id":NUMBER}')(number)
    return frame[:-1] + bytes([frame[-1] ^ 1])


def _truncated(number: int) -> bytes:
    frame = _message('{"type":"Warning","sequence_id":NUMBER}')(number)
    return frame[: len(frame) // 2]


def _wrong_length(_: int) -> bytes:
    lengths = struct.pack(">II", 8, 0)
    return lengths + zlib.crc32(lengths).to_bytes(4, "big") + bytes(16)


def _fatal_error(number: int) -> bytes:
    said = _message('{"type":"Error","sequence_id":NUMBER,"code":"INTERNAL_SERVER_ERROR","description":"It broke."}')
    return said(number) + messages_out.model_stream_error("The model closed the stream.", "MODEL_STREAM_ERROR")


CUTS = frozenset({"cut-mid-stream", "cut-once"})
"""These cut the connection below TLS."""
ONCE = frozenset({"cut-once"})
"""These strike the first stream alone."""
STRIKES: dict[str, FaultAction] = {
    "cut-mid-stream": FaultAction(_nothing),
    "cut-once": FaultAction(_nothing),
    "ends-after": FaultAction(_nothing),
    "model-stream-error": FaultAction(
        lambda _: messages_out.model_stream_error("The model closed the stream.", "MODEL_STREAM_ERROR")
    ),
    "internal-failure": FaultAction(lambda _: messages_out.internal_failure("The stream failed inside the service.")),
    "unmodelled-error": FaultAction(
        lambda _: messages_out.unmodelled_error("SomethingNewException", "Nobody has heard of it.")
    ),
    "bad-crc": FaultAction(_bad_crc),
    "truncated-frame": FaultAction(_truncated),
    "wrong-length": FaultAction(_wrong_length),
    "fatal-error": FaultAction(_fatal_error),
    "unknown-event": FaultAction(
        lambda _: encode_message([(":message-type", "event"), (":event-type", "FutureEvent")], b"{}"), ends=False
    ),
    "not-json": FaultAction(_message("{this is not JSON"), ends=False),
    "wrong-types": FaultAction(_message('{"type":"TurnInfo","event":7,"turn_index":"one","words":3}'), ends=False),
    "sequence-gap": FaultAction(_nothing, ends=False, numbers=5),
    "illegal-order": FaultAction(
        _message('{"type":"TurnInfo","sequence_id":NUMBER,"event":"TurnResumed","transcript":"out of turn"}'),
        ends=False,
        numbers=1,
    ),
}


class FaultOnce:
    """One stream's fault of the table, if any: due when so much audio has been heard."""

    def __init__(self, faults: Faults) -> None:
        self._name = next(
            (name for name in STRIKES if faults.has(name) and (name not in ONCE or faults.is_first(name))), None
        )
        self._after_s = 0.0 if self._name is None else faults.value(self._name) or 0.0

    def due(self, heard_s: float) -> str | None:
        """The name of the fault when it is time, once."""
        if self._name is None or heard_s < self._after_s:
            return None
        name, self._name = self._name, None
        return name
