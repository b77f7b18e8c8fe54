"""Which turns two arms heard or ended differently, and how that is marked."""

from __future__ import annotations

from flux_desktop.audio.words import SpokenTurn
from flux_desktop.evaluation.comparing.paired import Paired
from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.evaluation.traces.trace import Setting, Trace, TraceMessage
from flux_desktop.ui.models.tune_ab import paired_words, turn_pairs

TURN = SpokenTurn(text="the account is four", start_s=0.5, end_s=3.0)


def arm(text: str, *ends_s: float, clip: str = "a.wav", eager_s: float | None = None) -> Trace:
    """A clip with one turn, whose text is spread over its ends."""
    messages = [TraceMessage(audio_s=1.0, confidence=0.1, transcript=text.split(" | ")[0])]
    if eager_s is not None:
        messages.append(TraceMessage(audio_s=eager_s, confidence=0.5, event="EagerEndOfTurn", transcript=text))
    for index, (part, end_s) in enumerate(zip(text.split(" | "), ends_s, strict=True)):
        messages.append(
            TraceMessage(audio_s=end_s, confidence=0.8, event="EndOfTurn", turn_index=index, transcript=part)
        )
    return Trace(clip=clip, messages=tuple(messages), setting=Setting(), turns=(TURN,))


def test_turns_that_are_alike_are_not_listed() -> None:
    assert turn_pairs([arm("The account is four.", 3.52)], [arm("the account is four", 3.56)]) == []


def test_words_that_differ_are_marked_in_both_arms() -> None:
    (pair,) = turn_pairs([arm("the account is four", 3.5)], [arm("the count is four", 3.5)])
    assert [word.text for word in pair.a.words if not word.is_shared] == ["account"]
    assert [word.text for word in pair.b.words if not word.is_shared] == ["count"]
    assert pair.same_decisions
    assert pair.difference == "words"
    assert "A: the account is four. B: the count is four" in pair.sentence


def test_decisions_that_differ_are_told() -> None:
    (later,) = turn_pairs([arm("the account is four", 3.5)], [arm("the account is four", 3.74, eager_s=3.3)])
    assert later.same_words
    assert later.difference == "B +240 ms"
    assert later.b.eager_s == 3.3
    (cut,) = turn_pairs([arm("the account | is four", 2.0, 3.5)], [arm("the account is four", 3.5)])
    assert cut.same_words
    assert cut.difference == "A ends it twice, B once"
    assert [cut.is_shared(end_s) for end_s in cut.a.ends_s] == [False, True]
    assert cut.span.end_s > 3.5


def test_the_most_different_come_first_and_clips_of_one_arm_are_left_out() -> None:
    a = [arm("one", 3.5, clip="1"), arm("one | two", 2.0, 3.5, clip="2"), arm("one", 3.5, clip="3")]
    b = [arm("uno", 3.5, clip="1"), arm("one two", 3.5, clip="2")]
    assert [pair.clip for pair in turn_pairs(a, b)] == ["2", "1"]


def test_a_paired_figure_has_its_interval_its_n_and_the_noise() -> None:
    figure = Paired(a=500.0, b=560.0, difference=Estimate(60.0, 41.0, 79.0, 100), noise=Estimate(1.0, -9.0, 12.0, 100))
    words = paired_words(figure, is_share=False)
    assert words == "A 500, B 560 ms · B − A +60 ms (+41 to +79), n 100 · below 12 ms is noise"
    unknown = paired_words(Paired(a=None, b=0.5, difference=Estimate(n=3)), is_share=True)
    assert unknown == "A –, B 50.0 % · B − A – points, n 3"
