"""The microphone in the window: the list, the choice, the level, silence."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from flux_desktop.audio.devices import InputDevice
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.records.events import LevelMeasured
from flux_desktop.engine.records.plan import MicrophoneSource
from flux_desktop.ui.models.microphone import SYSTEM_DEFAULT, MicrophoneLevel, Microphones
from flux_desktop.ui.services import device_watch
from flux_desktop.ui.services.device_watch import DeviceWatch
from flux_desktop.ui.window.main_window import MainWindow
from tests.ui.conftest import Stage, until
from tests.ui.scripted_engines import Engines


def device(index: int, name: str) -> InputDevice:
    return InputDevice(index=index, name=name, channels=1, default_sample_rate_hz=48_000)


def level(t: float, *, silent: bool = False, peak: float = -20.0) -> LevelMeasured:
    return LevelMeasured(t=t, rms_dbfs=peak - 12, peak_dbfs=peak, is_silent=silent, is_clipped=peak > -0.5)


def test_the_choice_is_kept_while_its_device_is_away() -> None:
    microphones = Microphones(devices=[device(0, "Built-in"), device(3, "USB")], chosen="USB")
    assert microphones.source() == MicrophoneSource(device_index=3, device_name="USB")
    microphones.devices = [device(0, "Built-in")]
    assert microphones.entries()[-1] == ("USB", "USB · disconnected")
    assert not microphones.available
    microphones.devices = [device(0, "Built-in"), device(1, "USB")]
    assert microphones.source().device_index == 1
    microphones.chosen = SYSTEM_DEFAULT
    assert microphones.source().device_index is None


def silent_at(measured: MicrophoneLevel, frame: LevelMeasured) -> bool:
    measured.take(frame)
    return measured.silent


def test_a_microphone_is_silent_after_two_seconds_of_zeros_and_only_while_they_last() -> None:
    measured = MicrophoneLevel()
    silent = [silent_at(measured, level(t / 10, silent=True)) for t in range(60)]
    assert silent.index(True) == 20
    assert all(silent[20:])
    assert not silent_at(measured, level(6.0))
    quiet_room = MicrophoneLevel()
    assert not any(silent_at(quiet_room, level(t / 10, silent=t % 10 != 0)) for t in range(60))


def test_only_a_frame_makes_it_silent_so_that_the_one_that_does_is_told_of() -> None:
    """The meter is painted between the frames, for a later moment than that of the last one."""
    measured = MicrophoneLevel()
    measured.take(level(0.0, silent=True))
    measured.take(level(1.9, silent=True))
    measured.advance(2.1)
    assert not measured.silent
    assert silent_at(measured, level(2.0, silent=True))


def with_devices(window: MainWindow, answers: Sequence[list[InputDevice] | Problem]) -> None:
    left = list(answers)

    async def list_devices() -> list[InputDevice]:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Problem):
            raise ProblemError(answer)
        return answer

    window.preview.devices = DeviceWatch(
        window.state.microphones, window.tasks, window.live_page.sound_panel.microphone.refresh, list_devices
    )
    # No such device is on this machine: nothing is heard before a run.
    window.preview.levels.update = lambda wanted: None  # type: ignore[method-assign]


def test_the_list_follows_plugging_and_a_run_takes_the_choice(stage: Stage, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(device_watch, "POLL_S", 0.02)
    monkeypatch.setattr(device_watch.shutil, "which", lambda _name: None)  # nothing to subscribe to
    engines = Engines()

    async def live(window: MainWindow) -> None:
        broken = Problem(code="x", what="The sound system does not answer.")
        with_devices(window, [[], *[broken] * 20, [device(0, "Built-in")], [device(0, "Built-in"), device(2, "USB")]])
        box = window.live_page.sound_panel.microphone
        assert not window.tasks.running("devices")
        window.live_page.sound_panel.mic_button.click()
        assert box.words.text() == "Looking for microphones…"
        await until(lambda: "does not answer" in box.words.text(), "the problem is shown")
        await until(lambda: box.device.count() == 3, "both devices are listed")
        box.device.setCurrentIndex(2)
        box.lost.setChecked(True)
        assert not window.live_page.sound_panel.waveform.isVisible()
        window.starter.start()
        await until(lambda: bool(engines) and engines[0].plan is not None, "the run has begun")
        plan = engines[0].plan
        assert plan is not None
        assert plan.source == MicrophoneSource(device_index=2, device_name="USB", go_on_when_lost=True)
        for tick in range(30):
            window.mailbox.put(level(tick / 10, silent=True, peak=-96.0))
        await until(lambda: bool(window.live_page.banners.banners()), "silence is shown")
        assert any(
            "The microphone is silent" in label.text() for label in window.live_page.banners.findChildren(QLabel)
        )
        window.mailbox.put(level(3.0, peak=-0.2))
        await until(lambda: window.state.microphone_level.clipped, "clipping is shown")
        assert not box.meter.grab().isNull()
        assert not window.live_page.banners.banners(), "silence is over, and so is its banner"
        assert not window.tasks.running("devices"), "nothing is listed during a run"
        window.live_page.sound_panel.use_microphone(False)

    stage(engines, live)


def test_a_change_that_the_sound_server_reports_is_listed_at_once(stage: Stage, monkeypatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """The interval is an hour: only the subscription can cause the second list."""
    monkeypatch.setattr(device_watch, "SUBSCRIBED_POLL_S", 3600.0)
    monkeypatch.setattr(device_watch, "POLL_S", 3600.0)
    go = tmp_path / "plugged"
    script = f"while [ ! -e {go} ]; do sleep 0.02; done; echo \"Event 'new' on source #3\"; exec sleep 60"
    pactl = tmp_path / "pactl"
    pactl.write_text(f"#!/bin/sh\n{script}\n")
    pactl.chmod(0o755)
    monkeypatch.setattr(device_watch.shutil, "which", lambda _name: str(pactl))

    async def live(window: MainWindow) -> None:
        with_devices(window, [[device(0, "Built-in")], [device(0, "Built-in"), device(2, "USB")]])
        box = window.live_page.sound_panel.microphone
        window.live_page.sound_panel.mic_button.click()
        await until(lambda: box.device.count() == 2, "the first list is shown")
        go.touch()
        await until(lambda: box.device.count() == 3, "the new microphone is listed")

    stage(Engines(), live)


@pytest.mark.skipif(os.name != "posix", reason="the fake pactl is a shell script")
async def test_the_end_of_the_subscription_is_no_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pactl = tmp_path / "pactl"
    script = "trap 'echo Got SIGINT, exiting. >&2; exit 0' TERM INT; echo \"Event 'new' on source #3\""
    pactl.write_text(f"#!/bin/sh\n{script}\nwhile :; do sleep 0.02; done\n")
    pactl.chmod(0o755)
    monkeypatch.setattr(device_watch.shutil, "which", lambda _name: str(pactl))
    changes = device_watch.DeviceChanges()
    following = asyncio.ensure_future(changes.follow())
    await until(lambda: changes.subscribed, "it is subscribed")
    following.cancel()
    await asyncio.wait({following})
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == []


def test_a_run_without_its_microphone_keeps_what_the_last_one_left(stage: Stage) -> None:
    engines = Engines()

    async def live(window: MainWindow) -> None:
        with_devices(window, [[]])
        window.state.run.notices.append(Problem(code="earlier", what="Something was lost."))
        window.live_page.sound_panel.use_microphone(True)
        window.starter.start()
        assert [banner.problem.code for banner in window.live_page.banners.banners()] == ["no_microphone"]
        assert (engines, len(window.state.run.notices)) == ([], 1), "no engine was started, and nothing was reset"

    stage(engines, live)
