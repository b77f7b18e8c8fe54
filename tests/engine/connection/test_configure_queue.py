"""A connection's parameters: what is wanted reaches the server, one message at a time, over every kind of trouble."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.engine.connection.configure_queue import NOT_ANSWERED, NOT_APPLIED, ConfigureQueue
from flux_desktop.flux.messages import Configure, ConfigureSuccess, Thresholds, ThresholdsInForce
from flux_desktop.flux.options import FluxOptions

PLANNED = FluxOptions(eot_threshold=0.7, eot_timeout_ms=5000)


def eot(value: float) -> Configure:
    return Configure(thresholds=Thresholds(eot_threshold=value))


def echo(eot_threshold: float, keyterms: list[str] | None = None) -> ConfigureSuccess:
    return ConfigureSuccess(thresholds=ThresholdsInForce(eot_threshold=eot_threshold), keyterms=keyterms or [])


def wanting(value: float, **changes: object) -> FluxOptions:
    return msgspec.structs.replace(PLANNED, eot_threshold=value, **changes)


def queue_wanting(value: float) -> ConfigureQueue:
    queue = ConfigureQueue(PLANNED)
    assert queue.want(wanting(value), 1)
    return queue


def test_its_record_has_no_secrets() -> None:
    planned = msgspec.structs.replace(PLANNED, extra=(("token", "hunter2"),))
    queue = ConfigureQueue(planned)
    queue.want(msgspec.structs.replace(planned, eot_threshold=0.8), 1)
    assert queue.state is not None
    assert queue.state.wanted.extra == queue.state.in_force.extra == (("token", "[removed]"),)
    assert queue.opening_options.extra == planned.extra, "what is sent has them"


def test_a_dragged_slider_becomes_two_messages_and_ends_on_its_last_value() -> None:
    queue = ConfigureQueue(PLANNED)
    sent = []
    for revision, value in enumerate(range(60, 81), start=1):
        queue.want(wanting(value / 100), revision)
        sent.append(queue.next_message())
    assert sent == [eot(0.6), *[None] * 20]
    assert queue.acknowledged(echo(0.6))
    assert queue.in_force.eot_threshold == 0.6
    assert queue.next_message() == eot(0.8)
    assert queue.acknowledged(echo(0.8))
    assert queue.next_message() is None
    assert queue.in_force == queue.wanted


def test_nothing_is_recorded_while_the_plan_holds() -> None:
    queue = ConfigureQueue(PLANNED)
    assert (queue.next_message(), queue.state) == (None, None)


def test_a_revision_is_taken_once_and_none_below_the_newest() -> None:
    queue = queue_wanting(0.8)
    assert not queue.want(wanting(0.9), 1)
    assert queue.want(wanting(0.9), 3)
    assert not queue.want(wanting(0.6), 2)
    assert queue.wanted.eot_threshold == 0.9


def test_the_audio_s_own_parameters_never_change() -> None:
    queue = ConfigureQueue(FluxOptions(encoding="mulaw", sample_rate_hz=8000))
    queue.want(FluxOptions(eot_threshold=0.8), 1)
    assert (queue.wanted.encoding, queue.wanted.sample_rate_hz) == ("mulaw", 8000)


def test_values_wanted_before_the_first_stream_are_what_it_is_opened_with() -> None:
    queue = queue_wanting(0.8)
    assert queue.opening_options.eot_threshold == 0.8
    queue.stream_opened(queue.opening_options)
    assert queue.next_message() is None
    assert queue.in_force == queue.wanted


def test_what_was_in_flight_with_a_lost_stream_is_what_the_next_one_is_opened_with() -> None:
    queue = queue_wanting(0.9)
    assert queue.next_message() == eot(0.9)
    queue.stream_lost()
    assert queue.in_flight is None
    assert queue.opening_options.eot_threshold == 0.9


def test_a_change_acknowledged_while_the_next_stream_opens_is_sent_on_that_one() -> None:
    queue = ConfigureQueue(PLANNED)
    opened_with = queue.opening_options
    queue.want(wanting(0.9), 1)
    assert queue.next_message() == eot(0.9)
    assert queue.acknowledged(echo(0.9))
    queue.stream_opened(opened_with)
    assert queue.next_message() == eot(0.9)


def test_a_late_answer_is_not_credited_to_the_next_message() -> None:
    queue = queue_wanting(0.8)
    queue.next_message()
    queue.timed_out()
    assert queue.state is not None
    assert queue.state.refused == NOT_ANSWERED
    queue.want(wanting(0.9), 2)
    assert queue.next_message() == eot(0.9)
    assert not queue.acknowledged(echo(0.8)), "this answers the first one"
    assert (queue.in_flight, queue.in_force.eot_threshold) == (eot(0.9), 0.8)
    assert queue.acknowledged(echo(0.9))
    assert (queue.in_flight, queue.in_force.eot_threshold) == (None, 0.9)


def test_the_answer_to_the_second_message_is_its_own_where_the_first_stays_unanswered() -> None:
    queue = queue_wanting(0.8)
    queue.next_message()
    queue.timed_out()
    queue.want(wanting(0.9), 2)
    queue.next_message()
    assert queue.acknowledged(echo(0.9))
    assert queue.in_flight is None


def test_a_late_refusal_is_the_oldest_message_s() -> None:
    queue = queue_wanting(0.8)
    queue.next_message()
    queue.timed_out()
    queue.want(wanting(0.9), 2)
    queue.next_message()
    assert not queue.rejected("no")
    assert (queue.in_flight, queue.refused) == (eot(0.9), "")


def test_what_timed_out_is_sent_again_only_when_it_is_set_again() -> None:
    queue = queue_wanting(0.8)
    queue.next_message()
    queue.timed_out()
    assert queue.next_message() is None
    queue.want(wanting(0.8), 2)
    assert queue.next_message() == eot(0.8)


def test_a_refused_change_leaves_what_was_in_force_and_is_not_repeated() -> None:
    queue = queue_wanting(0.9)
    queue.next_message()
    assert queue.rejected("out of range")
    assert queue.next_message() is None
    assert queue.state is not None
    assert (queue.state.refused, queue.state.in_force.eot_threshold) == ("out of range", 0.7)
    assert queue.opening_options == PLANNED, "a stream opened with refused values might be refused too"


def test_a_server_that_confirms_other_values_is_not_asked_for_ever() -> None:
    queue = queue_wanting(0.9)
    queue.next_message()
    assert queue.acknowledged(echo(0.85))
    assert (queue.in_force.eot_threshold, queue.refused, queue.next_message()) == (0.85, NOT_APPLIED, None)


def test_a_verbatim_message_goes_first_and_counts_as_wanted_once_accepted() -> None:
    queue = queue_wanting(0.8)
    queue.want_verbatim(Configure(keyterms=["Dashwood"]))
    assert queue.next_message() == Configure(keyterms=["Dashwood"])
    assert not queue.wanted_in_flight
    assert queue.acknowledged(echo(0.7, ["Dashwood"]))
    assert queue.wanted.keyterms == ("Dashwood",)
    assert queue.next_message() == eot(0.8)


def test_a_refused_verbatim_message_changes_nothing() -> None:
    queue = ConfigureQueue(PLANNED)
    queue.want_verbatim(eot(7.0))
    queue.next_message()
    assert queue.rejected("out of range")
    assert (queue.wanted, queue.refused, queue.next_message()) == (PLANNED, "", None)


def test_a_verbatim_message_in_flight_is_sent_again_on_the_next_stream() -> None:
    queue = ConfigureQueue(PLANNED)
    queue.want_verbatim(eot(0.6))
    queue.next_message()
    queue.stream_opened(PLANNED)
    assert queue.next_message() == eot(0.6)


def test_what_only_a_new_stream_can_change_is_named() -> None:
    queue = ConfigureQueue(msgspec.structs.replace(PLANNED, eager_eot_threshold=0.5))
    queue.want(msgspec.structs.replace(PLANNED, profanity_filter=True), 1)
    assert queue.next_message() is None
    assert queue.state is not None
    assert set(queue.state.needs_new_stream) == {"profanity_filter", "eager_eot_threshold"}


def test_a_threshold_that_is_taken_back_is_set_to_the_server_s_default() -> None:
    queue = ConfigureQueue(FluxOptions(eot_threshold=0.9))
    queue.want(FluxOptions(), 1)
    assert queue.next_message() == eot(0.7)


def test_without_configure_every_difference_needs_a_new_stream() -> None:
    queue = queue_wanting(0.8)
    queue.takes_configure = False
    assert queue.next_message() is None
    assert queue.state is not None
    assert queue.state.needs_new_stream == ("eot_threshold",)


@given(st.lists(st.sampled_from(["want", "send", "ack", "timeout", "lost", "opened"]), max_size=40))
def test_whatever_happens_the_last_wanted_value_ends_in_force(steps: list[str]) -> None:
    queue, server, pending = ConfigureQueue(PLANNED), 0.7, []
    for revision, step in enumerate([*steps, "want"], start=1):
        if step == "want":
            queue.want(wanting(0.5 + revision % 40 / 100), revision)
        elif step == "send" and (message := queue.next_message()) is not None:
            pending.append(message.thresholds.eot_threshold)  # type: ignore[union-attr]
        elif step == "ack" and pending:
            server = pending.pop(0)
            queue.acknowledged(echo(server))
        elif step == "timeout":
            queue.timed_out()
        elif step == "lost":
            queue.stream_lost()
            pending.clear()
        elif step == "opened":
            queue.stream_opened(queue.opening_options)
            server, pending = queue.in_force.eot_threshold or 0.7, []
    for _ in range(50):
        if pending:
            server = pending.pop(0)
            queue.acknowledged(echo(server))
        if (message := queue.next_message()) is not None:
            pending.append(message.thresholds.eot_threshold)  # type: ignore[union-attr]
    assert queue.in_force.eot_threshold == queue.wanted.eot_threshold == server
