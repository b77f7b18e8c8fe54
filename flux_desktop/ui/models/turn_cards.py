"""The turns of a connection as cards, with the notes between them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from flux_desktop.base.side_store import SideFile
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.events import Received
from flux_desktop.flux.kept_turns import KeptTurns
from flux_desktop.flux.messages import TurnEvent
from flux_desktop.flux.turns import Turn, TurnState
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.card_list import CardList


class TurnCards:
    """A turn in progress has the last card; notes that come meanwhile stand before it."""

    def __init__(self, truth: SpokenWords | None, side_file: SideFile) -> None:
        """`truth` holds the recording's words where they are known; older turns go to `side_file`."""
        self._side_file = side_file
        self._truths: tuple[tuple[float, SpokenWords | None], ...] = ((0.0, truth),)
        """Words of the clip before and of the present one, and where each begins: a turn may end in the next clip."""
        self.cards = CardList(side_file)
        self.ended = KeptTurns(words=True, side_file=side_file)
        self.open: Card | None = None
        self.last_end_ms: float | None = None
        self._open_turn: Turn | None = None
        self._eager_at_s: float | None = None

    def clip_started(self, audio_s: float, words: SpokenWords | None) -> None:
        """From `audio_s` seconds of audio on `words` are said, where that is known."""
        self._truths = (*self._truths[-1:], (audio_s, words))

    def take(self, event: Received, turn: Turn) -> Card:
        """Take a message about `turn`; returns the turn's card."""
        self._open_turn = turn
        card = self.open
        if card is None:
            card = self.open = Card(index=turn.index, start_s=turn.start_s)
            self.cards.append(card)
        if event.turn_event == TurnEvent.EAGER_END_OF_TURN:
            self._eager_at_s = event.t
        if turn.ended_by is not None:
            if self._eager_at_s is not None and turn.eager_count > turn.resumed_count:
                card.eager_lead_ms = (event.t - self._eager_at_s) * 1000
            self._finish(card, turn, event.user_latency_ms)
            if event.user_latency_ms is not None:
                self.last_end_ms = card.end_ms
            self.open, self._eager_at_s = None, None
        else:
            card.take(turn)
            card.tone = "awaiting" if event.turn_state is TurnState.AWAITING_END else "listening"
        card.revision += 1
        return card

    def close(self, turn: Turn | None) -> bool:
        """Nothing more comes in the present stream: an open turn is final with its last text, or is dropped.

        `turn` is None where the engine process could not say how the turn ended, because it was killed. Returns whether
        an open turn was dropped.
        """
        card, self.open = self.open, None
        if turn is None and card is not None and card.text and self._open_turn is not None:
            turn = msgspec.structs.replace(self._open_turn, ended_by="closed")
        self._open_turn = None
        if turn is None and card is not None:
            self.cards.remove(card)
            return True
        if turn is not None:
            if card is None:  # a connection that was not watched
                card = Card(index=turn.index, start_s=turn.start_s)
                self.cards.append(card)
            self._finish(card, turn, None)
            card.revision += 1
        return False

    def take_final_texts(self, texts: Sequence[str]) -> None:
        """Add the turns that ended before the connection was watched; their times are not known."""
        missing = texts[: max(0, len(texts) - len(self.ended))]
        if not missing:
            return
        watched_turns, watched_cards = list(self.ended), list(self.cards)
        self.ended = KeptTurns(words=True, side_file=self._side_file)
        self.cards = CardList(self._side_file)
        for index, text in enumerate(missing):
            self.ended.append(Turn(index=index, transcript=text, ended_by="unknown"))
            self.cards.append(Card(index=index, tone="final", text=text, ended_by="unknown", timed=False))
        for turn in watched_turns:
            self.ended.append(turn)
        for card in watched_cards:
            self.cards.append(card)

    def note(self, text: str) -> bool:
        """Add a note, unless it is the last one already; returns whether it was added."""
        before = self.cards[-2 if self.open is not None and len(self.cards) > 1 else -1] if self.cards else None
        if before is not None and before.tone == "note" and before.text == text:
            return False
        note = Card(index=-1, tone="note", text=text)
        # A note during a turn stands before the open card, which stays the last one.
        position = len(self.cards) - 1 if self.open is not None and self.cards[-1] is self.open else len(self.cards)
        self.cards.insert(position, note)
        return True

    def _finish(self, card: Card, turn: Turn, latency_ms: float | None) -> None:
        self.ended.append(turn)
        card.take(turn)
        card.tone = "final"
        card.ended_by = turn.ended_by
        card.latency_ms = latency_ms
        from_s, truth = next((each for each in reversed(self._truths) if card.end_s > each[0]), (0.0, None))
        true_end_s = None if truth is None else truth.last_end_s(card.end_s - from_s)
        if true_end_s is not None and true_end_s + from_s > card.start_s:
            card.decision_ms = (card.end_s - from_s - true_end_s) * 1000
