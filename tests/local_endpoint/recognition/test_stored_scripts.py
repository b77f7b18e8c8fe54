"""Recordings of a folder that are read when a stream needs them: the bundled conversations."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import SAMPLE_DATA_SET, SAMPLE_RECORDING, resource_path
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.local_endpoint.recognition.scripts import JOIN_S, Script, ScriptMatcher, load_script
from flux_desktop.local_endpoint.recognition.stored_scripts import StoredScripts, opening_digest, stored_in

RATE_HZ = 16_000
FRAME_BYTES = 2560
FOLDER = resource_path(SAMPLE_DATA_SET).parent


def at_once(path: Path) -> Future[Script]:
    future: Future[Script] = Future()
    try:
        future.set_result(load_script(path))
    except ProblemError as error:
        future.set_exception(error)
    return future


def hear(matcher: ScriptMatcher, audio: bytes) -> list[tuple[str, float]]:
    frames = (audio[at : at + FRAME_BYTES] for at in range(0, len(audio), FRAME_BYTES))
    return [(word.text, word.start_s) for frame in frames for word in matcher.feed(frame)]


def test_every_bundled_conversation_is_heard_whatever_came_before() -> None:
    store = stored_in(FOLDER, at_once)
    matcher = ScriptMatcher((load_script(resource_path(SAMPLE_RECORDING)),), RATE_HZ, store)
    clips = read_data_set(FOLDER).clips
    at_s = 0.0
    for clip in clips:
        audio = open_recording(clip.path).pcm() + bytes(2 * RATE_HZ)
        expected = [(word.text, pytest.approx(word.start_s + at_s, abs=2e-3)) for word in clip.words]
        assert hear(matcher, audio) == expected, clip.path.name
        at_s += len(audio) / 2 / RATE_HZ
    assert len(store.loaded) == len(clips)


@pytest.fixture
def first() -> bytes:
    return open_recording(FOLDER / "conversation_01.flac").pcm()


def test_what_comes_while_a_recording_is_read_is_not_lost(first: bytes) -> None:
    future: Future[Script] = Future()
    wanted: list[Path] = []

    def load(path: Path) -> Future[Script]:
        wanted.append(path)
        return future

    matcher = ScriptMatcher((), RATE_HZ, stored_in(FOLDER, load))
    assert hear(matcher, first[: 2 * RATE_HZ]) == []
    assert (wanted, matcher.state) == ([FOLDER / "conversation_01.flac"], "joining")
    script = load_script(FOLDER / "conversation_01.flac")
    future.set_result(script)
    words = hear(matcher, first[2 * RATE_HZ :])
    assert [text for text, _ in words] == [word.text for word in script.words]
    assert words[0][1] == pytest.approx(0.4, abs=0.6), "its time is that of the audio, not of the reading"


def test_a_stream_may_carry_on_in_the_middle_of_one_that_was_read(first: bytes) -> None:
    store = stored_in(FOLDER, at_once)
    hear(ScriptMatcher((), RATE_HZ, store), first[: RATE_HZ * 10])
    matcher = ScriptMatcher((), RATE_HZ, store)
    rest = hear(matcher, first[RATE_HZ * 10 :])
    assert [text for text, _ in rest] == [w.text for w in store.loaded[0].words][-len(rest) :]
    assert rest


def test_other_audio_and_another_rate_stay_unknown(first: bytes) -> None:
    for rate_hz, audio in ((RATE_HZ, bytes([1, 2, 3, 5]) * RATE_HZ), (8_000, first)):
        matcher = ScriptMatcher((), rate_hz, stored_in(FOLDER, at_once))
        assert not hear(matcher, audio[: RATE_HZ * 8])
        assert matcher.state == "unknown"


def test_a_recording_that_cannot_be_read_is_tried_once(first: bytes, caplog: pytest.LogCaptureFixture) -> None:
    attempts: list[Path] = []

    def failing(path: Path) -> Future[Script]:
        attempts.append(path)
        future: Future[Script] = Future()
        future.set_exception(ProblemError(Problem(code="script_unusable", what=f"{path.name} cannot be read.")))
        return future

    opening = first.lstrip(b"\0")[: int(JOIN_S * RATE_HZ) * 2]
    store = StoredScripts(FOLDER, {opening_digest(opening): "a.flac"}, failing)
    for _ in range(2):
        matcher = ScriptMatcher((), RATE_HZ, store)
        assert hear(matcher, first) == []
    assert len(attempts) == 1
    assert "a.flac cannot be read." in caplog.text


@pytest.mark.parametrize("load", [at_once])
def test_a_folder_without_a_list_has_none(tmp_path: Path, load: Callable[[Path], Future[Script]]) -> None:
    assert stored_in(tmp_path, load).beginning_with(b"\1" * 1280) is None
