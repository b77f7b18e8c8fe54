"""What reads files: recordings of sound, words, data sets, settings and sessions."""

from __future__ import annotations

import contextlib
import io
import wave
from pathlib import Path

import msgspec
import numpy as np
import soundfile

from flux_desktop.audio.recording import open_recording
from flux_desktop.audio.words import read_words
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.recording import unfinished
from flux_desktop.engine.records.events import (
    ConnectionChanged,
    ConnectionEnded,
    Histograms,
    Notice,
    Received,
    RunEnded,
    RunStarted,
    Snapshot,
    encode_event,
)
from flux_desktop.engine.records.facts import ConnectionRow, ConnectionState, ConnectionSummary, LedgerClass, Verdict
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.turns import Turn
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import Choices
from flux_desktop.ui.services.past_run import read_past_run
from flux_desktop.ui.window import settings
from flux_desktop.ui.window.settings_migration import VERSION
from tests.trust.fuzz_wire import DEEP, PLAN, message_seeds, show

# ---------------------------------------------------------------- sound, and what is said in it


class Sound:
    """A recording. Damage that only decoding shows may leave fewer samples than the file states."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "fuzzed.wav"

    def __call__(self, data: bytes) -> None:
        self._path.write_bytes(data)
        with contextlib.suppress(ProblemError):
            recording = open_recording(self._path)
            whole = len(recording.pcm()) == 2 * recording.frames
            assert whole or recording.is_compressed or recording.is_cut


def sound_seeds() -> list[bytes]:
    """Three WAV files, the last one with an extensible header, and other codings."""
    seeds = []
    for channels, rate in ((1, 16_000), (2, 48_000)):
        with io.BytesIO() as buffer:
            with wave.open(buffer, "wb") as file:
                file.setnchannels(channels)
                file.setsampwidth(2)
                file.setframerate(rate)
                file.writeframes(bytes(64))
            seeds.append(buffer.getvalue())
    extensible = b"\xfe\xff" + seeds[0][22:36] + b"\x16\0\x10\0\4\0\0\0\1\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
    seeds.append(
        seeds[0][:16] + len(extensible).to_bytes(4, "little") + extensible + b"data\xff\xff\xff\xff" + bytes(8)
    )
    tone = np.sin(np.arange(800) / 10).astype("float32")
    codings = ("WAV PCM_24", "WAV FLOAT", "WAV ULAW", "WAV IMA_ADPCM", "AIFF PCM_16", "AU ULAW", "FLAC PCM_16", "MP3 ")
    for coding in codings:
        format_, _, subtype = coding.partition(" ")
        with io.BytesIO() as buffer:
            soundfile.write(buffer, tone, 16_000, format=format_, subtype=subtype or None)
            seeds.append(buffer.getvalue())
    return seeds


class Words:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "fuzzed.words.json"

    def __call__(self, data: bytes) -> None:
        self._path.write_bytes(data)
        with contextlib.suppress(ProblemError):
            read_words(self._path)


def words_seeds() -> list[bytes]:
    word = b'{"word":"a","start_s":0,"end_s":1}'
    return [b'[{"file":"a.wav","text":"a","words":[' + word + b"]}]", b'[{"file":"a","text":"b",' + DEEP[1:]]


# ---------------------------------------------------------------- data sets

_TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"
xmin = 0
xmax = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        intervals [1]:
            xmin = 0
            xmax = 1
            text = "he said so"
"""
_FOLDERS = {
    "manifest.jsonl": '{"audio_filepath":"a.wav","duration":2.0,"text":"hello","turns":[{"start_s":0.1,"end_s":1}]}\n',
    "wav.scp": "u1 a.wav\nu2 b.wav\n",
    "a.stm": ";; comment\na 1 someone 0.1 1.2 <o> hello (%hes) there\n",
    "a.ctm": "a 1 0.1 0.2 hello 0.9\na 1 0.5 0.3 there\n",
    "a.rttm": "SPEAKER a 1 0.1 1.0 <NA> <NA> s1 <NA> <NA>\n",
    "a.txt": "0.100000\t1.000000\thello there\n1.2\t1.9\tyou\n",
    "a.TextGrid": _TEXTGRID,
    "a.srt": "1\n00:00:00,100 --> 00:00:01,000\nhello\n\n2\n00:00:01,200 --> 00:00:01,900\nyou\n",
    "a.words.json": '[{"file":"a.wav","text":"a","words":[{"word":"a","start_s":0.1,"end_s":0.5}]}]',
    "clips.csv": 'path,sentence,start,end\na.wav,"hello, there",0.1,1.0\nb.wav,x,,\n',
    "validated.tsv": "client_id\tpath\tsentence\nc\ta.wav\thello\n",
    "1-2.trans.txt": "1-2-0000 HELLO THERE\n1-2-0001 X\n",
}
"""A file of each format, which makes a folder with two recordings a data set of that format."""


