"""Real recognition with Whisper tiny.en: words off the wire, one decode for many streams, refusals when full."""

from __future__ import annotations

import contextlib
import os
import signal
import time
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.local_endpoint.wire_client import WireClient
from tests.waiting import PATIENCE_S

Info = dict[str, Any]
StartEndpoint = Callable[..., contextlib.AbstractContextManager[Info]]
Status = Callable[[Info], dict[str, Any]]


def test_many_streams_with_one_recording_cost_one_decode(
    start_endpoint: StartEndpoint, status: Status, sample_pcm: bytes
) -> None:
    turn = sample_pcm[int(8.2 * 32_000) : int(12.2 * 32_000)]
    with start_endpoint("--recogniser", "whisper") as info, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(WireClient(info)) for _ in range(6)]
        for client in clients[:5]:
            client.audio(turn)
        for client in clients[:5]:
            client.wait_for("EndOfTurn")
        decoded = status(info)["decoded_blocks"]
        assert decoded <= len(turn) / 2560
        assert status(info)["decodes_running"] == 1
        # One that comes later, after recognition has finished, with the recording twice.
        clients[5].audio(turn + bytes(64_000) + turn)
        clients[5].wait(lambda: len(clients[5].turns()) == 1)
        assert status(info)["decoded_blocks"] <= 2 * len(turn) / 2560
        texts = {client.turns()[0]["transcript"] for client in clients}
        assert len(texts) == 1
        assert "young man" in texts.pop()
        # The audio came faster than it was recognised, and for the last stream long after: no word comes early.
        for info_message in (message for client in clients for message in client.messages):
            for word in info_message.get("words", ()):
                assert word["end"] <= info_message["audio_window_end"] + 0.001


def test_a_further_recording_is_refused_when_it_connects_or_in_mid_stream(
    start_endpoint: StartEndpoint, status: Status, sample_pcm: bytes
) -> None:
    first, second = sample_pcm[: 3 * 32_000], sample_pcm[12 * 32_000 : 15 * 32_000]
    with start_endpoint("--max-decodes", "1", "--recogniser", "whisper") as info:
        with WireClient(info) as leader, WireClient(info) as other:
            other.wait_for("Connected")
            leader.audio(first)
            leader.wait_for("StartOfTurn")
            with WireClient(info) as late:
                late.wait_end()
                assert (late.status, late.headers["x-amzn-errortype"]) == (424, "ModelError")
            other.audio(second)
            other.wait_end()
            assert other.messages[-1]["type"] == "Error"
            assert "as many different recordings" in other.messages[-1]["description"]
            assert other.last_failure == ("exception", "ModelStreamError")
        wait_until(lambda: status(info)["decodes_running"] == 0)
        with WireClient(info) as after:
            after.wait_for("Connected")
            after.audio(second)
            after.wait_for("StartOfTurn")


def test_auto_recognises_what_is_no_script_and_says_so(endpoint: Info, status: Status, sample_pcm: bytes) -> None:
    turn = sample_pcm[int(8.2 * 32_000) : int(12.2 * 32_000)]
    quieter = (np.frombuffer(turn, "<i2") * 0.8).astype("<i2").tobytes()  # the same words in other bytes
    for audio, source in ((quieter, "Whisper tiny.en"), (turn, "script conversation.wav")):
        with WireClient(endpoint) as client:
            client.audio(audio)
            end = client.wait_for("EndOfTurn")
            assert "young man" in end["transcript"].lower()
            assert status(endpoint)["streams"][end["request_id"]] == [source]


def test_a_recogniser_that_dies_fails_its_stream_and_the_next_one_works(
    start_endpoint: StartEndpoint, sample_pcm: bytes
) -> None:
    turn = sample_pcm[int(8.2 * 32_000) : int(12.2 * 32_000)]
    with start_endpoint("--recogniser", "whisper", "--log-level", "ERROR") as info:
        with WireClient(info) as client:
            client.audio(turn[:64_000])
            client.wait_for("StartOfTurn")
            for pid in children(info["process"].pid):
                os.kill(pid, signal.SIGKILL)
            client.audio(turn[64_000:])
            client.wait_end()
            assert client.messages[-1]["code"] == "INTERNAL_SERVER_ERROR"
        with WireClient(info) as client:
            client.audio(turn)
            client.wait_for("EndOfTurn")


def children(pid: int) -> list[int]:
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    if not listing.exists():
        pytest.skip("this system does not list a process's children")
    return [int(child) for child in listing.read_text().split()]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_registered_script_gives_its_words(start_endpoint: StartEndpoint, tmp_path: Path, sample_pcm: bytes) -> None:
    with wave.open(str(tmp_path / "mine.wav"), "wb") as writer:
        writer.setparams((1, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(sample_pcm[: 4 * 32_000] + bytes(16_000))
    (tmp_path / "reference.json").write_text(
        '[{"file": "mine.wav", "text": "Hello there.", "words": [{"word": "hello", "start_s": 0.5, "end_s": 1.0},'
        ' {"word": "there", "start_s": 3.0, "end_s": 3.9}]}]'
    )
    with start_endpoint("--script", str(tmp_path / "mine.wav")) as info, WireClient(info) as client:
        client.audio(sample_pcm[: 4 * 32_000] + bytes(32_000))
        assert client.wait_for("EndOfTurn")["transcript"] == "Hello there."
