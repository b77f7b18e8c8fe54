"""The window's state without Qt: cards, phases, series, fed with events."""

from __future__ import annotations

import msgspec
import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Notice,
    Received,
    RunEnded,
    RunStarted,
)
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary, LedgerClass, Verdict
from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.conversation import POINTS_KEPT, UNWATCHED_EVERY_S, UNWATCHED_POINTS_KEPT, Conversation
from flux_desktop.ui.models.overview import COLUMNS
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.run_phase import Origin, RunPhase
from flux_desktop.ui.models.series import Series
from flux_desktop.ui.panels.status_line import main_sentence
from tests.engine.messages import Messages, received
from tests.ui import scripted


def fed(connections: int = 2, until_s: float | None = None) -> RunModel:
    model = RunModel()
    model.reset(scripted.plan(connections))
    for event in scripted.scripted_run(connections):
        if until_s is None or getattr(event, "t", 0.0) <= until_s:
            model.feed(event)
    return model


def test_turns_become_final_cards_in_order() -> None:
    model = fed()
    assert model.phase is RunPhase.ENDED
    for conversation in model.conversations.values():
        assert conversation.transcript() == list(scripted.SENTENCES)
        assert [card.index for card in conversation.cards] == [0, 1, 2, 3, 4]
        assert {card.tone for card in conversation.cards} == {"final"}
        assert conversation.cards[0].confidence == pytest.approx(0.91)
        assert conversation.cards[0].ended_by == "model"
        assert conversation.cards[0].latency_ms == 251


def test_interim_text_is_replaced_in_place() -> None:
    conversation = Conversation(1)
    seen = []
    for event in scripted.conversation_events(1, scripted.SENTENCES[:1]):
        if isinstance(event, Received):
            conversation.received(event)
            seen.append((len(conversation.cards), conversation.cards[0].text if conversation.cards else ""))
    assert {count for count, _ in seen} == {0, 1}
    assert seen[1][1] == "and"
    assert seen[-1] == (1, scripted.SENTENCES[0])


def test_eager_and_resumed_are_counted_and_timed() -> None:
    card = fed().conversation(1).cards[3]
    assert (card.eager_count, card.resumed_count) == (2, 1)
    assert card.eager_lead_ms == pytest.approx(150, abs=1)
    assert fed().conversation(1).cards[0].eager_lead_ms is None


def test_an_open_turn_is_awaiting_after_eager_and_becomes_final_on_closing() -> None:
    conversation, messages = Conversation(1), Messages()
    conversation.received(messages.received(1, 1, scripted.turn_info("StartOfTurn", 0, 0, 0.5, "hello", 0.1)))
    conversation.received(messages.received(2, 1, scripted.turn_info("EagerEndOfTurn", 0, 1, 1.0, "hello there", 0.6)))
    assert conversation.cards[0].tone == "awaiting"
    summary = ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED)
    conversation.ended(ConnectionEnded(t=3, summary=summary, closed_turn=messages.receiver(1).close()))
    assert (conversation.cards[0].tone, conversation.cards[0].ended_by, conversation.open_card) == (
        "final",
        "closed",
        None,
    )


def test_a_new_stream_keeps_the_turn_that_was_open_and_notes_the_switch() -> None:
    conversation, messages = Conversation(1), Messages()
    conversation.received(messages.received(0.0, 1, scripted.turn_info("StartOfTurn", 0, 1, 1.0, "he", 0.1)))
    closed = messages.receiver(1).close()
    switched = ConnectionChanged(t=1.0, conn=1, state=ConnectionState.STREAMING, rotations=1, closed_turn=closed)
    conversation.connection_changed(switched)
    conversation.received(messages.received(2.0, 1, scripted.turn_info("EndOfTurn", 1, 2, 2.2, "was not", 0.9)))
    assert [(card.index, card.text, card.ended_by) for card in conversation.cards] == [
        (0, "he", "closed"),
        (-1, "Switched to a new stream.", None),
        (1, "was not", "unknown"),
    ]
    assert [turn.transcript for turn in conversation.turns] == ["he", "was not"]


def test_a_turn_whose_end_was_not_received_keeps_its_card() -> None:
    conversation, messages = Conversation(1), Messages()
    conversation.received(messages.received(1, 1, scripted.turn_info("StartOfTurn", 0, 0, 0.5, "hello", 0.1)))
    conversation.received(messages.received(2, 1, scripted.turn_info("StartOfTurn", 1, 1, 1.5, "fine", 0.1)))
    assert [(card.index, card.text, card.tone) for card in conversation.cards] == [
        (0, "hello", "final"),
        (1, "fine", "listening"),
    ]
    assert [turn.end_s is None for turn in conversation.timeline.turns] == [False, True]


