"""Turns the engine's events of one connection into marks of its timeline, with a label and a tip for each. No Qt."""

from __future__ import annotations

from flux_desktop.engine.records.events import ConnectionChanged, Received
from flux_desktop.flux.messages import TurnEvent
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models import text
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.timeline import Timeline
from flux_desktop.ui.models.timeline_facts import MarkKind

TIMEOUT, FORCED = "timeout", "manual"


def mark_turn_event(timeline: Timeline, event: Received, card: Card, *, is_first: bool) -> None:
    """Mark a start, an eager end, a resumption or an end of turn; `card` is up to date with the message."""
    turn = event.turn
    assert turn is not None
    covers = f"It covers the audio up to {turn.end_s:.2f} s"
    if event.user_latency_ms is not None:
        covers += f" and arrived {event.user_latency_ms:.0f} ms after that audio was due to be sent"
    sure = "" if event.eot_confidence is None else f" Confidence {text.percent(event.eot_confidence)}."
    if is_first:
        name = "Start of turn" if event.turn_event == TurnEvent.START_OF_TURN else "First text of a turn"
        timeline.add(event.t, MarkKind.START, f"turn {turn.index}", f"{name} {turn.index}. {covers}.")
    if event.turn_event == TurnEvent.EAGER_END_OF_TURN:
        tip = f"Eager end of turn: Flux expects that the speaker has finished. {covers}.{sure}"
        timeline.add(event.t, MarkKind.EAGER, "eager", tip)
    elif event.turn_event == TurnEvent.TURN_RESUMED:
        tip = f"Resumed: the speaker continued, and the eager end of turn was withdrawn. {covers}."
        timeline.add(event.t, MarkKind.RESUMED, "resumed", tip)
    if turn.ended_by is not None:
        _mark_end(timeline, event, card, f"{covers}.{sure}")


def _mark_end(timeline: Timeline, event: Received, card: Card, covers: str) -> None:
    if card.eager_lead_ms is not None:
        gained_s = card.eager_lead_ms / 1000
        tip = (
            f"Eager end of turn that held: it arrived {gained_s:.2f} s before the end of turn. "
            "An agent can use that time to prepare its answer."
        )
        timeline.relabel(MarkKind.EAGER, f"gained {gained_s:.2f} s", tip)
    after = ""
    if card.decision_ms is not None and card.end_ms is not None:
        after = f" {card.end_ms / 1000:.2f} s"
        covers = f"It arrived {after.strip()} after the last word, by the words of the recording. {covers}"
    if card.ended_by == TIMEOUT:
        tip = f"End of turn by the timeout: the silence lasted as long as the timeout allows. {covers}"
        timeline.add(event.t, MarkKind.TIMEOUT, f"timeout{after}", tip)
    else:
        by = " It was requested by ForceEndTurn." if card.ended_by == FORCED else ""
        timeline.add(event.t, MarkKind.END, f"ended{after}", f"End of turn.{by} {covers}")


def mark_switch(timeline: Timeline, event: ConnectionChanged, words: str) -> None:
    """Mark where a connection continued in a new stream; `words` say what happened."""
    if event.gap is not None:
        timeline.gap(event.gap, f"Gap. {words}")
    else:
        timeline.add(event.t, MarkKind.ROTATION, "new stream", f"Rotation. {words}")


def mark_change(timeline: Timeline, t: float, before: FluxOptions, after: FluxOptions, words: str) -> None:
    """Mark a confirmed Configure; `words` state the whole change."""
    changes = []
    if before.eot_threshold_in_force != after.eot_threshold_in_force:
        changes.append(f"{before.eot_threshold_in_force:.2f} → {after.eot_threshold_in_force:.2f}")
    if before.eager_eot_threshold != after.eager_eot_threshold:
        changes.append("eager off" if after.eager_eot_threshold is None else f"eager {after.eager_eot_threshold:.2f}")
    if before.eot_timeout_ms_in_force != after.eot_timeout_ms_in_force:
        changes.append(f"timeout {after.eot_timeout_ms_in_force / 1000:g} s")
    timeline.add(t, MarkKind.CONFIGURE, ", ".join(changes) or "Configure", f"Configure in force. {words}")
    timeline.set_thresholds(t, after.eot_threshold_in_force, after.eager_eot_threshold)
