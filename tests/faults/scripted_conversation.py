"""The server's side of a healthy conversation, which can be stopped in any phase."""

from __future__ import annotations

import msgspec

from flux_desktop.aws.wire.event_stream import decode_message, payload_part
from tests.aws.hostile_peer import Session

SILENT_FRAMES_BEFORE_END = 3
QUIET_FRAMES_BEFORE_SILENCE = 5
BYTES_PER_S = 32_000
TEXT = "hello there general"

CONNECTING = "connecting"
BEFORE_CONNECTED = "before Connected"
SPEAKING = "speaking"
AWAITING_END = "awaiting the end"
IN_SILENCE = "in a silence"
CLOSING = "closing"
_ORDER = (BEFORE_CONNECTED, SPEAKING, AWAITING_END, IN_SILENCE, CLOSING)


class ScriptedConversation:
    """Answers one stream's audio: a turn from the first sound to a short silence, Updates, the end when asked."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.sequence_id = 0
        self.turn_index = 0
        self.audio_s = 0.0
        self._read = 0
        self._turn_open = False
        self._silent_frames = 0
        self._quiet_frames = 0
        self._is_over = False
        self._reached = -1

    async def until(self, phase: str | None) -> None:
        """Continue until a phase is reached, or (None) to the end."""
        goal = len(_ORDER) if phase is None else _ORDER.index(phase)
        if self._reached < 0:
            self.session.headers(x_amzn_invoked_production_variant="AllTraffic")
            self._reached = 0
        if goal == 0:
            return
        if self.sequence_id == 0:
            self.send({"type": "Connected", "request_id": f"peer-{self.session.stream_id}"})
        while self._reached < goal and not self._is_over:
            await self.session.until(lambda: len(self.session.frames) > self._read)
            while self._read < len(self.session.frames) and self._reached < goal:
                frame = self.session.frames[self._read]
                self._read += 1
                self._take(frame.payload)

    async def reaches(self, phase: str) -> bool:
        """Continue until a phase is reached and the client has read all; False where it asked for the end before."""
        await self.until(phase)
        if phase == CLOSING or self._is_over:
            return phase == CLOSING
        await self.session.everything_heard()
        return True

    def send(self, message: dict[str, object]) -> None:
        """One message with the next sequence_id."""
        self.session.message(msgspec.json.encode(message | {"sequence_id": self.sequence_id}))
        self.sequence_id += 1

    def turn(self, event: str, text: str = TEXT, **more: object) -> None:
        """A TurnInfo as of now."""
        self.send(
            {
                "type": "TurnInfo",
                "event": event,
                "turn_index": self.turn_index,
                "audio_window_start": 0.0,
                "audio_window_end": round(self.audio_s, 3),
                "transcript": text,
                "words": [],
                "end_of_turn_confidence": 0.5,
            }
            | more
        )

    def frame(self, message: dict[str, object]) -> bytes:
        """A message as one frame, to be garbled before it is sent."""
        return payload_part(msgspec.json.encode(message | {"sequence_id": self.sequence_id}), "UTF8")

    def _take(self, inner: bytes) -> None:
        if not inner:
            return
        part = decode_message(inner)
        if part.headers.get("DataType") == "UTF8":
            if b"CloseStream" in part.payload:
                self._reached = _ORDER.index(CLOSING)
                self._close()
            return
        self.audio_s += len(part.payload) / BYTES_PER_S
        self._take_audio(silent=not any(part.payload))

    def _take_audio(self, *, silent: bool) -> None:
        if not silent and not self._turn_open:
            self._turn_open, self._silent_frames = True, 0
            self.turn("StartOfTurn", "hello")
        elif not self._turn_open:
            self.turn("Update", "")
            self._quiet_frames += self.turn_index > 0
            if self._quiet_frames >= QUIET_FRAMES_BEFORE_SILENCE:
                self._reached = max(self._reached, _ORDER.index(IN_SILENCE))
        elif silent and self._silent_frames >= SILENT_FRAMES_BEFORE_END:
            self._turn_open = False
            self.turn("EndOfTurn", trigger="model")
            self.turn_index += 1
        else:
            self.turn("Update")
        if silent and self._turn_open:
            self._silent_frames += 1
            self._reached = max(self._reached, _ORDER.index(AWAITING_END))
        elif self._turn_open and self.audio_s > 0.2:
            self._reached = max(self._reached, _ORDER.index(SPEAKING))

    def _close(self) -> None:
        """The caller of `until` decides what follows; `finish` is the healthy way."""
        self._is_over = True

    def finish(self) -> None:
        """Answer CloseStream."""
        self.session.end()


async def healthy(session: Session) -> None:
    """A whole conversation."""
    conversation = ScriptedConversation(session)
    await conversation.until(CLOSING)
    conversation.finish()
