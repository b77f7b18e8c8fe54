"""Tests of trends: sessions that are alike, in the order of time, and what proves nothing marked."""

from __future__ import annotations

from flux_desktop.evaluation.statistics.intervals import Estimate
from flux_desktop.reports.sessions.facts import SessionFacts
from flux_desktop.reports.sessions.trend import alike_to, interval_words, trend


def session(day: int, value: float | None, **changes: object) -> SessionFacts:
    fields: dict[str, object] = {
        "name": f"2026-01-{day:02}",
        "endpoint": "a",
        "data": "nightly",
        "connections": 20,
        "verdict": "PASS",
        "figures": {} if value is None else {"update_p95_ms": (value, 100)},
    }
    return SessionFacts(**{**fields, **changes})  # type: ignore[arg-type]


def test_only_sessions_that_are_alike_are_part_of_it() -> None:
    sessions = [
        session(3, 300.0),
        session(1, 100.0),
        session(2, 999.0, connections=21),
        session(4, 999.0, endpoint="b"),
        session(5, 999.0, data="other"),
        session(6, 999.0, kind="sweep"),
        session(6, 999.0, settings=("eot_threshold 0.8",)),
        session(7, None),
        session(8, 800.0, verdict="INVALID"),
    ]
    figure_trend = trend(sessions, sessions[0], "update_p95_ms")
    assert [(point.value, point.n, point.usable) for point in figure_trend.points] == [
        (100.0, 100, True),
        (300.0, 100, True),
        (800.0, 100, False),
    ]
    assert figure_trend.values() == [100.0, 300.0]
    assert [interval_words(point) for point in figure_trend.points] == ["no interval, n = 100"] * 3
    figure_trend = trend(
        [session(1, 100.0, intervals={"update_p95_ms": Estimate(99, 90, 120)})], sessions[0], "update_p95_ms"
    )
    assert interval_words(figure_trend.points[0]) == "90.0 to 120.0, n = 100"
    beside = trend(
        [session(1, 100.0, intervals={"update_p95_ms": Estimate(99, 90, 99.9)})], sessions[0], "update_p95_ms"
    )
    assert interval_words(beside.points[0]) == "90.0 to 100.0, n = 100", "a value lies in its interval"


def test_an_error_rate_is_known_where_it_has_been_read() -> None:
    unread = session(1, 100.0)
    read = session(2, 100.0, intervals={"word_error_percent": Estimate(4.0, 2.0, 7.5, 150)})
    (point,) = trend([unread, read], read, "word_error_percent").points
    assert (point.name, point.value) == (read.name, 4.0)
    assert interval_words(point) == "2.0 to 7.5, n = 150"


def test_the_order_is_that_of_time_whatever_the_time_zone_of_the_machine_that_named_them() -> None:
    summer = session(1, 100.0, name="2026-10-25_02-50-00", wall_time="2026-10-25T00:50:00+00:00")
    winter = session(1, 200.0, name="2026-10-25_02-10-00", wall_time="2026-10-25T01:10:00+00:00")
    assert trend([winter, summer], winter, "update_p95_ms").values() == [100.0, 200.0]


def test_what_they_have_in_common() -> None:
    sessions = [session(1, 100.0), session(2, 999.0, connections=21)]
    assert alike_to(sessions, sessions[0]) == sessions[:1]
    figure_trend = trend(sessions, sessions[0], "update_p95_ms")
    assert figure_trend.common == "a, nightly, live, 20 connections"
    strict = session(3, 100.0, settings=("eot_threshold 0.8", "streams per channel 4"))
    common = trend([strict], strict, "update_p95_ms").common
    assert common == "a, nightly, live, 20 connections, eot_threshold 0.8, streams per channel 4"
