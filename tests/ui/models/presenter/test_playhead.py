"""The playhead of a recorded comparison on a stepped clock."""

from __future__ import annotations

import pytest

from flux_desktop.ui.models.presenter.playhead import PairPlayer
from tests.ui.models.presenter.comparisons import pair


@pytest.fixture
def player() -> PairPlayer:
    player = PairPlayer([pair(), pair()])
    player.split(100.0)
    return player


def test_it_runs_with_the_clock_from_the_first_look_on(player: PairPlayer) -> None:
    assert player.split(101.5).position_s == 1.5


def test_a_pause_holds_it_and_it_goes_on_from_there(player: PairPlayer) -> None:
    player.toggle(102.0)
    assert (player.split(150.0).position_s, player.split(150.0).paused) == (2.0, True)
    player.seek(1.0, 151.0)
    player.toggle(160.0)
    assert (player.split(161.0).position_s, player.split(161.0).paused) == (4.0, False)


def test_seeking_stays_within_the_clip(player: PairPlayer) -> None:
    player.toggle(101.0)
    player.seek(-50.0, 101.0)
    assert player.split(101.0).position_s == 0.0
    player.seek(500.0, 101.0)
    assert player.split(101.0).position_s == player.pair.length_s


def test_clips_follow_one_another_around_the_end(player: PairPlayer) -> None:
    end_s = 100.0 + player.pair.length_s
    assert player.split(end_s + 0.1).position_s == 0.0
    assert player.place == 1
    player.step(1, end_s)
    assert player.place == 0
    player.step(-1, end_s)
    assert player.place == 1


def test_the_beginning_of_the_clip_on_the_clock_is_known_while_it_plays(player: PairPlayer) -> None:
    assert player.zero_s(101.5) == 100.0
    player.seek(2.0, 102.0)
    assert player.zero_s(103.0) == 98.0
    player.toggle(103.0)
    assert player.zero_s(104.0) is None
