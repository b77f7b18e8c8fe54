"""Live changes: one Configure under way, later ones merged behind it."""

from __future__ import annotations

from flux_desktop.engine.connection.configure_queue import ConfigureQueue, merge
from flux_desktop.flux.messages import Configure, ConfigureSuccess, Thresholds, ThresholdsInForce
from flux_desktop.flux.options import FluxOptions


def eot(value: float) -> Configure:
    return Configure(thresholds=Thresholds(eot_threshold=value))


def echo(eot_threshold: float, eager: float | None = None) -> ConfigureSuccess:
    return ConfigureSuccess(
        thresholds=ThresholdsInForce(eot_threshold=eot_threshold, eager_eot_threshold=eager), keyterms=[]
    )


def test_a_dragged_slider_becomes_two_messages_and_ends_on_its_last_value():
    steering = ConfigureQueue(FluxOptions())
    sent = [steering.request(eot(value / 100)) for value in range(60, 81)]
    assert sent[0] == eot(0.6)
    assert sent[1:] == [None] * 20
    assert steering.acknowledged(echo(0.6)) == eot(0.8)
    assert steering.in_force.eot_threshold == 0.6
    assert steering.acknowledged(echo(0.8)) is None
    assert steering.in_force.eot_threshold == 0.8
    assert steering.in_flight is None


def test_a_refused_change_leaves_what_was_in_force_and_lets_the_next_one_go():
    steering = ConfigureQueue(FluxOptions(eot_threshold=0.7))
    steering.request(eot(0.9))
    steering.request(eot(0.8))
    assert steering.refused() == eot(0.8)
    assert steering.in_force.eot_threshold == 0.7


def test_what_the_server_echoes_is_what_is_in_force():
    steering = ConfigureQueue(FluxOptions())
    steering.request(eot(0.9))
    steering.acknowledged(echo(0.85))
    assert steering.in_force.eot_threshold == 0.85


def test_eager_above_end_of_turn_is_refused_against_what_will_be_in_force():
    steering = ConfigureQueue(FluxOptions(eager_eot_threshold=0.6))
    problem = steering.refusal(eot(0.5))
    assert problem is not None
    assert problem.code == "eager_above_eot"
    steering.request(Configure(thresholds=Thresholds(eager_eot_threshold=0.4)))
    assert steering.refusal(eot(0.5)) is None, "the change under way counts"


def test_merging_keeps_both_changes_and_the_later_value():
    first = Configure(thresholds=Thresholds(eot_threshold=0.6, eot_timeout_ms=900), keyterms=["a"])
    second = Configure(thresholds=Thresholds(eot_threshold=0.8), language_hints=[])
    assert merge(first, second) == Configure(
        thresholds=Thresholds(eot_threshold=0.8, eot_timeout_ms=900), keyterms=["a"], language_hints=[]
    )
