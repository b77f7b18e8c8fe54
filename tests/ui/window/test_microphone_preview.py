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
def made(bench: PageBench, monkeypatch: pytest.MonkeyPatch) -> Preview:
    return Preview(bench, monkeypatch)


async def test_it_is_on_while_the_microphone_is_selected(made: Preview) -> None:
    made.select(True)
    assert made.wanted == {"devices": True, "level": True}
    made.select(False)
    assert made.wanted == {"devices": False, "level": False}


async def test_a_run_takes_the_device_and_the_list_is_not_polled(made: Preview) -> None:
    made.select(True)
    made.bench.start()
    made.bench.state.changed()
    assert made.wanted == {"devices": False, "level": False}


async def test_stopping_for_a_run_forgets_the_level(made: Preview) -> None:
    made.preview.take_level(level(1.0, peak=-8.0))
    assert made.bench.state.microphone_level.level[1] == -8.0
    made.preview.stop()
    assert made.wanted == {"level": False}
    assert made.bench.state.microphone_level.level[1] < -90
    await made.preview.released()


async def test_a_level_is_shown_before_a_run_and_not_mixed_into_one(made: Preview) -> None:
    measured = level(1.0, peak=-8.0)
    made.preview.take_level(measured)
    assert made.bench.state.run.microphone.newest == measured
    made.bench.start()
    made.preview.take_level(level(2.0, peak=-3.0))
    assert made.bench.state.run.microphone.newest is None
    assert made.bench.state.microphone_level.level[1] == -8.0


async def test_silence_is_reported_for_as_long_as_it_lasts(made: Preview) -> None:
    made.preview.take_level(level(1.0, silent=True))
    assert made.bench.banners == []
    made.silence()
    assert made.bench.banners == [NOTHING_HEARD.code]
    made.preview.take_level(level(5.0, silent=True))
    assert made.bench.page.banners.banners()[0].count == 1, "once"
    made.preview.take_level(level(6.0))
    assert made.bench.banners == []


async def test_choosing_a_recording_withdraws_the_report(made: Preview) -> None:
    made.select(True)
    made.silence()
    made.select(False)
    assert made.bench.banners == []


async def test_a_new_list_is_shown_with_its_problem(made: Preview) -> None:
    box = made.bench.page.sound_panel.microphone
    made.select(True)
    made.bench.state.microphones.devices = [device(0, "USB")]
    made.preview._listed(None)
    assert box.device.count() == 2
    made.preview._listed(LISTING)
    assert box.words.text() == LISTING.sentence()


@pytest.mark.parametrize(
    ("selected", "running", "refreshed"), [(True, True, True), (False, True, False), (True, False, False)]
)
async def test_the_meter_moves_only_while_something_is_measured(
    made: Preview, monkeypatch: pytest.MonkeyPatch, selected: bool, running: bool, refreshed: bool
) -> None:
    if running:
        made.bench.start()
    made.bench.state.uses_microphone = selected
    times: list[float] = []
    monkeypatch.setattr(made.bench.page.sound_panel.microphone.meter, "refresh", times.append)
    made.preview.refresh()
    assert bool(times) is refreshed
    if refreshed:
        assert times == [made.bench.state.run.now_s]


def test_the_banner_needs_a_level(made: Preview) -> None:
    event: Any = LevelMeasured(t=1.0, rms_dbfs=-30.0, peak_dbfs=-20.0)
    made.preview.show_level(event)
    assert made.bench.banners == []
