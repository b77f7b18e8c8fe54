"""Registered recordings: found byte by byte whatever silence surrounds them, and never by mistake."""

from __future__ import annotations

import json
import random
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.base.problem import ProblemError
from flux_desktop.local_endpoint.recognition.scripts import Script, ScriptMatcher, load_script
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord

RATE_HZ = 8000
S = RATE_HZ * 2  # bytes of a second


def recording(name: str, seed: int, length_s: float) -> Script:
    # Every sample differs from zero, so that it has no zeros at its ends.
    core = b"".join(((i * seed) % 997 + 1).to_bytes(2, "little") for i in range(int(length_s * RATE_HZ)))
    words = tuple(SpokenWord(f"{name}{n}", n * 0.5, n * 0.5 + 0.4, 0.9) for n in range(int(length_s * 2)))
    return Script(name, RATE_HZ, core, words)


ONE, TWO = recording("one", 7, 2.0), recording("two", 11, 1.5)


def hear(audio: bytes, cuts: list[int], rate_hz: int = RATE_HZ) -> tuple[list[SpokenWord], ScriptMatcher]:
    matcher, words, at = ScriptMatcher((ONE, TWO), rate_hz), [], 0
    for cut in [*sorted(2 * c for c in cuts), len(audio)]:
        words += matcher.feed(audio[at:cut])
        at = max(at, cut)
    return words, matcher


@given(
    st.lists(st.tuples(st.sampled_from([ONE, TWO]), st.integers(0, 5000)), min_size=1, max_size=4),
    st.integers(0, 3000),
    st.lists(st.integers(0, 60_000), max_size=30),
)
def test_recordings_are_found_in_any_order_cut_anywhere_with_any_silence(
    parts: list[tuple[Script, int]], leading: int, cuts: list[int]
) -> None:
    audio, expected = bytes(2 * leading), []
    for script, silence in parts:
        start_s = len(audio) / S
        expected += [(w.text, pytest.approx(w.start_s + start_s, abs=1e-6)) for w in script.words]
        audio += script.core + bytes(2 * silence)
    words, matcher = hear(audio, cuts)
    assert [(w.text, w.start_s) for w in words] == expected
    assert matcher.state == "silence"


NOISE = ONE._replace(name="noise", core=random.Random(5).randbytes(len(ONE.core)).replace(b"\0", b"\1"))


@given(st.integers(1, len(NOISE.core) // 2 - 700), st.integers(0, 3000), st.lists(st.integers(0, 60_000), max_size=30))
def test_a_stream_may_begin_in_the_middle_of_a_recording(skipped: int, leading: int, cuts: list[int]) -> None:
    place_s = 2 * skipped / S
    audio = bytes(2 * leading) + NOISE.core[2 * skipped :] + bytes(S) + NOISE.core
    matcher, words, at = ScriptMatcher((ONE, NOISE), RATE_HZ), [], 0
    for cut in [*sorted(2 * c for c in cuts), len(audio)]:
        words += matcher.feed(audio[at:cut])
        at = max(at, cut)
    begun_s = 2 * leading / S
    expected = [(w.text, begun_s + w.start_s - place_s) for w in NOISE.words if w.start_s >= place_s]
    again_s = begun_s + len(NOISE.core) / S - place_s + 1.0
    expected += [(w.text, again_s + w.start_s) for w in NOISE.words]
    assert [(w.text, w.start_s) for w in words] == [(text, pytest.approx(at_s)) for text, at_s in expected]
    assert matcher.state == "silence"


def test_a_beginning_that_stands_at_many_places_is_unknown() -> None:
    matcher = ScriptMatcher((ONE,), RATE_HZ)  # repeats itself every 997 samples
    assert not any(matcher.feed(ONE.core[at : at + 640]) for at in range(2000, len(ONE.core), 640))
    assert matcher.state == "unknown"


def test_a_pause_in_the_middle_moves_the_later_words() -> None:
    half = len(ONE.core) // 2
    words, matcher = hear(ONE.core[:half] + bytes(S) + ONE.core[half:], [])
    assert [w.text for w in words] == ["one0", "one1", "one2", "one3"]
    assert [round(w.end_s, 3) for w in words] == [0.4, 0.9, 2.4, 2.9]
    assert matcher.state == "silence"


def test_other_audio_is_unknown_until_half_a_second_of_nothing() -> None:
    other = b"\x05\x06" * RATE_HZ
    words, matcher = hear(ONE.core[: S // 2] + other + ONE.core, [])
    assert ([w.text for w in words], matcher.state) == (["one0"], "unknown")
    words, matcher = hear(other + bytes(S) + TWO.core, list(range(0, 40_000, 640)))
    assert [w.text for w in words] == ["two0", "two1", "two2"]


def test_of_recordings_that_begin_alike_the_first_speaks_and_the_other_goes_on() -> None:
    longer = ONE._replace(name="longer", core=ONE.core + TWO.core, words=(SpokenWord("more", 1.0, 3.0, 0.9),))
    for scripts, expected in (((ONE, longer), ["one0", "one1", "one2", "one3"]), ((longer, ONE), ["more"])):
        matcher = ScriptMatcher(scripts, RATE_HZ)
        assert [w.text for w in matcher.feed(ONE.core + TWO.core)] == expected
    other = longer._replace(name="other", core=ONE.core[: S // 2] + TWO.core)
    matcher = ScriptMatcher((other, ONE), RATE_HZ)
    frames = [ONE.core[at : at + 640] for at in range(0, len(ONE.core), 640)]
    assert [w.text for frame in frames for w in matcher.feed(frame)] == ["one1", "one2", "one3"]


def test_another_sample_rate_never_matches() -> None:
    assert hear(ONE.core, [], rate_hz=16_000)[0] == []


def write_wav(path: Path, pcm: bytes, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as writer:
        writer.setparams((channels, 2, RATE_HZ, 0, "NONE", ""))
        writer.writeframes(pcm)
    return path


def test_a_words_file_beside_the_recording_is_read(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "talk.wav", bytes(S // 2) + ONE.core + bytes(S))
    words = [
        {"word": "hi", "display": "Hi,", "start_s": 0.75, "end_s": 1.0},
        {"word": "you", "start_s": 1.0, "end_s": 2.0},
    ]
    (tmp_path / "talk.words.json").write_text(json.dumps([{"file": "talk.wav", "text": "Hi you.", "words": words}]))
    script = load_script(wav)
    assert script.core == ONE.core
    assert [(w.text, w.start_s, w.end_s) for w in script.words] == [("Hi,", 0.25, 0.5), ("you.", 0.5, 1.5)]


@pytest.mark.parametrize(
    ("pcm", "channels", "words", "why"),
    [
        (bytes(160), 1, '[{"file": "t.wav"}]', "nothing but silence"),
        (b"\x01\x00" * 80, 1, '[{"file": "other.wav"}]', "no words file"),
        (b"\x01\x00" * 80, 1, "{", "cannot be used"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, pcm: bytes, channels: int, words: str, why: str) -> None:
    wav = write_wav(tmp_path / "t.wav", pcm, channels)
    (tmp_path / "reference.json").write_text(words)
    with pytest.raises(ProblemError, match=why):
        load_script(wav)
