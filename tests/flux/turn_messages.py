"""Made-up server messages, and a tracker that has been fed with them."""

from __future__ import annotations

from flux_desktop.flux.messages import ServerMessage, TurnEvent, TurnInfo
from flux_desktop.flux.turns import MessageEffect, TurnState, TurnTracker, Violation

START, UPDATE, EAGER = TurnEvent.START_OF_TURN, TurnEvent.UPDATE, TurnEvent.EAGER_END_OF_TURN
RESUMED, END = TurnEvent.TURN_RESUMED, TurnEvent.END_OF_TURN
READY, SPEAKING, AWAITING = TurnState.READY, TurnState.SPEAKING, TurnState.AWAITING_END


def info(event: str, text: str = "hello", **fields: object) -> TurnInfo:
    """One TurnInfo without a fault of its own: an EndOfTurn says that the model ended the turn."""
    if event == END:
        fields.setdefault("trigger", "model")
    return TurnInfo(event=event, transcript=text, **fields)  # type: ignore[arg-type]


class RecordingTracker(TurnTracker):
    """Keeps every violation that `feed` has returned."""

    def __init__(self, *, eager_configured: bool | None = None) -> None:
        super().__init__(eager_configured=eager_configured)
        self.violations: list[Violation] = []

    def feed(self, message: ServerMessage) -> MessageEffect:
        step = super().feed(message)
        self.violations += step.violations
        return step


def fed(*messages: ServerMessage | str, eager: bool | None = None) -> RecordingTracker:
    tracker = RecordingTracker(eager_configured=eager)
    for message in messages:
        tracker.feed(info(message) if isinstance(message, str) else message)
    return tracker


def rules(tracker: RecordingTracker) -> list[str]:
    return [violation.rule for violation in tracker.violations]
