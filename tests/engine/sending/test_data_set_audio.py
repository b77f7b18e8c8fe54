"""Each connection's own clips."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.assignment import TRAILING_SILENCE_S
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.sending.chunk_source import ChunkSource
from flux_desktop.engine.sending.data_set_audio import DataSetAudio, PlannedClip
from flux_desktop.engine.sending.data_set_check import checked_data_set, fresh_connections, with_source
from flux_desktop.flux.options import FluxOptions
from tests.waiting import PATIENCE_S

RATE_HZ = 16_000
PAUSE = bytes(2 * round(TRAILING_SILENCE_S * RATE_HZ))


class Bench:
    """A data set of four recordings of different length, each of one value, and what is reported about them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.started: list[tuple[int, str, float]] = []
        self.values = {"a.wav": 1000, "b.flac": 2000, "c.wav": 3000, "d.flac": 4000}
        for number, (name, value) in enumerate(self.values.items(), 1):
            soundfile.write(folder / name, np.full(RATE_HZ * number // 4, value, np.int16), RATE_HZ)
        self.audio: DataSetAudio | None = None

    def open(self, connections: int = 2, *, path: str = "", **source: object) -> DataSetAudio:
        plan = RunPlan(
            endpoint="local",
            source=DataSetSource(path=str(self.folder / path), **source),  # type: ignore[arg-type]
            connections=connections,
            options=FluxOptions(sample_rate_hz=RATE_HZ),
        )
        if source.get("fresh_connection"):
            plan = fresh_connections(plan, len(list(self.folder.iterdir())))
        self.close()
        self.ahead: list[tuple[int, str, float, float]] = []
        self.audio = DataSetAudio(
            plan, range(1, plan.connections + 1), self.problems.append, self._on_clip, self._on_clip_ahead
        )
        self.audio.open()
        return self.audio

    def close(self) -> None:
        if self.audio is not None:
            running = list(self.audio._threads._threads)
            self.audio.close()
            for thread in running:
                thread.join(5)

    def _on_clip(self, conn: int, planned: PlannedClip, audio_s: float) -> None:
        self.started.append((conn, planned.clip.path.name, audio_s))

    def _on_clip_ahead(self, conn: int, planned: PlannedClip, audio_s: float, length_s: float) -> None:
        self.ahead.append((conn, planned.clip.path.name, audio_s, length_s))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    new_bench = Bench(tmp_path)
    yield new_bench
    new_bench.close()


def all_of(chunks: ChunkSource) -> bytes:
    audio = bytearray()
    ends_s = time.monotonic() + 20
    while chunks.next_bytes():
        assert time.monotonic() < ends_s
        audio += chunks.take() or b""
    return bytes(audio)


def first_of(chunks: ChunkSource) -> bytes:
    ends_s = time.monotonic() + PATIENCE_S
    while (chunk := chunks.take()) is None:
        assert time.monotonic() < ends_s
    return chunk


def test_one_pass_sends_every_clip_once_with_a_pause_after_each(bench: Bench) -> None:
    audio = bench.open()
    sent = b"".join(all_of(audio.chunks(conn, None)) for conn in (1, 2))
    names = [name for _, name, _ in bench.started]
    assert sorted(names) == sorted(bench.values)
    sizes = {name: RATE_HZ * number // 4 for number, name in enumerate(bench.values, 1)}
    clips = [np.full(sizes[name], bench.values[name], "<i2").tobytes() + PAUSE for name in names]
    assert sent == b"".join(clips)
    assert bench.problems == []


def test_the_beginning_of_each_clip_is_reported(bench: Bench) -> None:
    audio = bench.open(connections=1)
    all_of(audio.chunks(1, None))
    position_s = 0.0
    for conn, name, audio_s in bench.started:
        assert (conn, audio_s) == (1, pytest.approx(position_s))
        position_s += (list(bench.values).index(name) + 1) / 4 + TRAILING_SILENCE_S


def test_a_duration_is_filled_with_further_rounds(bench: Bench) -> None:
    audio = bench.open()
    assert len(all_of(audio.chunks(1, 30.0))) == 30 * RATE_HZ * 2
    assert len(bench.started) > len(bench.values)
    assert len(all_of(audio.chunks(2, 0.1))) == RATE_HZ * 2 // 10


def test_more_connections_than_clips_have_one_each(bench: Bench) -> None:
    audio = bench.open(connections=6)
    for conn in range(1, 7):
        all_of(audio.chunks(conn, None))
    assert [conn for conn, _, _ in bench.started] == [1, 2, 3, 4, 5, 6]
    assert {name for _, name, _ in bench.started[:4]} == set(bench.values)


def test_a_clip_that_has_ended_is_closed(bench: Bench) -> None:
    audio = bench.open(connections=1)
    chunks = audio.chunks(1, None)
    assert not audio._audio, "a connection that waits for its place has read nothing"
    chunks.begin()
    assert len(audio._audio) == 2  # the present and the following one
    all_of(chunks)
    assert len(audio._audio) == 1
    chunks.end()
    assert not audio._audio


def test_a_part_of_a_recording_at_another_rate(bench: Bench) -> None:
    soundfile.write(bench.folder / "e.wav", np.repeat(np.array([0, 9000], np.int16), 8_000), 8_000)
    row = {"audio_filepath": "e.wav", "offset": 1.25, "duration": 0.5}
    (bench.folder / "m.jsonl").write_text(json.dumps(row))
    sent = np.frombuffer(all_of(bench.open(connections=1, path="m.jsonl").chunks(1, None)), "<i2")
    assert len(sent) == RATE_HZ // 2 + len(PAUSE) // 2
    assert np.abs(sent[: RATE_HZ // 2] - 9000).max() < 50


def test_words_of_all_clips_lie_on_one_time_line(bench: Bench) -> None:
    rows = [
        {"audio_filepath": name, "words": [{"word": "x", "start_s": 0.1, "end_s": 0.2}]} for name in ("a.wav", "b.flac")
    ]
    (bench.folder / "m.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    audio = bench.open(connections=1, path="m.jsonl")
    all_of(audio.chunks(1, None))
    words = audio.words_of[1]
    (_, _, second_s) = bench.started[1]
    assert words.next_start_s(0.0) == pytest.approx(0.1)
    assert words.next_start_s(1.0) == pytest.approx(second_s + 0.1)
    assert words.next_start_s(second_s + 1.0) is None


def test_a_bad_clip_is_named_and_the_rest_continues(bench: Bench) -> None:
    (bench.folder / "bad.mp3").write_bytes(b"nothing")
    audio = bench.open()
    assert "bad.mp3 is left out" in bench.problems[0].what
    assert all_of(audio.chunks(1, None))
    with pytest.raises(ProblemError, match=r"bad\.mp3"):
        bench.open(strict=True)


def test_a_clip_with_damage_in_its_middle_is_found_before_the_run(bench: Bench) -> None:
    noise = np.random.default_rng(1).integers(-9000, 9000, 4 * RATE_HZ).astype(np.int16)
    soundfile.write(bench.folder / "c2.flac", noise, RATE_HZ)
    content = bytearray((bench.folder / "c2.flac").read_bytes())
    content[60_000:63_000] = bytes(3_000)
    (bench.folder / "c2.flac").write_bytes(content)
    source, notes = checked_data_set(DataSetSource(path=str(bench.folder)))
    assert source.left_out == (3,)
    assert "c2.flac" in notes[0]
    assert "It is damaged after" in notes[0]
    audio = bench.open(connections=1, left_out=source.left_out)
    all_of(audio.chunks(1, None))
    assert bench.problems == [], "it was named before the run"
    assert sorted(name for _, name, _ in bench.started) == sorted(bench.values)
    plan = RunPlan(endpoint="local", source=DataSetSource(path=str(bench.folder), fresh_connection=True, passes=2))
    plan = with_source(fresh_connections(plan, 5), msgspec.structs.replace(plan.source, left_out=(3,)))
    assert plan.connections == 2 * len(bench.values)
    bench.started.clear()
    audio = bench.open(connections=2, fresh_connection=True, left_out=source.left_out)
    for conn in range(1, 5):
        all_of(audio.chunks(conn, None))
    assert sorted(name for _, name, _ in bench.started) == sorted(bench.values)
    with pytest.raises(ProblemError, match=r"c2\.flac"):
        checked_data_set(DataSetSource(path=str(bench.folder), strict=True))


def test_each_clip_is_told_before_its_first_chunk_is_taken(bench: Bench) -> None:
    chunks = bench.open(connections=1, trailing_silence_s=0.5).chunks(1, None)
    chunks.begin()
    assert (len(bench.ahead), len(bench.started)) == (1, 0)
    first_of(chunks)
    assert (len(bench.ahead), len(bench.started)) == (2, 1)
    all_of(chunks)
    assert [announcement[:3] for announcement in bench.ahead] == bench.started
    lengths_s = dict(zip(bench.values, (0.25, 0.5, 0.75, 1.0), strict=True))
    assert [(name, length_s) for _, name, _, length_s in bench.ahead] == [
        (name, lengths_s[name]) for _, name, _ in bench.started
    ]


def test_a_clip_that_is_cut_off_is_told_with_the_length_that_is_sent(bench: Bench) -> None:
    all_of(bench.open(connections=1, trailing_silence_s=0.0).chunks(1, 1.25))
    assert sum(length_s for *_, length_s in bench.ahead) == pytest.approx(1.25)


def test_fresh_connections_send_one_clip_each_and_every_clip_in_every_pass(bench: Bench) -> None:
    audio = bench.open(connections=3, fresh_connection=True, passes=2, trailing_silence_s=0.5)
    for conn in range(1, 9):
        chunks = audio.chunks(conn, None)
        name = bench.started[-1][1] if len(all_of(chunks)) and bench.started else ""
        chunks.end()
        assert (conn, name, 0.0) == bench.started[-1]
    for one_pass in (bench.started[:4], bench.started[4:]):
        assert {name for _, name, _ in one_pass} == set(bench.values)
    assert not audio._audio
    shortest = next(conn for conn, name, _ in bench.started if name == "a.wav")
    assert len(all_of(audio.chunks(shortest, None))) == 2 * (RATE_HZ // 4 + RATE_HZ // 2)


def test_the_connection_of_a_clip_that_cannot_be_decoded_has_nothing_to_send(bench: Bench) -> None:
    (bench.folder / "bad.mp3").write_bytes(b"nothing")
    audio = bench.open(connections=2, fresh_connection=True)
    refused = []
    for conn in range(1, 6):
        try:
            audio.chunks(conn, None).begin()
        except ProblemError as error:
            refused.append(error.problem.what)
        else:
            all_of(audio.chunks(conn, None))
    assert len(refused) == 1
    assert "bad.mp3" in refused[0]
    assert {name for _, name, _ in bench.started} == set(bench.values)


def test_at_once_all_connections_send_the_same(bench: Bench) -> None:
    audio = bench.open(connections=3, at_once=True, seed=5)
    assert all_of(audio.chunks(1, None)) == all_of(audio.chunks(3, None))
    assert [name for conn, name, _ in bench.started if conn == 1] == [n for conn, n, _ in bench.started if conn == 3]
    assert len(bench.started) == 2 * len(bench.values)


def test_several_passes_are_shared_out(bench: Bench) -> None:
    audio = bench.open(connections=3, passes=3)
    for conn in (1, 2, 3):
        all_of(audio.chunks(conn, None))
    names = [name for _, name, _ in bench.started]
    assert sorted(names) == sorted(3 * list(bench.values))


def test_stereo_clips_are_sent_in_the_chosen_channel(bench: Bench) -> None:
    stereo = np.column_stack([np.full(RATE_HZ, 1000), np.full(RATE_HZ, 3000)]).astype(np.int16)
    soundfile.write(bench.folder / "s.wav", stereo, RATE_HZ)
    for channel, value in (("left", 1000), ("right", 3000), ("mix", 2000)):
        sent = all_of(bench.open(connections=1, path="s.wav", channel=channel).chunks(1, None))
        assert np.frombuffer(sent, "<i2")[0] == value


def test_with_entries_each_connection_sends_the_clip_at_its_place(bench: Bench) -> None:
    audio = bench.open(connections=3, entries=(2, 0, 2), trailing_silence_s=0.0)
    sizes = [len(all_of(audio.chunks(conn, None))) for conn in (1, 2, 3, 4)]
    assert sizes == [2 * RATE_HZ * quarters // 4 for quarters in (3, 1, 3, 3)]
    assert [clip for _, clip, _ in bench.started] == ["c.wav", "a.wav", "c.wav", "c.wav"]


def test_an_entry_that_cannot_be_used_ends_its_connection_alone(bench: Bench) -> None:
    (bench.folder / "bad.mp3").write_bytes(b"no audio")
    audio = bench.open(entries=(2, 0))
    with pytest.raises(ProblemError, match=r"bad\.mp3"):
        audio.chunks(1, None).begin()
    assert all_of(audio.chunks(2, None))


def test_what_is_done_to_the_clips_is_said_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    try:
        bench.open(2)
        assert bench.problems == [], "they are sent bit for bit"
        soundfile.write(tmp_path / "e.wav", np.zeros((22_050, 2), np.int16), 22_050)
        bench.open(2)
        (problem,) = bench.problems
        assert problem.what.startswith("1 of 5 clips are converted before they are sent. Example: e.wav (")
        assert "the channels are mixed" in problem.what
    finally:
        bench.close()