def test_a_loss_and_its_gap_stand_in_the_transcript() -> None:
    conversation, messages = Conversation(1), Messages()
    conversation.received(messages.received(0.0, 1, scripted.turn_info("StartOfTurn", 0, 1, 1.0, "he", 0.1)))
    loss = Problem(code="goaway", what="It went away.", todo="Wait.")
    conversation.connection_changed(
        ConnectionChanged(t=1.0, conn=1, state=ConnectionState.RECONNECTING, retries=1, problem=loss)
    )
    back = ConnectionChanged(
        t=2.0,
        conn=1,
        state=ConnectionState.STREAMING,
        retries=1,
        reconnects=1,
        gap=(1.0, 2.4),
        closed_turn=messages.receiver(1).close(),
    )
    conversation.connection_changed(back)
    draining = msgspec.structs.replace(back, gap=None, closed_turn=None, state=ConnectionState.DRAINING)
    conversation.connection_changed(draining)
    assert [(card.tone, card.text) for card in conversation.cards] == [
        ("note", "It went away. Reconnecting."),
        ("final", "he"),
        ("note", "Reconnected. Audio from 1.0 s to 2.4 s was not transcribed."),
    ]
    summary = ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED, reconnects=1, unheard_s=1.4)
    conversation.ended(ConnectionEnded(t=3, summary=summary))
    state = next(column for column in COLUMNS if column.name == "State")
    assert state.words(conversation) == "completed, 1 gap"


def test_what_cannot_be_read_is_noted_and_kept() -> None:
    conversation, messages = Conversation(1), Messages()
    conversation.received(messages.received(1, 1, "{not json"))
    assert "could not be read" in conversation.cards[0].text
    assert conversation.raw.newest(1)[0].text == "{not json"


def test_a_failed_stream_says_why_in_its_transcript() -> None:
    conversation = Conversation(1)
    problem = Problem(code="x", what="The stream was cut.", todo="Try again.")
    conversation.ended(
        ConnectionEnded(t=1, summary=ConnectionSummary(conn=1, ledger=LedgerClass.FAILED, problem=problem))
    )
    assert conversation.cards[-1].text == "The stream was cut. Try again."


def test_a_connection_of_a_lost_generator_stays_lost_where_its_own_recording_was_added() -> None:
    conversation = Conversation(1)
    problem = Problem(code="generator_lost", what="It was lost.")
    for ledger, why in ((LedgerClass.GENERATOR_LOST, problem), (LedgerClass.COMPLETED, None)):
        conversation.ended(ConnectionEnded(t=1, summary=ConnectionSummary(conn=1, ledger=ledger, problem=why)))
    assert conversation.summary is not None
    assert conversation.summary.ledger is LedgerClass.GENERATOR_LOST


def test_table_rows_carry_the_curve_where_messages_are_not_watched() -> None:
    conversation = Conversation(500)
    row = ConnectionRow(conn=500, state=ConnectionState.STREAMING, update_latency_ms=250.0, turn_state="Speaking")
    conversation.row_changed(1.0, row)
    assert conversation.latency.y.tolist() == [250.0]
    assert conversation.turn_state == "Speaking"
    assert [span.state for span in conversation.timeline.lane] == ["Speaking"]


def test_a_curve_keeps_little_until_its_connection_is_watched_and_nothing_of_it_goes_then() -> None:
    conversation = Conversation(500)
    row = ConnectionRow(conn=500, state=ConnectionState.STREAMING, update_latency_ms=250.0, turn_state="Speaking")
    for number in range(400):
        conversation.row_changed(number * UNWATCHED_EVERY_S, row)
    retained_times_s = conversation.latency.x.tolist()
    assert len(retained_times_s) == UNWATCHED_POINTS_KEPT
    assert retained_times_s[-1] == 399 * UNWATCHED_EVERY_S
    conversation.received(received(1600.0, 500, "{not json"))
    for number in range(POINTS_KEPT - UNWATCHED_POINTS_KEPT):
        conversation.latency.append(1600.0 + number, 1.0)
    assert conversation.latency.x.tolist()[:UNWATCHED_POINTS_KEPT] == retained_times_s


def test_phases_follow_the_events() -> None:
    assert fed(until_s=0.45).phase is RunPhase.STARTING
    assert fed(until_s=5.0).phase is RunPhase.RUNNING
    assert "2 streaming · 0 failed" in main_sentence(fed(until_s=5.0), "")
    lost = fed(until_s=5.0)
    lost.ledger = {"streaming": 1, "never Connected": 1}
    assert main_sentence(lost, "") == "1 streaming · 1 failed, 1 of them never connected", "as many as in the run bar"
    assert main_sentence(fed(), "").startswith("DONE: 2 completed")
    stopped = fed()
    assert stopped.ended is not None
    stopped.ended = msgspec.structs.replace(stopped.ended, interrupted=True)
    assert main_sentence(stopped, "").startswith("INTERRUPTED: 2 completed"), "as in the list of sessions"


