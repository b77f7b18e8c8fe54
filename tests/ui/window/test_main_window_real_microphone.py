"""A real microphone path through the real window: PulseAudio's null sink, heard through PortAudio."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.ui.window.main_window import MainWindow
from tests.audio.virtual_microphone import VirtualMicrophone, missing_parts, virtual_microphone
from tests.ui.conftest import Stage, until

MISSING = missing_parts()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no virtual microphone here: {MISSING} missing")


@pytest.fixture
def microphone(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMicrophone]:
    with virtual_microphone(monkeypatch) as microphone:
        yield microphone


@contextlib.contextmanager
def speech(microphone: VirtualMicrophone) -> Iterator[None]:
    """The sample plays into the microphone."""
    player = microphone.play(Path(resource_path("sample_audio/conversation.wav")))
    try:
        yield
    finally:
        player.kill()
        player.wait()


def loudest(window: MainWindow) -> float:
    """Of the levels shown so far, in dBFS."""
    return float(max(window.state.run.microphone.peak.y, default=-96.0))


def test_speech_moves_the_meter_before_a_run_and_becomes_words_in_it(
    stage: Stage, microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    async def live(window: MainWindow) -> None:
        window.live_page.sound_panel.mic_button.click()
        await until(lambda: len(window.state.run.microphone.peak) > 0, "the microphone is heard")
        await until(
            lambda: any(banner.problem.code == "microphone_silent" for banner in window.live_page.banners.banners()),
            "only digital zeros are reported",
        )
        with speech(microphone):
            await until(lambda: loudest(window) > -30, "the meter moves")
            window.live_page.run_bar.connections.setValue(1)
            window.starter.start()
            assert not window.preview.on
            await until(lambda: bool(window.state.run.conversation(1).transcript()), "words")
        window.controller.stop()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert window.state.run.conversation(1).transcript()[0].strip()
        await until(lambda: window.preview.on, "the microphone is heard again")
        window.live_page.sound_panel.use_microphone(False)
        await until(lambda: not window.tasks.running("level"), "the microphone is let go of")

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


def test_the_list_follows_plugging_and_keeps_the_choice(
    stage: Stage, microphone: VirtualMicrophone, tmp_path: Path
) -> None:
    async def live(window: MainWindow) -> None:
        box = window.live_page.sound_panel.microphone

        def listed() -> list[str]:
            return [box.device.itemText(n) for n in range(box.device.count())]

        window.live_page.sound_panel.mic_button.click()
        await until(lambda: box.device.count() > 1, "the first list")
        plugged = microphone.plug("headset")
        await until(lambda: any(line.startswith("headset ·") for line in listed()), "the new microphone is listed")
        box.device.setCurrentIndex(box.device.findData("headset"))
        microphone.unplug(plugged)
        await until(lambda: "headset · disconnected" in listed(), "its loss is shown")
        assert box.device.currentData() == "headset"
        assert window.state.microphones.chosen == "headset"

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)


@pytest.mark.parametrize("go_on", [True, False])
def test_a_microphone_lost_in_mid_run_is_told_and_what_was_heard_stays(
    stage: Stage, microphone: VirtualMicrophone, tmp_path: Path, go_on: bool
) -> None:
    async def live(window: MainWindow) -> None:
        window.live_page.run_bar.connections.setValue(1)
        window.live_page.sound_panel.mic_button.click()
        window.live_page.sound_panel.microphone.lost.setChecked(go_on)
        await until(lambda: len(window.state.run.microphone.peak) > 0, "the microphone is heard")
        with speech(microphone):
            window.starter.start()
            await until(lambda: any(card.text for card in window.state.run.conversation(1).cards), "words")
        microphone.stand_still(still=True)
        await until(lambda: bool(window.state.run.notices), "the loss is shown")
        assert any(banner.problem.code == "microphone_lost" for banner in window.live_page.banners.banners())
        if go_on:
            sent = window.state.run.snapshot.chunks_sent if window.state.run.snapshot else 0
            await until(lambda: window.state.run.snapshot.chunks_sent > sent + 20, "silence is sent")  # type: ignore[union-attr]
            assert window.state.run.active
            window.controller.stop()
        await until(lambda: window.state.run.ended is not None, "the run has ended")
        assert any(line.strip() for line in window.state.run.conversation(1).transcript())

    stage(lambda sink: Supervisor(sink, sessions_dir=tmp_path), live)
