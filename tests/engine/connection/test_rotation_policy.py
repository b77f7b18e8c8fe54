"""When a connection changes over to a new stream."""

from __future__ import annotations

import itertools

from flux_desktop.engine.connection.rotation_policy import RETRY_S, RotationPolicy, spread


def test_it_waits_for_a_silence_and_not_beyond_the_latest_moment():
    rotation = RotationPolicy(28.0, 29.5)
    assert not rotation.is_due(27.9, quiet=True)
    assert rotation.is_due(28.0, quiet=True)
    assert not rotation.is_due(29.4, quiet=False)
    assert rotation.is_due(29.5, quiet=False)


def test_after_a_failure_it_tries_again_a_little_later():
    rotation = RotationPolicy(28.0, 29.5)
    rotation.failed(28.0)
    assert not rotation.is_due(28.0 + RETRY_S - 0.1, quiet=True)
    assert rotation.is_due(28.0 + RETRY_S, quiet=True)


def test_many_connections_do_not_change_over_at_once():
    ages_s = sorted(spread(conn, 1680.0) for conn in range(1, 51))
    assert ages_s[0] >= 900.0
    assert ages_s[-1] <= 1680.0
    gaps_s = [later - sooner for sooner, later in itertools.pairwise(ages_s)]
    assert min(gaps_s) > 5.0
    assert max(gaps_s) < 30.0
