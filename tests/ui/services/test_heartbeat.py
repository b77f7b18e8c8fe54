"""The delay of the window's own timer, on a clock that the test steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from flux_desktop.engine.records.facts import Percentiles
from flux_desktop.ui.services import heartbeat as module
from flux_desktop.ui.services.heartbeat import BEAT_MS, KEPT, Heartbeat

Beat = Callable[[float], None]


@pytest.fixture
def heartbeat(qapp: QApplication) -> Iterator[Heartbeat]:
    heartbeat = Heartbeat()
    yield heartbeat
    heartbeat.stop()
    heartbeat.deleteLater()


@pytest.fixture
def beat(heartbeat: Heartbeat, monkeypatch: pytest.MonkeyPatch) -> Beat:
    """Let the timer fire so many milliseconds too late."""
    now_s = [50.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now_s[0])
    heartbeat.start()
    timer = heartbeat.findChild(QTimer)
    timer.stop()  # it beats when the test says so, and never by itself

    def fire(late_ms: float) -> None:
        now_s[0] += (BEAT_MS + late_ms) / 1000
        timer.timeout.emit()

    return fire


def test_nothing_is_known_before_the_first_beat(heartbeat: Heartbeat) -> None:
    assert heartbeat.stalls() == Percentiles()


def test_a_beat_in_time_is_no_stall_and_an_early_one_neither(heartbeat: Heartbeat, beat: Beat) -> None:
    beat(0.0)
    beat(-5.0)
    stalls = heartbeat.stalls()
    assert (stalls.n, stalls.max_ms) == (2, pytest.approx(0.0, abs=0.01))


def test_a_stall_counts_once_and_does_not_make_the_next_beats_late(heartbeat: Heartbeat, beat: Beat) -> None:
    beat(80.0)
    for _ in range(9):
        beat(0.0)
    stalls = heartbeat.stalls()
    assert stalls.n == 10
    assert stalls.max_ms == pytest.approx(80.0, rel=0.01)
    assert stalls.p50_ms == pytest.approx(0.0, abs=0.01)


def test_old_stalls_are_forgotten_and_still_counted(heartbeat: Heartbeat, beat: Beat) -> None:
    beat(500.0)
    for _ in range(KEPT):
        beat(0.0)
    stalls = heartbeat.stalls()
    assert stalls.max_ms == pytest.approx(0.0, abs=0.01)
    assert stalls.n == KEPT + 1


def test_a_new_start_forgets_and_a_stop_keeps(heartbeat: Heartbeat, beat: Beat) -> None:
    beat(80.0)
    heartbeat.stop()
    assert not heartbeat.findChild(QTimer).isActive()
    assert heartbeat.stalls().n == 1
    heartbeat.start()
    assert heartbeat.findChild(QTimer).isActive()
    assert heartbeat.stalls() == Percentiles()
