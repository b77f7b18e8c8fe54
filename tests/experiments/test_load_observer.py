"""Tests of what a capacity search observes of its run."""

from __future__ import annotations

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.measuring.run_totals import AUDIO_SILENCED
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    GeneratorsSeen,
    Notice,
    Received,
    Snapshot,
)
from flux_desktop.engine.records.facts import (
    ConnectionState,
    ConnectionSummary,
    GeneratorRow,
    LedgerClass,
    Percentiles,
)
from flux_desktop.experiments.load_observer import LoadObserver


def streaming(conn: int, t: float) -> ConnectionChanged:
    return ConnectionChanged(t=t, conn=conn, state=ConnectionState.STREAMING)


def ended(conn: int, t: float, ledger: LedgerClass) -> ConnectionEnded:
    problem = Problem(code="x", what=f"It was {ledger}.")
    return ConnectionEnded(t=t, summary=ConnectionSummary(conn=conn, ledger=ledger, problem=problem))


def update(conn: int, t: float, user_ms: float, wire_ms: float, event: str = "Update") -> Received:
    return Received(
        t=t, conn=conn, type="TurnInfo", text="{}", turn_event=event, user_latency_ms=user_ms, wire_latency_ms=wire_ms
    )


def test_open_refused_and_lost_connections_are_kept_apart() -> None:
    observer = LoadObserver()
    for conn in (1, 2, 3):
        observer.take(streaming(conn, 1.0))
    observer.take(ended(1, 31.0, LedgerClass.COMPLETED))
    observer.take(ended(2, 61.0, LedgerClass.FAILED))
    observer.take(ended(4, 5.0, LedgerClass.NEVER_CONNECTED))
    observer.take(ended(5, 5.0, LedgerClass.CONNECT_FAILED))
    assert set(observer.opened_at_s) == {3}
    assert set(observer.refused) == {4, 5}
    assert observer.lost == {2: "It was failed in mid-stream."}
    assert observer.ended == {1, 2, 4, 5}
    assert observer.stream_minutes(91.0) == pytest.approx((30 + 60 + 90) / 60)


def test_silence_in_place_of_audio_is_a_fault_of_the_sender() -> None:
    observer = LoadObserver()
    observer.take(Notice(t=1.0, problem=Problem(code="audio_changed", what="Something else.")))
    assert observer.sender_fault == ""
    observer.take(Notice(t=1.0, problem=Problem(code=AUDIO_SILENCED, what="a.wav cannot be read.")))
    assert observer.sender_fault == "a.wav cannot be read"


def test_a_stream_that_replaces_another_is_noticed() -> None:
    observer = LoadObserver()
    observer.take(streaming(1, 1.0))
    observer.take(streaming(1, 9.0))
    assert observer.reopened == 1
    assert observer.opened_at_s == {1: 1.0}


def test_streams_that_say_nothing_any_more_are_silent() -> None:
    observer = LoadObserver()
    for conn in (1, 2, 3):
        observer.take(streaming(conn, 1.0))
    observer.take(update(1, 9.0, 50, 40))
    observer.take(update(2, 3.0, 50, 40))
    observer.take(ended(3, 2.0, LedgerClass.COMPLETED))
    observer.take(Snapshot(t=8.0, ledger={}))
    assert observer.silent() == 1, "2 since 3.0; 1 is heard, and 3 is closed"
    observer.take(Snapshot(t=15.0, ledger={}))
    assert observer.silent() == 2


def test_latencies_count_from_the_mark_by_connection() -> None:
    observer = LoadObserver()
    observer.take(update(1, 1.0, 50, 40))
    observer.mark()
    observer.take(update(1, 2.0, 90, 60))
    observer.take(update(2, 2.1, 80, 70))
    observer.take(update(1, 2.2, 300, 290, event="EndOfTurn"))
    samples = observer.samples()
    assert [list(values) for values in samples.values["wire"]] == [[60], [70]]
    assert [list(values) for values in samples.values["update"]] == [[90], [80]]
    assert [list(values) for values in samples.values["end_delivery"]] == [[300]]
    assert observer.own_lateness().max_ms == 30


def test_rare_answers_and_growing_latency_are_seen() -> None:
    observer = LoadObserver()
    for step in range(40):
        # Audio of 0.48 s between two Updates, and 50 ms more latency with each second.
        audio_s = 0.48 * step
        observer.take(update(1, audio_s * 1.05 + 0.1, 50 * audio_s + 100, 50 * audio_s + 100))
    samples = observer.samples()
    assert samples.long_steps == 1.0
    assert samples.slope == pytest.approx(0.0476, abs=0.003)


def test_a_stall_counts_in_the_rung_that_it_falls_in() -> None:
    observer = LoadObserver()
    observer.take(Snapshot(t=1.0, ledger={}, loop_lag=Percentiles(n=9, max_ms=600.0), cpu_percent=40.0))
    observer.mark()
    assert observer.stall().max_ms is None
    observer.take(Snapshot(t=2.0, ledger={}, loop_lag=Percentiles(n=9, max_ms=600.0), cpu_percent=50.0))
    assert observer.stall().max_ms is None
    observer.take(Snapshot(t=3.0, ledger={}, loop_lag=Percentiles(n=9, max_ms=700.0), cpu_percent=70.0))
    assert observer.stall().max_ms == 700.0
    assert observer.cpu_percent() == 60.0


def test_a_late_answer_of_a_generator_counts_in_the_rung_that_it_falls_in() -> None:
    def seen(t: float, silent_s: float, at_most_s: float) -> GeneratorsSeen:
        return GeneratorsSeen(t=t, rows=[GeneratorRow(name="a", heard_s_ago=silent_s, heard_at_most_s_ago=at_most_s)])

    observer = LoadObserver()
    observer.take(seen(1.0, 0.2, 3.1))
    assert observer.unheard_s == {"a": 3.1}, "it was over before the row came"
    observer.mark()
    observer.take(seen(2.0, 0.2, 3.1))
    assert observer.unheard_s == {"a": 0.2}, "of the rung before"
    observer.take(seen(4.5, 2.6, 3.1))
    observer.take(seen(5.0, 0.1, 3.1))
    assert observer.unheard_s == {"a": 2.6}