def test_notices_and_the_end_are_kept() -> None:
    model = fed(until_s=5.0)
    model.feed(Notice(t=6, problem=Problem(code="disk_full", what="The disk is full.")))
    model.feed(RunEnded(t=7, verdict="DONE", ledger={"completed": 2}))  # type: ignore[arg-type]
    assert model.notices[-1].code == "disk_full"
    assert not model.active


def test_a_series_keeps_the_newest_points_in_one_piece() -> None:
    series = Series(capacity=4)
    for number in range(11):
        series.append(number, number * 10)
    assert series.x.tolist() == [7, 8, 9, 10]
    assert series.y.tolist() == [70, 80, 90, 100]
    assert series.since(9).tolist() == [90, 100]


def attempt(model: RunModel, connections: int = 3) -> None:
    model.begin(scripted.plan(connections), planned_s=9.0)


def test_the_next_run_takes_over_with_its_first_stream() -> None:
    model = fed()
    generation = model.generation
    attempt(model)
    model.feed(Notice(t=0.1, problem=Problem(code="odd", what="Odd.")))
    model.feed(ConnectionChanged(t=0.2, conn=1, state=ConnectionState.CONNECTING))
    assert model.conversation(1).transcript() == list(scripted.SENTENCES)
    assert (model.phase, model.current.planned_s, len(model.current.conversations)) == (RunPhase.STARTING, 9.0, 3)
    assert "waiting" in main_sentence(model, "") or "connecting" in main_sentence(model, "").lower()
    model.feed(ConnectionChanged(t=0.4, conn=1, state=ConnectionState.STREAMING))
    assert (model.phase, model.planned_s, len(model.conversations), len(model.notices)) == (RunPhase.RUNNING, 9.0, 3, 1)
    assert model.current is model
    assert model.conversation(1).transcript() == []
    assert model.generation == generation + 1


def started(plan: RunPlan) -> RunStarted:
    return RunStarted(t=0.1, wall_time="2026-11-23T14:02:00+00:00", plan=plan, version="test")


def test_a_run_with_other_parameters_than_expected_is_shown_with_its_own() -> None:
    """A recording of Tune is made with the highest threshold, whatever is chosen."""
    model = RunModel()
    model.reset(scripted.plan(2))
    model.phase = RunPhase.STOPPING
    highest = FluxOptions(eot_threshold=0.9)
    model.feed(started(scripted.plan(2, options=highest)))
    assert model.conversation(1).parameters.in_force == highest
    assert model.phase is RunPhase.STOPPING, "a stop during the preparation is not forgotten"


def test_the_next_run_of_an_experiment_has_transcripts_of_its_own() -> None:
    model = RunModel()
    model.reset(scripted.plan(2))
    model.feed(started(scripted.plan(2)))
    for event in scripted.conversation_events(1, scripted.SENTENCES[:1]):
        model.feed(event)
    assert model.conversation(1).cards
    model.feed(started(scripted.plan(2)))
    assert not model.conversation(1).cards


def test_a_stop_before_the_first_stream_is_not_forgotten() -> None:
    model = fed()
    attempt(model)
    model.phase = RunPhase.STOPPING
    model.feed(ConnectionChanged(t=0.4, conn=1, state=ConnectionState.STREAMING))
    assert model.phase is RunPhase.STOPPING


def test_an_attempt_without_a_stream_leaves_the_transcript_in_place() -> None:
    model = fed()
    ended, generation = model.ended, model.generation
    attempt(model)
    no_keys = Problem(code="no_credentials", what="No AWS credentials were found.")
    model.feed(RunEnded(t=1.0, verdict=Verdict.FAIL, ledger={"not started": 3}, problem=no_keys))
    assert (model.phase, model.ended, model.generation) == (RunPhase.ENDED, ended, generation)
    assert model.conversation(2).transcript() == list(scripted.SENTENCES)
    assert main_sentence(model, "") == "The run failed. No AWS credentials were found."
    attempt(model)
    assert model.failed_attempt is None
    for event in scripted.scripted_run(3):
        model.feed(event)
    assert len(model.conversations) == 3


def test_where_nothing_is_shown_the_run_takes_over_at_once() -> None:
    model = RunModel()
    attempt(model)
    assert (model.attempt, len(model.conversations), model.phase) == (None, 3, RunPhase.STARTING)


def test_a_past_session_takes_over_at_once() -> None:
    model = fed()
    model.begin(scripted.plan(3), origin=Origin.PAST)
    assert (model.attempt, len(model.conversations)) == (None, 3)


def test_what_still_shows_an_earlier_run_adds_no_connections_to_the_next() -> None:
    model = RunModel()
    model.begin(scripted.plan(2))
    assert not model.conversation(12).cards
    model.feed(RunEnded(t=0.5, verdict=Verdict.DONE, ledger={"not started": 2}))
    assert list(model.conversations) == [1, 2]
    assert model.conversation(1).timeline.has_ended, "no audio appears on it any more"
