"""Tests of the table of sessions: filters, order and words."""

from __future__ import annotations

from flux_desktop.base.amounts import size_words
from flux_desktop.reports.sessions.facts import About, SessionFacts
from flux_desktop.ui.models.session_table import (
    COLUMNS,
    STAR_COLUMN,
    SessionFilter,
    day_of,
    detail_rows,
    lasted,
    ordered,
    verdict_words,
    when,
)


def session(number: int, **changes: object) -> SessionFacts:
    fields: dict[str, object] = {"name": f"2026-01-{number:02}_00-00-00", "verdict": "PASS", "minutes": 1.5}
    return SessionFacts(**{**fields, **changes})  # type: ignore[arg-type]


def column(name: str) -> int:
    return next(place for place, each in enumerate(COLUMNS) if each.name == name)


def test_what_has_no_value_stands_last_in_both_directions() -> None:
    sessions = [session(1, update_p95_ms=200.0), session(2), session(3, update_p95_ms=100.0)]
    up = ordered(sessions, column("p95, ms"), descending=False)
    down = ordered(sessions, column("p95, ms"), descending=True)
    assert [each.update_p95_ms for each in up] == [100.0, 200.0, None]
    assert [each.update_p95_ms for each in down] == [200.0, 100.0, None]
    assert [each.name[8:10] for each in ordered(sessions, column("Verdict"), descending=False)] == ["03", "02", "01"]


def test_filters_are_combined() -> None:
    sessions = [
        session(1, kind="sweep", endpoint="a"),
        session(2, endpoint="a", about=About(starred=True)),
        session(3, endpoint="b", verdict="FAIL"),
    ]

    def shown(**wanted: object) -> list[str]:
        chosen = SessionFilter(**wanted)  # type: ignore[arg-type]
        return [each.name[8:10] for each in sessions if chosen.takes(each)]

    assert shown() == ["01", "02", "03"]
    assert shown(kind="sweep") == ["01"]
    assert shown(endpoint="a", starred=True) == ["02"]
    assert shown(endpoint="a", verdict="FAIL") == []


def test_words_of_a_session() -> None:
    known = session(1, size_bytes=3_200_000_000, figures={"update_p95_ms": (231.4, 5000)})
    assert (lasted(known), size_words(known.size_bytes), verdict_words(known)) == ("1:30", "3.2 GB", "● PASS")
    assert lasted(session(1, minutes=0.0)) == "–"
    assert lasted(session(1, minutes=59.6)) == "60 min"
    assert when(known) == known.name
    assert day_of("nonsense") == ""
    assert len(when(session(1, wall_time="2026-01-01T10:00:00+00:00"))) == len("2026-01-01 10:00")
    assert ("Update p95, ms", "231.4 (n = 5,000)") in detail_rows(known)
    few = session(1, figures={"connect_p95_ms": (16.4, 3), "update_p50_ms": (5.0, 3)})
    assert ("Connect p95, ms", "16.4 (n = 3, too few)") in detail_rows(few)
    assert ("Update p50, ms", "5.0 (n = 3)") in detail_rows(few)
    chosen = session(1, endpoint="local", settings=("eot_threshold 0.8", "chunk ms 20"))
    assert ("Settings", "eot_threshold 0.8\nchunk ms 20") in detail_rows(chosen)
    assert ("Settings", "defaults") in detail_rows(session(1, endpoint="local"))
    assert ("Settings", "") in detail_rows(session(1)), "they are not known where the run file is damaged"
    assert COLUMNS[STAR_COLUMN].words(session(1, about=About(starred=True))) == "★"
