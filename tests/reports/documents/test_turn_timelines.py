"""Which turns of a run are shown as timelines, and that drawings and sounds are of what was sent."""

from __future__ import annotations

import base64
import io
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from flux_desktop.audio.source_file import file_sha256
from flux_desktop.cli import report
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.main import build_parser
from flux_desktop.engine.records.audio_events import AudioFile, AudioStarted, ClipAhead, ClipReference
from flux_desktop.reports.accuracy import heard_parts, run_accuracy
from flux_desktop.reports.documents.session_report import read_session_report
from flux_desktop.reports.documents.turn_audio import turn_sounds
from flux_desktop.reports.documents.turn_chart import turn_chart
from flux_desktop.reports.documents.turn_timelines import TimelineMark, TurnTimeline, worst_timelines
from flux_desktop.reports.heard_run import read_heard_run
from tests.reports.documents.recorded_run import HOSTILE
from tests.reports.recorded_talk import (
    begins,
    closing,
    ended,
    plan,
    reference,
    said,
    session_of,
    turn_event,
    words_of,
)

FIRST = words_of("the account is four", 1.0)
SECOND = words_of("seven two nine", 6.0)
"""It ends at 7.5 s."""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """One clip of two turns: in the first a word is wrong, the second is cut off at 6.8 s."""
    path = tmp_path / "clip.wav"
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(16_000 * 10) / 16_000)
    soundfile.write(path, tone, 16_000, subtype="PCM_16")
    stated = msgspec.structs.replace(reference(0, FIRST, SECOND), clip=str(path))
    assert isinstance(stated, ClipReference)
    return session_of(
        tmp_path / "sessions",
        plan(),
        stated,
        AudioFile(t=0.0, path=str(path), sha256=file_sha256(path)),
        AudioStarted(t=0.0, conn=1, monotonic_s=0.0),
        ClipAhead(t=0.0, conn=1, clip=str(path), audio_s=0.0, length_s=10.0),
        msgspec.structs.replace(begins(0, 0.0), clip=str(path)),
        *said("the account is for", 1.0, 3.4),
        turn_event("EndOfTurn", 6.8, "seven", ended_by="model"),
        turn_event("EndOfTurn", 7.9, "two nine", ended_by="model"),
        closing(10.0),
        ended(10.0, 10.0),
    )


def test_turns_with_wrong_words_and_cut_offs_are_shown(session: Path) -> None:
    run = read_heard_run(session)
    assert run is not None
    parts = heard_parts(run)
    accuracy = run_accuracy(parts)
    assert accuracy is not None
    first, second = worst_timelines(parts, accuracy.worst)
    assert (first.clip, first.turn, first.conn) == ("clip.wav", 1, 1)
    assert first.why == "1 of 4 words wrong"
    assert [text for text, _, _ in first.words] == ["the", "account", "is", "four"]
    assert [(mark.event, mark.audio_s, mark.cuts_off) for mark in first.marks] == [("end", 3.4, False)]
    assert second.why == "cut off 0.7 s before its end"
    assert [(mark.audio_s, mark.cuts_off) for mark in second.marks] == [(6.8, True), (7.9, False)]
    assert (second.from_s, second.until_s) == (5.5, pytest.approx(second.marks[-1].audio_s + 0.5, abs=0.3))
    assert read_session_report(session).timelines == [first, second]


def test_a_drawing_is_harmless_and_complete() -> None:
    marks = [TimelineMark(event="end", cause="model", audio_s=2.0, heard_s=2.4, cuts_off=True)]
    turn = TurnTimeline(
        clip=HOSTILE[0],
        turn=1,
        conn=1,
        why=HOSTILE[5],
        start_s=1.0,
        end_s=3.0,
        words=[(text[:30], 1.0 + place / 5, 1.1 + place / 5) for place, text in enumerate(HOSTILE[:5])],
        holds=[(1.5, 2.2)],
        marks=marks,
        played_s=0.0,
    )
    drawing = ET.fromstring(turn_chart(turn))  # noqa: S314 - our own text
    classes = [each.get("class") for each in drawing]
    for name in ("turn", "hold", "true", "decision early", "arrival", "word"):
        assert name in classes
    assert {each.tag for each in drawing} == {"rect", "line", "text"}


def test_sounds_are_those_that_were_sent_up_to_a_limit(session: Path) -> None:
    timelines = read_session_report(session).timelines
    sounds = turn_sounds(session, timelines)
    assert list(sounds) == [0, 1]
    samples, rate_hz = soundfile.read(io.BytesIO(base64.b64decode(sounds[0].partition(",")[2])))
    assert len(samples) / rate_hz == pytest.approx(timelines[0].until_s - timelines[0].from_s, abs=0.05)
    assert np.abs(samples).max() > 0.2
    assert turn_sounds(session, timelines, limit_bytes=100) == {}
    soundfile.write(session.parent.parent / "clip.wav", np.zeros(16_000 * 10), 16_000)
    assert turn_sounds(session, timelines) == {}, "the file is no longer the one that was sent"


def test_sound_is_embedded_on_request_alone(session: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "report.html"

    def written(*flags: str) -> str:
        assert report.run(build_parser("report").parse_args(["report", str(session), "-o", str(path), *flags])) == 0
        return path.read_text("utf-8")

    assert "<audio" not in written()
    assert "media-src" not in written()
    assert written("--audio").count("<audio controls") == 2
    assert "media-src data:" in written("--audio")
    wrong = build_parser("report").parse_args(["report", str(session), "-o", str(tmp_path / "r.md"), "--audio"])
    assert report.run(wrong) == ExitCode.USAGE
    assert "--audio needs a report as HTML" in capsys.readouterr().err
