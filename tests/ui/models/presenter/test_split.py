"""Two arms at one playhead: the stretch in view, and which words differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.ui.models.presenter.split import WINDOW_S, Split, compared


@given(position_s=st.floats(0, 600), length_s=st.none() | st.floats(1, 600))
def test_the_playhead_is_in_view(position_s: float, length_s: float | None) -> None:
    position_s = position_s if length_s is None else min(position_s, length_s)
    window = Split(position_s=position_s, length_s=length_s).window
    assert window.start_s - 1e-6 <= position_s <= window.end_s + 1e-6
    assert window.start_s >= 0
    if length_s is not None:
        assert window.end_s <= length_s + 1e-6


def test_the_window_stands_still_until_the_playhead_has_come_far() -> None:
    assert Split(position_s=3.0).window.start_s == 0.0
    assert Split(position_s=100.0).window.start_s == pytest.approx(100.0 - 0.85 * WINDOW_S)


@pytest.mark.parametrize(
    ("a", "b", "different"),
    [
        ("to be rather", "to be rather selfish and cold", []),
        ("to me rather", "to be rather selfish", ["me", "be"]),
        ("To be, rather", "to be rather.", []),
        ("", "to be", []),
        ("今日は良い。", "今日は悪い。", ["良", "悪"]),
    ],
)
def test_words_of_one_arm_alone_are_marked(a: str, b: str, different: list[str]) -> None:
    one, other = compared(a, b)
    assert [word.text.strip() for word in (*one, *other) if not word.is_shared] == different
    assert "".join(word.text for word in one) == a
    assert "".join(word.text for word in other) == b
