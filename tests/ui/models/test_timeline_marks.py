"""What the marks say: each label is short, and each tip explains itself."""

from __future__ import annotations

import pytest

from flux_desktop.audio.words import ReferenceWord
from flux_desktop.base.problem import Problem
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.events import ConnectionChanged, ConnectionEnded, Received
from flux_desktop.engine.records.facts import ConnectionState, ConnectionSummary, LedgerClass
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.timeline_facts import Mark, MarkKind
from flux_desktop.ui.models.timeline_marks import mark_switch
from tests.ui.timelines import ORIGIN_S, one_turn, said


def marks(conversation: Conversation, kind: MarkKind) -> list[Mark]:
    return [mark for mark in conversation.timeline.marks if mark.kind is kind]


def test_an_eager_end_shows_what_it_gained_only_if_it_held() -> None:
    conversation = Conversation(1)
    one_turn(conversation)
    withdrawn, held = marks(conversation, MarkKind.EAGER)
    assert (withdrawn.label, held.label) == ("eager", "gained 0.40 s")
    assert "covers the audio up to 2.50 s and arrived 100 ms after" in withdrawn.tip
    assert "55 %" in withdrawn.tip
    assert "0.40 s before the end of turn" in held.tip


def test_the_end_states_the_time_since_the_last_word_only_where_it_is_known() -> None:
    words = SpokenWords([ReferenceWord(word="then", start_s=3.0, end_s=4.5)], 10.0, looped=False)
    known, unknown = Conversation(1, words), Conversation(2)
    for conversation in (known, unknown):
        one_turn(conversation)
    assert marks(known, MarkKind.END)[0].label == "ended 0.60 s"
    assert "0.60 s after the last word, by the words of the recording" in marks(known, MarkKind.END)[0].tip
    assert marks(unknown, MarkKind.END)[0].label == "ended"


def test_a_timeout_is_no_ordinary_end() -> None:
    conversation = Conversation(1)
    said(conversation, "StartOfTurn", 1.0)
    said(conversation, "EndOfTurn", 7.0, ended_by="timeout")
    (mark,) = marks(conversation, MarkKind.TIMEOUT)
    assert mark.label == "timeout"
    assert not marks(conversation, MarkKind.END)
    said(conversation, "StartOfTurn", 9.0, index=1)
    said(conversation, "EndOfTurn", 9.5, index=1, ended_by="manual")
    assert "ForceEndTurn" in marks(conversation, MarkKind.END)[0].tip


def test_a_confirmed_change_names_both_values_and_moves_the_threshold() -> None:
    conversation = Conversation(1)
    said(conversation, "StartOfTurn", 1.0)
    in_force = '{"eot_threshold":0.75,"eager_eot_threshold":0.4,"eot_timeout_ms":5000}'
    text = f'{{"type":"ConfigureSuccess","thresholds":{in_force}}}'
    conversation.received(Received(t=ORIGIN_S + 3.0, conn=1, type="ConfigureSuccess", text=text))
    (mark,) = marks(conversation, MarkKind.CONFIGURE)
    assert (mark.at_s, mark.label) == (pytest.approx(3.0), "0.70 → 0.75, eager 0.40")
    assert [(each.end, each.eager) for each in conversation.timeline.thresholds] == [(0.7, None), (0.75, 0.4)]


def test_a_refusal_a_gap_a_rotation_and_a_failure_are_marked() -> None:
    conversation = Conversation(1)
    said(conversation, "StartOfTurn", 1.0)
    conversation.received(
        Received(t=ORIGIN_S + 2.0, conn=1, type="ConfigureFailure", text="{}", description="eager above end of turn")
    )
    streaming = ConnectionState.STREAMING
    conversation.connection_changed(
        ConnectionChanged(t=ORIGIN_S + 9.0, conn=1, state=streaming, reconnects=1, gap=(6.0, 8.5))
    )
    conversation.connection_changed(
        ConnectionChanged(t=ORIGIN_S + 12.0, conn=1, state=streaming, reconnects=1, rotations=1)
    )
    problem = Problem(code="lost", what="The connection was lost.")
    summary = ConnectionSummary(conn=1, ledger=LedgerClass.FAILED, problem=problem)
    conversation.ended(ConnectionEnded(t=ORIGIN_S + 15.0, summary=summary))
    assert "eager above end of turn" in marks(conversation, MarkKind.REFUSED)[0].tip
    gap = marks(conversation, MarkKind.GAP)[0]
    assert (gap.at_s, gap.until_s, gap.label) == (6.0, 8.5, "gap 2.5 s")
    assert "6.0 s to 8.5 s" in gap.tip
    assert marks(conversation, MarkKind.ROTATION)[0].at_s == pytest.approx(12.0)
    assert "The connection was lost." in marks(conversation, MarkKind.FAILED)[0].tip
    assert conversation.timeline.has_ended


def test_every_switch_says_what_happened() -> None:
    conversation = Conversation(1)
    event = ConnectionChanged(t=1.0, conn=1, state=ConnectionState.STREAMING, rotations=1, cut_s=4.0)
    mark_switch(conversation.timeline, event, "Switched to a new stream during speech.")
    assert "during speech" in marks(conversation, MarkKind.ROTATION)[0].tip
