"""What happened on one connection, placed in its audio: turns, events, changes, gaps and confidence. No Qt.

Positions are seconds of the audio sent on the connection, counted over all of its streams. An event stands where the
audio was when the event arrived: the engine states the end of the audio that a message covers and the message's latency
behind it. Where it states none, the position of the connection's row is used, which is up to 0.2 s behind.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import deque
from itertools import takewhile

from flux_desktop.base.side_store import SideFile
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.events import Received
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.history import History, PointHistory
from flux_desktop.ui.models.timeline_facts import LaneSpan, Mark, MarkKind, Stretch, ThresholdChange, TimelineTurn

CHANGES_KEPT = 64


class Timeline:
    """Fed by its conversation with what the engine reports; `revision` grows with every change."""

    def __init__(self, side_file: SideFile | None = None) -> None:
        """What is older goes to `side_file`, None for one of its own."""
        side_file = side_file or SideFile()
        self.revision = 0
        self.origin_s: float | None = None
        """When the connection's audio began, on the run's clock; None before the first of it."""
        self.position_s = 0.0
        """How much audio has been sent or skipped, as last reported."""
        self.turns = History(TimelineTurn, side_file)
        self.marks = History(Mark, side_file)
        """In the order of their positions."""
        self.thresholds: list[ThresholdChange] = []
        self.confidence = PointHistory(side_file)
        self.clips: list[ClipStarted] = []
        """Clips of a data set in the order in which they were sent."""
        self.lane = History(LaneSpan, side_file)
        self.has_ended = False
        self._is_exact = self._is_stated = False
        self._open: TimelineTurn | None = None
        self._changes: deque[tuple[int, float]] = deque(maxlen=CHANGES_KEPT)
        """Revisions with the position from which they changed something."""

    def changed_from(self, revision: int) -> float:
        """The first position that has changed since a revision; infinity for none."""
        if revision >= self.revision:
            return math.inf
        if not self._changes or self._changes[0][0] > revision + 1:
            return -math.inf
        return min(from_s for number, from_s in self._changes if number > revision)

    def position_at(self, t: float) -> float:
        """Where the audio was at a time of the run's clock."""
        return self.position_s if self.origin_s is None else t - self.origin_s

    def between(self, from_s: float, until_s: float) -> Stretch:
        """What is to be seen between two positions."""
        turns = self.turns
        in_force = bisect_right(self.thresholds, from_s, key=lambda each: each.from_s)
        return Stretch(
            turns=turns[turns.right(from_s, _ends_s) : turns.right(until_s, lambda turn: turn.start_s)],
            marks=self.marks_between(from_s, until_s),
            thresholds=[each for each in self.thresholds[max(0, in_force - 1) :] if each.from_s <= until_s],
            confidence=self.confidence.between(from_s, until_s),
        )

    def marks_between(self, from_s: float, until_s: float) -> list[Mark]:
        """The marks between two positions."""
        marks = self.marks
        return marks[marks.left(from_s, _reaches_s) : marks.right(until_s, lambda mark: mark.at_s)]

    def lane_between(self, from_t: float, until_t: float) -> list[LaneSpan]:
        """The states between two times of the run's clock, with the one before."""
        lane = self.lane
        return lane[max(0, lane.right(from_t, _starts_t) - 2) : lane.right(until_t, _starts_t)]

    @property
    def last_s(self) -> float:
        """Where the last of what is known lies."""
        marks = self.marks[-1].at_s if self.marks else 0.0
        return max(self.position_s, marks, self.turns[-1].heard_s if self.turns else 0.0)

    def turn_at(self, at_s: float) -> TimelineTurn | None:
        """The turn that covers a position."""
        return next((turn for turn in self.between(at_s, at_s).turns if turn.holds(at_s)), None)

    # ------------------------------------------------------------ what the engine reports

    def begins(self, t: float) -> None:
        """The connection's audio began at this time of the run's clock."""
        self.origin_s, self._is_exact, self._is_stated = t, True, True

    def placed(self, t: float, position_s: float) -> None:
        """A row of the connection says how much audio was sent."""
        self.position_s = max(self.position_s, position_s)
        if not self._is_exact and position_s > 0:
            # The row is late by up to a chunk and a snapshot: the earliest origin is the nearest one.
            origin_s = t - position_s
            self.origin_s = origin_s if self.origin_s is None else min(self.origin_s, origin_s)

    def state(self, t: float, state: str) -> None:
        """The connection is in a turn state at a time of the run's clock; “Ended” closes the lane."""
        last = self.lane[-1] if self.lane else None
        if last is not None and last.state == state:
            return
        if last is not None:
            last.end_s = t
        if state != "Ended":
            self.lane.append(LaneSpan(state=state, start_s=t))

    def clip_started(self, event: ClipStarted) -> None:
        """Another clip of the data set is being sent."""
        self.clips.append(event)
        tip = f"The clip {event.clip} begins" + (f", from {event.offset_s:g} s of its file." if event.offset_s else ".")
        self._add(Mark(MarkKind.CLIP, event.audio_s, tip=tip))

    def turn_changed(self, event: Received, card: Card) -> None:
        """A message about the open turn; `card` has been brought up to date with it."""
        turn = event.turn
        assert turn is not None
        if event.user_latency_ms is not None and turn.end_s and not self._is_stated:
            self.origin_s = event.t - turn.end_s - event.user_latency_ms / 1000
            self._is_exact = True
        at_s = self.position_at(event.t)
        now = self._open
        if now is None:
            before = self.turns[-1] if self.turns else None
            after_s = 0.0 if before is None else min(before.card.end_s, at_s)
            number = 0 if before is None else before.number + 1
            now = self._open = TimelineTurn(number, card=card, start_s=after_s, began_s=at_s, after_s=after_s)
            self.turns.append(now)
        now.start_s = min(max(card.start_s, now.after_s), now.began_s)
        now.heard_s = max(now.heard_s, turn.end_s)
        now.take_words(turn.words)
        if event.eot_confidence is not None and at_s >= self.confidence.last_x:
            self.confidence.append(at_s, event.eot_confidence)
        if turn.ended_by is not None:
            now.end_s, self._open = at_s, None
        self._touch(min(now.start_s, at_s))

    def add(self, t: float, kind: MarkKind, label: str = "", tip: str = "") -> None:
        """Something happened at a time of the run's clock."""
        self._add(Mark(kind, self.position_at(t), label, tip))

    def relabel(self, kind: MarkKind, label: str, tip: str) -> None:
        """The newest mark of a kind has become something else: what an eager end was worth shows at the end."""
        for place, mark in self.marks.newest():
            if mark.kind is kind:
                self.marks.replace(place, Mark(kind, mark.at_s, label, tip, mark.until_s))
                self._touch(mark.at_s)
                return

    def gap(self, gap: tuple[float, float], tip: str) -> None:
        """Audio between two positions was not transcribed."""
        self._add(Mark(MarkKind.GAP, gap[0], f"gap {gap[1] - gap[0]:.1f} s", tip, until_s=gap[1]))

    def set_thresholds(self, t: float, end: float, eager: float | None) -> None:
        """Thresholds are in force from now on."""
        at_s = self.position_at(t) if self.thresholds else 0.0
        last = self.thresholds[-1] if self.thresholds else None
        if last is None or (last.end, last.eager) != (end, eager):
            self.thresholds.append(ThresholdChange(at_s, end, eager))
            self._touch(at_s)

    def turn_closed(self, t: float) -> None:
        """The open turn ends without a message, as its stream does."""
        if self._open is not None:
            self._open.end_s = max(self._open.began_s, self.position_at(t))
            self._touch(self._open.start_s)
            self._open = None

    def turn_dropped(self) -> None:
        """The open turn had no text and does not count."""
        if self._open is not None and self.turns and self.turns[-1] is self._open:
            self.turns.remove(self._open)
            self._touch(self._open.start_s)
        self._open = None

    def reached(self, other: Timeline) -> None:
        """Take over how far the same connection came, where only its rows and its end were known."""
        self.position_s = max(self.position_s, other.position_s)
        if other.has_ended and not self.has_ended:
            self.end()

    def end(self) -> None:
        """The connection has ended."""
        self.has_ended = True
        self._touch(self.position_s)

    def _add(self, mark: Mark) -> None:
        marks = self.marks
        later = sum(1 for _ in takewhile(lambda item: item[1].at_s > mark.at_s, marks.newest()))
        marks.insert(len(marks) - later, mark)
        self._touch(mark.at_s)

    def _touch(self, from_s: float) -> None:
        self.revision += 1
        self._changes.append((self.revision, from_s))


def _starts_t(span: LaneSpan) -> float:
    return span.start_s


def _ends_s(turn: TimelineTurn) -> float:
    return math.inf if turn.end_s is None else turn.end_s


def _reaches_s(mark: Mark) -> float:
    return mark.at_s if mark.until_s is None else mark.until_s
