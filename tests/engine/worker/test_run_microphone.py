"""Runs on a real microphone: PulseAudio's null sink, heard through PortAudio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from flux_desktop.audio.recording import open_recording
from flux_desktop.aws.target import Credentials
from flux_desktop.base.resources import resource_path
from flux_desktop.engine.recording.session_audio import read_session_audio
from flux_desktop.engine.recording.session_folder import MICROPHONE_FILE
from flux_desktop.engine.records.commands import StartRun
from flux_desktop.engine.records.events import ConnectionChanged, LevelMeasured, Notice, Received
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import MicrophoneSource, RunPlan
from flux_desktop.engine.worker.run_microphone import RunMicrophone
from flux_desktop.flux.options import FluxOptions
from tests.audio.virtual_microphone import VirtualMicrophone, missing_parts, virtual_microphone

MISSING = missing_parts()
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"no virtual microphone here: {MISSING} missing")


@pytest.fixture
def microphone(monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualMicrophone]:
    with virtual_microphone(monkeypatch) as sound_server:
        yield sound_server


async def test_closing_what_was_never_opened_is_harmless() -> None:
    start = StartRun(
        plan=plan(record=True), connections=[1], origin_s=0.0, credentials=Credentials(access_key="a", secret_key="b")
    )
    microphone = RunMicrophone(start, lambda event: pytest.fail(str(event)), lambda problem: pytest.fail(problem.what))
    await microphone.close()


def plan(recogniser: str = "silent", **source: object) -> RunPlan:
    """Two connections; only what is said needs the recogniser, which takes seconds of CPU to start."""
    return RunPlan(
        endpoint="local",
        source=MicrophoneSource(**source),
        connections=2,
        options=FluxOptions(eot_timeout_ms=1000),
        local_arguments=("--recogniser", recogniser),
    )


async def test_what_the_microphone_hears_is_recorded_where_the_plan_says_so(driver, microphone, tmp_path):
    playing = []

    def react(event):
        if isinstance(event, ConnectionChanged) and event.state is ConnectionState.STREAMING and not playing:
            playing.append(microphone.play(Path(resource_path("sample_audio/conversation.wav"))))
        loud = [level for level in driver.of(LevelMeasured) if level.rms_dbfs > -40]
        if len(loud) >= 10:
            driver.supervisor.stop()

    driver.reactions.append(react)
    try:
        await driver.supervisor.run(msgspec.structs.replace(plan(record=True), connections=1))
    finally:
        for player in playing:
            player.kill()
            player.wait()
    folder = driver.supervisor.session_folder
    recorded = open_recording(folder / MICROPHONE_FILE)
    assert 0.8 <= recorded.duration_s <= 0.08 * len(driver.of(LevelMeasured)) + 0.01
    loudest = max(abs(int(sample)) for block in recorded.blocks() for sample in (block.min(), block.max()))
    assert loudest > 1000
    segments = read_session_audio(folder).segments(1)
    assert [segment.path for segment in segments] == [str(folder / MICROPHONE_FILE)]
    assert 0.0 <= segments[0].from_s < recorded.duration_s


async def test_speech_into_a_microphone_is_transcribed_on_every_connection(driver, microphone):
    playing = []
    ended_turns = set()

    def react(event):
        if isinstance(event, ConnectionChanged) and event.state is ConnectionState.STREAMING and not playing:
            playing.append(microphone.play(Path(resource_path("sample_audio/conversation.wav"))))
        if isinstance(event, Received) and event.turn_event == "EndOfTurn":
            ended_turns.add(event.conn)
            if len(ended_turns) == 2:
                driver.supervisor.stop()

    driver.reactions.append(react)
    try:
        ended = await driver.supervisor.run(plan("whisper"))
    finally:
        for player in playing:
            player.kill()
            player.wait()
    assert ended.ledger["completed"] == 2, ended.ledger
    for summary in driver.summaries.values():
        assert len(summary.final_texts[0].split()) >= 5
        assert summary.violations == {}
    levels = driver.of(LevelMeasured)
    assert max(level.rms_dbfs for level in levels) > -40
    assert ended.update.p50_ms > 0
    assert ended.pacing.n == sum(summary.chunks_sent for summary in driver.summaries.values())


@pytest.mark.parametrize("go_on", [True, False])
async def test_a_microphone_that_goes_away_ends_the_run_or_becomes_silence_as_set(driver, microphone, go_on):
    seen = []

    def react(event):
        if isinstance(event, LevelMeasured):
            seen.append(event)
            if len(seen) == 10:
                microphone.stand_still(still=True)
        if isinstance(event, Notice):
            assert event.problem.code == "microphone_lost"
            driver.lost_at = max(row.chunks_sent for snapshot in driver.snapshots for row in snapshot.rows)
        if go_on and driver.of(Notice) and driver.snapshots[-1].chunks_sent > 2 * driver.lost_at + 20:
            driver.supervisor.stop()

    driver.reactions.append(react)
    ended = await driver.supervisor.run(plan(go_on_when_lost=go_on))
    assert [notice.problem.code for notice in driver.of(Notice)] == ["microphone_lost"]
    assert ended.ledger["completed"] + ended.ledger["no transcript"] == 2
    assert ended.interrupted is go_on


async def test_a_microphone_goes_on_in_a_new_stream_when_the_first_one_is_cut(driver, microphone):
    chosen = msgspec.structs.replace(
        plan(), connections=1, duration_s=4.0, local_arguments=("--recogniser", "silent", "--fault", "cut-once=1")
    )
    await driver.supervisor.run(chosen)
    summary = driver.summaries[1]
    assert (summary.reconnects, summary.problem) == (1, None)
    assert summary.unheard_s > 0
    audio_s = max(row.position_s for snapshot in driver.snapshots for row in snapshot.rows)
    assert audio_s >= 4.0
    assert summary.chunks_sent * 0.08 < audio_s - 0.05, "frames of the gap are not sent late"


async def test_a_microphone_that_is_not_there_is_told_in_a_sentence(driver, microphone):
    ended = await driver.supervisor.run(plan(device_index=9999, device_name="Gone"))
    assert ended.problem is not None
    assert "microphone" in ended.problem.what.lower()
    assert msgspec.to_builtins(ended.ledger)["not started"] == 2
