"""What a stream knows of its words at a block: live, behind, and long after the decode."""

from __future__ import annotations

from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord
from flux_desktop.local_endpoint.recognition.utterances import LAG_BLOCKS, Utterance

ONE = (SpokenWord("one", 0.0, 0.3, 0.9),)
TWO = (*ONE, SpokenWord("two", 0.3, 0.6, 0.9))


def texts(utterance: Utterance, index: int) -> list[str] | None:
    words = utterance.words_at(index)
    return None if words is None else [word.text for word in words]


def test_a_stream_does_not_wait_for_a_decode_that_is_a_little_behind() -> None:
    utterance = Utterance(0)
    assert texts(utterance, LAG_BLOCKS - 1) == []
    utterance.take(6, ONE, final=False)
    assert texts(utterance, 6 + LAG_BLOCKS - 1) == ["one"]


def test_a_stream_waits_for_a_decode_that_is_far_behind() -> None:
    utterance = Utterance(0)
    assert texts(utterance, LAG_BLOCKS) is None
    utterance.take(6, ONE, final=False)
    assert texts(utterance, 6 + LAG_BLOCKS) is None
    calls: list[int] = []
    utterance.when_decoded(lambda: calls.append(1))
    utterance.take(40, TWO, final=False)
    utterance.take(46, None, final=False)
    assert calls == [1]
    assert texts(utterance, 6 + LAG_BLOCKS) == ["one", "two"]


def test_a_stream_that_comes_later_sees_the_words_as_of_its_own_block() -> None:
    utterance = Utterance(0)
    utterance.take(6, ONE, final=False)
    utterance.take(12, TWO, final=False)
    utterance.take(20, TWO, final=True)
    assert [texts(utterance, index) for index in (4, 5, 10, 11)] == [[], ["one"], ["one"], ["one", "two"]]


def test_an_answer_without_change_keeps_the_words_and_the_final_one_replaces_them() -> None:
    utterance = Utterance(0)
    utterance.take(6, ONE, final=False)
    utterance.take(9, None, final=False)
    assert texts(utterance, 9) == ["one"]
    utterance.take(12, (), final=True)
    assert utterance.final == ()