class Folder:
    """A data set: the first byte chooses a name of `_FOLDERS`, the rest is the file's content."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "fuzzed set"
        self._folder.mkdir(exist_ok=True)
        for name in ("a.wav", "b.wav", "1-2-0000.flac"):
            soundfile.write(self._folder / name, np.zeros(32_000, "float32"), 16_000)

    def __call__(self, data: bytes) -> None:
        names = tuple(_FOLDERS)
        path = self._folder / names[data[0] % len(names) if data else 0]
        path.write_bytes(data[1:])
        with contextlib.suppress(ProblemError):
            assert read_data_set(self._folder).clips
        path.unlink()


def folder_seeds() -> list[bytes]:
    return [bytes((place,)) + content.encode() for place, content in enumerate(_FOLDERS.values())]


# ---------------------------------------------------------------- files of our own


class Settings:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "fuzzed-settings.json"

    def __call__(self, data: bytes) -> None:
        self._path.write_bytes(data)
        settings.restore(AppState(), settings.load(self._path))


def settings_seeds() -> list[bytes]:
    chosen = Choices(options=FluxOptions(eot_threshold=0.8, keyterms=("a",)))
    every = {name: getattr(chosen, name) for name in Choices.__struct_fields__}
    present = msgspec.json.encode({"version": VERSION, "choices": every, "microphone": "USB"})
    return [present, msgspec.json.encode(every | {"clock": 1}), b"{}", DEEP]


class Session:
    """A session folder: what stands before a NUL is the supervisor's file, the rest a worker's."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "2026-01-01_00-00-00"
        self._folder.mkdir(exist_ok=True)

    def __call__(self, data: bytes) -> None:
        own, nul, worker = data.partition(b"\0")
        if not nul:
            own, worker = encode_event(RunStarted(t=0.0, wall_time="", plan=PLAN, version="1")), own
        (self._folder / "run.jsonl").write_bytes(own)
        (self._folder / "worker-1.jsonl").write_bytes(worker)
        unfinished.newest_unfinished(self._folder.parent)
        with contextlib.suppress(ProblemError):
            past = read_past_run(self._folder)
            assert isinstance(past.events[-1], RunEnded)
            show(past.plan, past.events)


def session_seeds() -> list[bytes]:
    histogram = Histogram()
    histogram.add(0.2)
    worker = (
        ConnectionChanged(t=0.1, conn=1, state=ConnectionState.STREAMING, request_id="r", rotations=1),
        *(
            Received(t=0.2, conn=1, type="TurnInfo", text=seed.decode(), turn=Turn(index=1, transcript="a"))
            for seed in message_seeds()[:3]
        ),
        Snapshot(t=0.3, ledger={"streaming": 1}, rows=[ConnectionRow(conn=1, text="a", update_latency_ms=1.0)]),
        ConnectionEnded(
            t=0.4,
            summary=ConnectionSummary(conn=1, ledger=LedgerClass.COMPLETED),
            closed_turn=Turn(index=0, transcript="a"),
        ),
        Histograms(t=0.5, encoded={"update": histogram.encode()}, cpu_percent=1.0, final=True),
    )
    own = (
        RunStarted(t=0.0, wall_time="2026-01-01T00:00:00+00:00", plan=PLAN, version="1"),
        Notice(t=0.1, problem=Problem(code="c", what="w")),
        RunEnded(t=0.6, verdict=Verdict.DONE, ledger={"completed": 1}),
    )
    lines = b"".join(map(encode_event, worker))
    return [
        lines,
        b"".join(map(encode_event, own)) + b"\0" + lines,
        lines + b'{"event":"quit",' + DEEP[1:],
        *map(encode_event, worker),
    ]
