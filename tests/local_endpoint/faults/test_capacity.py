"""What happens at and above a known capacity."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.local_endpoint.faults.capacity import BEYOND, CLIFF_S, SLOW_MAX_S, Capacity, capacity_from


@pytest.mark.parametrize("beyond", BEYOND)
def test_up_to_the_capacity_nothing_is_different(beyond: str) -> None:
    capacity = capacity_from(24, beyond)
    assert not any(capacity.refuses_another(open_streams) for open_streams in range(24))
    assert {capacity.delay_s(open_streams) for open_streams in range(25)} == {0.0}


def test_without_a_capacity_there_is_no_limit() -> None:
    capacity = capacity_from(None, None)
    assert (capacity.refuses_another(10_000), capacity.delay_s(10_000)) == (False, 0.0)


def test_refuse_refuses_the_next_stream_and_delays_none() -> None:
    capacity = Capacity(24, "refuse")
    assert capacity.refuses_another(24)
    assert capacity.refuses_another(30)
    assert capacity.delay_s(30) == 0.0


def test_cliff_delays_every_stream_at_once() -> None:
    capacity = Capacity(24, "cliff")
    assert {capacity.delay_s(open_streams) for open_streams in (25, 26, 100)} == {CLIFF_S}
    assert not capacity.refuses_another(24)


@pytest.mark.parametrize("streams", [8, 24, 46, 100, 200])
def test_slow_grows_with_the_excess_and_breaks_a_limit_of_400_ms_within_five_percent(streams: int) -> None:
    capacity = Capacity(streams, "slow")
    delays_s = [capacity.delay_s(open_streams) for open_streams in range(streams, 3 * streams)]
    assert delays_s == sorted(delays_s)
    assert delays_s[1] > 0.0
    assert delays_s[-1] == SLOW_MAX_S
    highest_within = max(streams + excess for excess, delay_s in enumerate(delays_s) if delay_s < 0.4)
    assert streams <= highest_within <= 1.05 * streams
    assert not capacity.refuses_another(streams)


def test_the_figures_for_24_streams() -> None:
    # 25 streams are 1/24 = 4.17 % too many, 27 are 3/24 = 12.5 %: 0.1 s for each percent.
    capacity = Capacity(24)
    assert capacity.delay_s(25) == pytest.approx(0.417, abs=0.001)
    assert capacity.delay_s(27) == pytest.approx(1.25)


@pytest.mark.parametrize(("streams", "beyond"), [(0, None), (-1, "slow"), (None, "slow"), (24, "crash")])
def test_what_makes_no_capacity_is_refused(streams: int | None, beyond: str | None) -> None:
    with pytest.raises(ProblemError) as refused:
        capacity_from(streams, beyond)
    assert refused.value.problem.code == "capacity_unusable"
    assert "--capacity" in refused.value.problem.why or "--beyond" in refused.value.problem.why
