"""The decode process itself: answers on its pipe, and a model that cannot be used."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from flux_desktop.base import program
from flux_desktop.local_endpoint.recognition.decode_protocol import READY, DecodeResult, Request, Unpacker, pack
from flux_desktop.local_endpoint.recognition.decode_worker import UNUSABLE, DecodeSession, _within_speech
from flux_desktop.local_endpoint.recognition.decode_worker_handle import MODULE
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord
from flux_desktop.local_endpoint.recognition.whisper.model import Decoded
from flux_desktop.local_endpoint.recognition.whisper.schedule import Job, OpenUtterance
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH
from tests.local_endpoint.recognition.sounds import breath
from tests.waiting import PATIENCE_S


def run(*requests: Request) -> subprocess.CompletedProcess[bytes]:
    """A process that gets these requests and the end of its input."""
    return subprocess.run(
        program.command(MODULE, [ENGLISH.name]),
        input=b"".join(map(pack, requests)),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )


def resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_audio_becomes_final_words_in_little_memory(sample_pcm: bytes) -> None:
    turn = sample_pcm[int(25.3 * 32_000) : int(28.9 * 32_000)]
    blocks = [turn[at : at + 2560] for at in range(0, len(turn), 2560)]
    requests = [Request(7, "audio", block) for block in blocks]
    requests.append(Request(7, "end", speech_blocks=len(blocks) - 7))
    with subprocess.Popen(
        program.command(MODULE, [ENGLISH.name]), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"".join(map(pack, requests)))
        process.stdin.flush()
        unpacker, answers = Unpacker(DecodeResult), []
        while not answers or not answers[-1].final:
            answers += unpacker.feed(os.read(process.stdout.fileno(), 65_536))
        if Path("/proc/self/statm").exists():
            assert resident_mb(process.pid) <= 400
        process.stdin.close()
        assert process.wait(5) == 0
    assert answers[0] == READY
    final = answers[-1]
    assert (final.utterance, final.covered_blocks) == (7, len(blocks))
    assert final.words is not None
    assert " ".join(word.text for word in final.words) == "He might even have been made amiable himself."
    # The end of the speech, not of the audio, ends the last word.
    assert final.words[-1].end_s <= (len(blocks) - 7) * 0.08 + 0.081


def test_a_model_that_is_missing_or_damaged_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    missing = run()
    assert (missing.returncode, missing.stdout) == (UNUSABLE, b"")
    assert "Whisper tiny.en is not installed." in missing.stderr.decode()
    folder = store.fetched_folder(ENGLISH)
    folder.mkdir(parents=True)
    for file in ENGLISH.files:
        with (folder / file.name).open("wb") as stream:
            stream.truncate(file.size_bytes)
    damaged = run()
    assert damaged.returncode == UNUSABLE
    assert "config.json of the speech model Whisper tiny.en cannot be used." in damaged.stderr.decode()


def test_words_after_the_speech_are_left_out_and_the_last_one_ends_with_it() -> None:
    words = (
        SpokenWord("old-sposed,", 4.0, 5.4, 0.6),
        SpokenWord("then", 5.05, 5.1, 0.6),
        SpokenWord("to", 5.4, 5.6, 0.4),
    )
    assert [(w.text, w.start_s, w.end_s) for w in _within_speech(words, 5.0)] == [
        ("old-sposed,", 4.0, 5.08),
        ("then", pytest.approx(5.02), 5.08),
    ]


class Refusing:
    """A model that must not be asked."""

    def decode(self, windows: object, *, interim: bool, avoid_loops: bool) -> list[Decoded]:
        raise AssertionError("decoded in vain")


def test_the_beginning_of_an_utterance_without_a_voice_is_not_decoded() -> None:
    utterance = OpenUtterance(3, "en", 0)
    noise = (breath(1.5)[: 12 * 1280] * 32_767).astype("<i2").tobytes()
    for at in range(0, len(noise), 2560):
        utterance.take(Request(3, "audio", noise[at : at + 2560]))
    session = DecodeSession(Refusing())  # type: ignore[arg-type]
    assert session.carry_out(Job("interim", (utterance,), 3.0)) == [DecodeResult(3, 12)]
    with pytest.raises(AssertionError, match="in vain"):
        session.carry_out(Job("final", (utterance,), 30.0))
