"""Turn-taking: every invariant of the protocol for any speech, any text and any thresholds."""

from __future__ import annotations

import uuid
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.flux.bundles import BUNDLES
from flux_desktop.flux.messages import TurnEvent, parse_server_message
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import TurnTracker
from flux_desktop.local_endpoint.conversation.messages_out import turn_info
from flux_desktop.local_endpoint.recognition.turn_taking import (
    FRAME_S,
    SpokenWord,
    TurnStep,
    TurnTaker,
    TurnThresholds,
    end_confidence,
)

VOCABULARY = ("yes", "no,", "maybe.", "what?", "well")
THRESHOLDS = st.builds(
    lambda eot, eager, timeout_ms: TurnThresholds(eot, None if eager is None else min(eager, eot), timeout_ms),
    st.floats(0.5, 1.0),
    st.none() | st.floats(0.3, 0.9),
    st.integers(500, 60_000),
)
# One frame: whether somebody speaks, how many words the recogniser takes back, and which it adds.
FRAMES = st.tuples(
    st.booleans(), st.integers(0, 2), st.lists(st.sampled_from(VOCABULARY), max_size=2), st.integers(1, 12)
)


class Conversation:
    """A turn taker with the caller's side of the contract: words since the open turn began."""

    def __init__(self, thresholds: TurnThresholds) -> None:
        self.taker = TurnTaker(thresholds)
        self.words: tuple[SpokenWord, ...] = ()
        self.now_s = 0.0
        self.steps: list[TurnStep] = []

    def frames(self, count: int, *, speech: bool, add: tuple[str, ...] = (), take_back: int = 0) -> list[TurnStep]:
        unchanged_words = self.words[: max(0, len(self.words) - take_back)]
        new = tuple(SpokenWord(text, self.now_s, self.now_s + FRAME_S, 0.9) for text in add)
        self.words = unchanged_words + new
        fresh: list[TurnStep] = []
        for _ in range(count):
            self.now_s += FRAME_S
            fresh += self._note(self.taker.advance(self.now_s, speech, self.words))
        return fresh

    def force(self) -> list[TurnStep]:
        step = self.taker.force_end()
        return self._note([] if step is None else [step])

    def close(self, *, ends_turn: bool) -> list[TurnStep]:
        return self._note(self.taker.close(self.now_s, self.words, ends_turn=ends_turn))

    def _note(self, steps: list[TurnStep]) -> list[TurnStep]:
        self.steps += steps
        if any(step.event is TurnEvent.END_OF_TURN for step in steps):
            self.words = ()
        return steps


def events(steps: list[TurnStep], *, updates: bool = False) -> list[str]:
    return [step.event.value for step in steps if updates or step.event is not TurnEvent.UPDATE]


@given(
    THRESHOLDS,
    st.lists(FRAMES | st.just("force") | st.tuples(st.just("configure"), THRESHOLDS), max_size=40),
    st.booleans(),
)
def test_no_conversation_breaks_a_rule_of_the_protocol(
    thresholds: TurnThresholds, script: list[object], ends_turn: bool
) -> None:
    conversation = Conversation(thresholds)
    eager_ever = thresholds.eager is not None
    for action in script:
        if action == "force":
            conversation.force()
        elif isinstance(action, tuple) and action[0] == "configure":
            # Eager ends, once on, cannot be switched off in mid-stream.
            changed = action[1]
            if conversation.taker.thresholds.eager is None or changed.eager is not None:
                conversation.taker.thresholds = changed
            eager_ever = eager_ever or changed.eager is not None
        elif isinstance(action, tuple):
            speech, take_back, add, count = action
            conversation.frames(count, speech=speech, add=tuple(add), take_back=take_back)
    conversation.close(ends_turn=ends_turn)
    tracker = TurnTracker(eager_configured=eager_ever)
    request_id = str(uuid.uuid4())
    for number, step in enumerate(conversation.steps):
        message = turn_info(step, request_id, number, FluxOptions(), BUNDLES["latest"])
        assert tracker.feed(parse_server_message(msgspec.json.encode(message))).violations == ()
    assert all(0 <= step.confidence <= 1 and step.window_start_s <= step.window_end_s for step in conversation.steps)
    check_thresholds_were_met(conversation.steps)


def check_thresholds_were_met(steps: list[TurnStep]) -> None:
    """An eager end needs its text, and a turn that the model ends needs at least the lowest threshold."""
    for step in steps:
        if step.event is TurnEvent.EAGER_END_OF_TURN:
            assert step.transcript
            assert step.confidence >= 0.3 - 1e-3
    ends = [step.window_end_s for step in steps]
    assert ends == sorted(ends)
    assert [s.window_start_s for s in steps] == sorted(s.window_start_s for s in steps)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 30)), min_size=1, max_size=20), THRESHOLDS)
def test_something_is_sent_for_every_quarter_second_of_audio(
    runs: list[tuple[bool, int]], thresholds: TurnThresholds
) -> None:
    conversation = Conversation(thresholds)
    for speech, count in runs:
        conversation.frames(count, speech=speech, add=("yes",) if speech else ())
    ends = [0.0, *(step.window_end_s for step in conversation.steps), conversation.now_s]
    assert max(later - earlier for earlier, later in pairwise(ends)) <= 3 * FRAME_S + 1e-6


def test_a_plain_turn_starts_with_text_and_ends_by_the_model() -> None:
    conversation = Conversation(TurnThresholds())
    assert events(conversation.frames(3, speech=True)) == []
    started = conversation.frames(5, speech=True, add=("Hello",))
    assert events(started) == ["StartOfTurn"]
    assert started[0].transcript == "Hello"
    ended = conversation.frames(12, speech=False, add=("there.",))[-1]
    last = [step for step in conversation.steps if step.event is TurnEvent.END_OF_TURN]
    assert [(s.turn_index, s.transcript, s.trigger) for s in last] == [(0, "Hello there.", "model")]
    assert last[0].confidence >= 0.7
    assert (ended.turn_index, ended.transcript) == (1, "")


