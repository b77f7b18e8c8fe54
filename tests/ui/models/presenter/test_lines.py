"""Large text: words are added without moving others, and words that may change are told apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.ui.models.presenter.lines import InterimWords, Line, pieces, rolled, wrapped

WORDS = st.lists(st.text(alphabet="abc", min_size=1, max_size=9), min_size=1, max_size=30)


def lines(text: str, interim: str = "", width: float = 10) -> list[str]:
    return [line.text for line in wrapped(text, interim, width, len)]


@given(words=WORDS, width=st.integers(3, 20))
def test_a_word_that_is_added_moves_no_other(words: list[str], width: int) -> None:
    for count in range(1, len(words)):
        before, after = (lines(" ".join(words[:n]), width=width) for n in (count, count + 1))
        assert after[: len(before) - 1] == before[:-1]
        assert after[len(before) - 1].startswith(before[-1])


@given(words=WORDS, cut=st.integers(0, 30), width=st.integers(3, 20))
def test_words_that_may_change_stand_where_they_will_when_they_are_settled(
    words: list[str], cut: int, width: int
) -> None:
    settled, interim = " ".join(words[:cut]), "".join(f" {word}" for word in words[cut:])
    assert lines(settled, interim, width) == lines(" ".join(words), width=width)


def test_lines_keep_the_two_kinds_apart_and_roll_by_whole_lines() -> None:
    lines = wrapped("one two three", " four five", 10, len)
    assert lines == [Line("one two"), Line("three", " four"), Line("", "five")]
    assert rolled(lines, 2) == lines[1:]
    assert rolled(lines[:1], 2) == lines[:1]


def test_words_are_settled_when_two_messages_agree_on_them() -> None:
    words = InterimWords()
    assert words.take("t", 1, "Had he", final=False) == ("", "Had he")
    assert words.take("t", 2, "Had he married", final=False) == ("Had he", " married")
    assert words.take("t", 2, "Had he married", final=False) == ("Had he", " married"), "the same message"
    assert words.take("t", 3, "Had he marry it", final=False) == ("Had he", " marry it"), "a word was changed"
    assert words.take("t", 4, "Had he marry it", final=False) == ("Had he marry it", "")
    assert words.take("t", 5, "had he marry it, now", final=False) == ("had he marry it,", " now"), (
        "commas change nothing"
    )
    assert words.take("t", 6, "Had he married.", final=True) == ("Had he married.", "")
    assert words.take("next", 1, "had", final=False) == ("", "had")


def test_text_without_spaces_is_broken_between_characters_and_settles_by_them() -> None:
    assert pieces("今日は、OK です。") == ["今", "日", "は、", "OK", " で", "す。"]
    assert lines("今日はとても良い天気ですね。", width=10) == ["今日はとても良い天気", "ですね。"]
    words = InterimWords()
    assert words.take("t", 1, "今日は", final=False) == ("", "今日は")
    assert words.take("t", 2, "今日は、とても", final=False) == ("今日は、", "とても")
    assert [line.text for line in wrapped("今日は、", "とても", 5, len)] == ["今日は、と", "ても"]


def test_a_word_wider_than_a_line_is_broken() -> None:
    assert lines("die Geschwindigkeit ist", width=10) == ["die", "Geschwindi", "gkeit ist"]
    assert lines("abcdefghi\u0301j", width=9) == ["abcdefghi\u0301", "j"], "an accent stays with its letter"
