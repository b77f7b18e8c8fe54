"""The microphone before a run: measured only while it is selected and no run is active."""

from __future__ import annotations

from typing import Any

import pytest

from flux_desktop.base.problem import Problem
from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.ui.models.microphone import NOTHING_HEARD, SILENT_AFTER_S
from flux_desktop.ui.window.microphone_preview import MicrophonePreview
from tests.ui.services.test_device_watch import device, level
from tests.ui.window.page_bench import PageBench

LISTING = Problem(code="listing", what="LISTING.")


class Preview:
    """A preview whose two watches only remember what is wanted of them: they would start processes."""

    def __init__(self, bench: PageBench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench = bench
        self.preview = MicrophonePreview(
            bench.state, bench.page.sound_panel.microphone, bench.page.banners, bench.tasks
        )
        self.wanted: dict[str, bool] = {}
        monkeypatch.setattr(self.preview.devices, "watch", lambda on: self.wanted.update(devices=on))
        monkeypatch.setattr(self.preview.levels, "update", lambda on: self.wanted.update(level=on))

    def select(self, on: bool) -> None:
        self.bench.page.sound_panel.use_microphone(on)

    def silence(self) -> None:
        """Digital silence for long enough."""
        self.preview.take_level(level(1.0, silent=True))
        self.preview.take_level(level(1.0 + SILENT_AFTER_S, silent=True))


@pytest.fixture
def harness(bench: PageBench, monkeypatch: pytest.MonkeyPatch) -> Preview:
    return Preview(bench, monkeypatch)


async def test_it_is_on_while_the_microphone_is_selected(harness: Preview) -> None:
    harness.select(True)
    assert harness.wanted == {"devices": True, "level": True}
    harness.select(False)
    assert harness.wanted == {"devices": False, "level": False}


async def test_a_run_takes_the_device_and_the_list_is_not_polled(harness: Preview) -> None:
    harness.select(True)
    harness.bench.start()
    harness.bench.state.changed()
    assert harness.wanted == {"devices": False, "level": False}


async def test_stopping_for_a_run_forgets_the_level(harness: Preview) -> None:
    harness.preview.take_level(level(1.0, peak=-8.0))
    assert harness.bench.state.microphone_level.level[1] == -8.0
    harness.preview.stop()
    assert harness.wanted == {"level": False}
    assert harness.bench.state.microphone_level.level[1] < -90
    await harness.preview.released()


async def test_a_level_is_shown_before_a_run_and_not_mixed_into_one(harness: Preview) -> None:
    measured = level(1.0, peak=-8.0)
    harness.preview.take_level(measured)
    assert harness.bench.state.run.microphone.newest == measured
    harness.bench.start()
    harness.preview.take_level(level(2.0, peak=-3.0))
    assert harness.bench.state.run.microphone.newest is None
    assert harness.bench.state.microphone_level.level[1] == -8.0


async def test_silence_is_reported_for_as_long_as_it_lasts(harness: Preview) -> None:
    harness.preview.take_level(level(1.0, silent=True))
    assert harness.bench.banners == []
    harness.silence()
    assert harness.bench.banners == [NOTHING_HEARD.code]
    harness.preview.take_level(level(5.0, silent=True))
    assert harness.bench.page.banners.banners()[0].count == 1, "once"
    harness.preview.take_level(level(6.0))
    assert harness.bench.banners == []


async def test_choosing_a_recording_withdraws_the_report(harness: Preview) -> None:
    harness.select(True)
    harness.silence()
    harness.select(False)
    assert harness.bench.banners == []


async def test_a_new_list_is_shown_with_its_problem(harness: Preview) -> None:
    box = harness.bench.page.sound_panel.microphone
    harness.select(True)
    harness.bench.state.microphones.devices = [device(0, "USB")]
    harness.preview._listed(None)
    assert box.device.count() == 2
    harness.preview._listed(LISTING)
    assert box.words.text() == LISTING.sentence()


@pytest.mark.parametrize(
    ("selected", "running", "refreshed"), [(True, True, True), (False, True, False), (True, False, False)]
)
async def test_the_meter_moves_only_while_something_is_measured(
    harness: Preview, monkeypatch: pytest.MonkeyPatch, selected: bool, running: bool, refreshed: bool
) -> None:
    if running:
        harness.bench.start()
    harness.bench.state.uses_microphone = selected
    times: list[float] = []
    monkeypatch.setattr(harness.bench.page.sound_panel.microphone.meter, "refresh", times.append)
    harness.preview.refresh()
    assert bool(times) is refreshed
    if refreshed:
        assert times == [harness.bench.state.run.now_s]


def test_the_banner_needs_a_level(harness: Preview) -> None:
    event: Any = LevelMeasured(t=1.0, rms_dbfs=-30.0, peak_dbfs=-20.0)
    harness.preview.show_level(event)
    assert harness.bench.banners == []