def test_an_eager_end_is_taken_back_when_speech_goes_on_and_kept_when_it_does_not() -> None:
    conversation = Conversation(TurnThresholds(eager=0.4))
    conversation.frames(4, speech=True, add=("well",))
    assert events(conversation.frames(4, speech=False, add=("no,",))) == ["EagerEndOfTurn"]
    assert events(conversation.frames(3, speech=True, add=("yes.",))) == ["TurnResumed"]
    ended = [s for s in conversation.frames(9, speech=False) if s.event is not TurnEvent.UPDATE]
    assert events(ended) == ["EagerEndOfTurn", "EndOfTurn"]
    assert ended[0].transcript == ended[1].transcript == "well no, yes."


def test_a_text_that_changes_after_an_eager_end_is_announced_first() -> None:
    conversation = Conversation(TurnThresholds(eager=0.3))
    conversation.frames(2, speech=True, add=("maybe.",))
    conversation.frames(4, speech=False)
    assert conversation.steps[-1].event is TurnEvent.EAGER_END_OF_TURN or "EagerEndOfTurn" in events(conversation.steps)
    assert events(conversation.frames(1, speech=False, add=("what?",), take_back=1)) == ["TurnResumed"]


@pytest.mark.parametrize(
    ("eot", "timeout_ms", "trigger"), [(1.0, 1000, "timeout"), (0.7, 500, "timeout"), (0.7, 5000, "model")]
)
def test_what_ends_a_turn(eot: float, timeout_ms: int, trigger: str) -> None:
    conversation = Conversation(TurnThresholds(eot=eot, timeout_ms=timeout_ms))
    conversation.frames(3, speech=True, add=("well",))
    silence_ms = next(
        count * 80 for count in range(1, 100) if "EndOfTurn" in events(conversation.frames(1, speech=False))
    )
    assert conversation.steps[-1].trigger == trigger
    if trigger == "timeout":
        assert timeout_ms <= silence_ms <= timeout_ms + 80


def test_a_forced_end_keeps_the_text_last_sent_and_needs_an_open_turn() -> None:
    conversation = Conversation(TurnThresholds(eager=0.3))
    assert conversation.force() == []
    conversation.frames(3, speech=True, add=("well",))
    conversation.words += (SpokenWord("not yet sent", 0.2, 0.3, 0.9),)
    assert events(conversation.frames(1, speech=True), updates=True) == []
    (end,) = conversation.force()
    assert (end.trigger, end.transcript, end.confidence < 0.3) == ("manual", "well", True)
    assert conversation.force() == []


def test_the_window_of_a_turn_holds_a_word_that_was_recognised_after_a_forced_end() -> None:
    conversation = Conversation(TurnThresholds())
    conversation.frames(5, speech=True, add=("well",))
    (end,) = conversation.force()
    conversation.words = (SpokenWord("then", 0.24, 0.4, 0.9),)
    start = conversation.frames(1, speech=True)[-1]
    assert (start.event, start.window_start_s, end.window_end_s) == (TurnEvent.START_OF_TURN, 0.24, 0.4)


def test_closing_gives_the_last_text_without_ending_the_turn_unless_the_build_does() -> None:
    for ends_turn, expected in ((False, ["Update"]), (True, ["Update", "EndOfTurn"])):
        conversation = Conversation(TurnThresholds())
        conversation.frames(2, speech=True, add=("yes",))
        conversation.words += (SpokenWord("no,", 0.2, 0.3, 0.9),)
        steps = conversation.close(ends_turn=ends_turn)
        assert events(steps, updates=True) == expected
        assert {step.transcript for step in steps} == {"yes no,"}


@given(st.floats(0, 5), st.floats(0, 5), st.sampled_from(VOCABULARY), st.booleans())
def test_confidence_never_falls_while_silence_lasts(one_s: float, other_s: float, word: str, punctuated: bool) -> None:
    shorter, longer = sorted((one_s, other_s))
    assert end_confidence(shorter, word, punctuated=punctuated) <= end_confidence(longer, word, punctuated=punctuated)


def test_a_pause_inside_a_sentence_is_eager_but_no_end() -> None:
    inside = end_confidence(0.24, "respectable", punctuated=True)
    assert 0.4 < inside < 0.7
    assert end_confidence(0.48, "was.", punctuated=True) > 0.7


def test_how_long_a_pause_inside_a_sentence_is_borne_depends_on_the_last_word_alone() -> None:
    words = ("the", "then", "be", "selfish", "much", "have", "woman", "not")
    after_1_2_s = [end_confidence(1.2, word, punctuated=True) for word in words]
    assert len(set(after_1_2_s)) > 4
    assert 0.58 < min(after_1_2_s) < 0.7 < max(after_1_2_s) < 0.9
    assert end_confidence(1.2, "Woman,", punctuated=True) == end_confidence(1.2, "woman", punctuated=True)


@pytest.mark.parametrize(
    ("words", "ends"),
    [(("yes", "no"), True), (("Yes", "no"), False), (("yes,", "no"), False), (("yes", "no."), True)],
)
def test_a_missing_full_stop_says_something_only_in_a_written_text(words: tuple[str, ...], ends: bool) -> None:
    conversation = Conversation(TurnThresholds())
    conversation.frames(3, speech=True, add=words)
    assert ("EndOfTurn" in events(conversation.frames(10, speech=False))) is ends
