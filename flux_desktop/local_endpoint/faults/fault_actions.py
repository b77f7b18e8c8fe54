"""What the chosen faults do to a stream: two tables by name, HTTP refusals and actions in mid-stream.

Both are data, which `http` carries out. What the names mean to a user is in `local_faults`.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

from flux_desktop.aws.wire.event_stream import encode_message, payload_part
from flux_desktop.local_endpoint.conversation import messages_out
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_endpoint.sagemaker.control_plane import HttpAnswer, json_error

EXPIRED = "The security token included in the request is expired"
THROTTLED = (429, "ThrottlingException", "Rate exceeded")

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
    "throttled": THROTTLED,
    "internal-error": (500, "InternalServerError", "The service failed internally."),
    "unavailable": (503, "ServiceUnavailableError", "The service is unavailable. Try again later."),
}


def refusal(faults: Faults, uptime_s: float) -> HttpAnswer | None:
    """The answer that refuses the next stream; None where no fault does. `uptime_s` is the endpoint's."""
    expires_s = faults.value("expires-after")
    if faults.has("expired-token") or (expires_s is not None and uptime_s >= expires_s):
        return json_error(403, "ExpiredTokenException", EXPIRED)
    for name, answer in _REFUSALS.items():
        if faults.selects(name):
            return json_error(*answer)
    return None


class FaultAction(NamedTuple):
    """One intervention in a stream that has been opened.

    `frames` makes the bytes to send, given the next sequence_id. Then the stream `ends`, or continues with its
    sequence_id advanced by `sequence_ids`. `resets` means that the TCP connection is reset instead.
    """

    frames: Callable[[int], bytes] = lambda _: b""
    ends: bool = True
    sequence_ids: int = 0
    resets: bool = False
    first_stream_only: bool = False


def _message(template: str) -> Callable[[int], bytes]:
    return lambda sequence_id: payload_part(template.replace("SEQUENCE_ID", str(sequence_id)).encode(), "UTF8")


_warning = _message('{"type":"Warning","sequence_id":SEQUENCE_ID}')
_error = _message(
    '{"type":"Error","sequence_id":SEQUENCE_ID,"code":"INTERNAL_SERVER_ERROR","description":"An internal error."}'
)


def _wrong_types(sequence_id: int) -> bytes:
    unreadable = _message('{"type":"TurnInfo","event":7,"turn_index":"one","words":3}')
    readable = _message(
        '{"type":"TurnInfo","sequence_id":"SEQUENCE_ID","event":"Update","transcript":null,"words":null,'
        '"end_of_turn_confidence":"0.5"}'
    )
    return unreadable(sequence_id) + readable(sequence_id)


def _bad_crc(sequence_id: int) -> bytes:
    frame = _warning(sequence_id)
    return frame[:-1] + bytes([frame[-1] ^ 1])


def _truncated(sequence_id: int) -> bytes:
    frame = _warning(sequence_id)
    return frame[: len(frame) // 2]


def _wrong_length(_: int) -> bytes:
    lengths = struct.pack(">II", 8, 0)
    return lengths + zlib.crc32(lengths).to_bytes(4, "big") + bytes(16)


def _model_stream_error(_: int = 0) -> bytes:
    return messages_out.model_stream_error("The model closed the stream.", "MODEL_STREAM_ERROR")


ACTIONS: dict[str, FaultAction] = {
    "cut-mid-stream": FaultAction(resets=True),
    "cut-once": FaultAction(resets=True, first_stream_only=True),
    "ends-after": FaultAction(),
    "model-stream-error": FaultAction(_model_stream_error),
    "internal-failure": FaultAction(lambda _: messages_out.internal_failure("The stream failed inside the service.")),
    "unmodelled-error": FaultAction(
        lambda _: messages_out.unmodelled_error("SomethingNewException", "This error is not in the service model.")
    ),
    "bad-crc": FaultAction(_bad_crc),
    "truncated-frame": FaultAction(_truncated),
    "wrong-length": FaultAction(_wrong_length),
    "fatal-error": FaultAction(lambda sequence_id: _error(sequence_id) + _model_stream_error()),
    "unknown-event": FaultAction(
        lambda _: encode_message([(":message-type", "event"), (":event-type", "FutureEvent")], b"{}"), ends=False
    ),
    "not-json": FaultAction(_message("{this is not JSON"), ends=False),
    "wrong-types": FaultAction(_wrong_types, ends=False, sequence_ids=1),
    "sequence-gap": FaultAction(ends=False, sequence_ids=5),
    "illegal-order": FaultAction(
        _message('{"type":"TurnInfo","sequence_id":SEQUENCE_ID,"event":"TurnResumed","transcript":"out of turn"}'),
        ends=False,
        sequence_ids=1,
    ),
}
"""Faults that take effect once after some audio of a stream."""


class PendingAction:
    """The action of one stream, if any, which is due once after the chosen length of audio.

    Creating one counts the stream for faults that affect the first stream only.
    """

    def __init__(self, faults: Faults) -> None:
        self.action: FaultAction | None = None
        """None once it has been taken."""
        self._after_s = 0.0
        for name, action in ACTIONS.items():
            after_s = faults.value(name)
            if after_s is not None and (not action.first_stream_only or faults.is_first(name)):
                self.action, self._after_s = action, after_s
                return

    def take_if_due(self, audio_s: float) -> FaultAction | None:
        """The action when `audio_s` seconds of audio have been received, once."""
        if self.action is None or audio_s < self._after_s:
            return None
        action, self.action = self.action, None
        return action
