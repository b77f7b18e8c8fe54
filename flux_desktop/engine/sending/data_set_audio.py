"""Audio of a run with a data set: each connection sends its own clips, one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from flux_desktop.audio.encoding import chunk_bytes, sample_bytes
from flux_desktop.audio.recording import Recording
from flux_desktop.audio.words import ReferenceWord
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.assignment import clip_order
from flux_desktop.datasets.clip import BadEntry, Clip, unusable
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.datasets.usable import UsableClip, bad_entry, usable_clip
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.sending.chunk_source import ChunkSource, DiskChunkSource
from flux_desktop.engine.sending.clip_sequence import ClipSequence, LeftOut
from flux_desktop.engine.sending.data_set_check import LIST, first_of
from flux_desktop.engine.sending.wire_audio import ReaderThreads, WireAudio
from flux_desktop.flux.defaults import ENCODINGS


class PlannedClip(UsableClip, frozen=True):
    """A clip that is sent, with the silence after it."""

    silent_frames: int
    number: int
    """Its place in the data set."""

    @property
    def audio_s(self) -> float:
        """Length of its audio."""
        return self.frames / self.recording.sample_rate_hz

    @property
    def duration_s(self) -> float:
        """Length of what is sent, with the silence after it."""
        return (self.frames + self.silent_frames) / self.recording.sample_rate_hz


OnClip = Callable[[int, PlannedClip, float], None]
"""Called with the connection, the clip, and the seconds of audio before it."""
OnClipAhead = Callable[[int, PlannedClip, float, float], None]
"""Called one clip ahead, also with the seconds of the clip's audio that are sent."""


def clips_of(conn: int, plan: RunPlan, clips: Sequence[PlannedClip], duration_s: float | None) -> list[PlannedClip]:
    """What connection `conn` sends: its share of the passes, or as many clips as fill `duration_s`; at least one."""
    source = plan.source
    assert isinstance(source, DataSetSource)
    conn, connections = (1, 1) if source.at_once else (conn, plan.connections)
    order = clip_order(conn, connections, len(clips), source.seed)
    if duration_s is None:
        share = -(-(len(clips) * source.passes - conn + 1) // connections)
        return [clips[index] for index in islice(order, max(1, share))]
    chosen, filled_s = [], 0.0
    for index in order:
        chosen.append(clips[index])
        filled_s += clips[index].duration_s
        if filled_s >= duration_s:
            break
    return chosen


class DataSetAudio:
    """The clips of one worker's connections. `open` blocks and is called first; the rest is called on the loop."""

    def __init__(
        self,
        plan: RunPlan,
        connections: Sequence[int],
        on_problem: Callable[[Problem], None],
        on_clip: OnClip,
        on_clip_ahead: OnClipAhead,
    ) -> None:
        self.words = None
        self.words_of: dict[int, SpokenWords] = {}
        """By connection, where the words of all its clips are known."""
        self._plan = plan
        self._connections = connections
        self._on_problem = on_problem
        self._on_clip = on_clip
        self._on_clip_ahead = on_clip_ahead
        self._threads = ReaderThreads()
        self._clips: list[PlannedClip] = []
        self._all: list[PlannedClip | Problem] = []
        self._audio: dict[int, WireAudio] = {}
        self._users: Counter[int] = Counter()
        """Connections that send or are about to send a clip, by the clip's identity."""

    def open(self) -> None:
        """Read the data set and the header of each clip. Raises `ProblemError`."""
        source = self._plan.source
        assert isinstance(source, DataSetSource)
        bad: list[BadEntry] = []
        for number, clip in enumerate(read_data_set(source.path, source.columns).clips):
            if number in source.left_out:  # as was said before the run
                what = f"The clip {clip.path} cannot be used."
                self._all.append(Problem(code="clip_left_out", what=what, todo=LIST))
                continue
            try:
                planned = _planned(clip, self._plan.options.sample_rate_hz, source, number)
            except ProblemError as error:
                bad.append(bad_entry(clip, error.problem))
                self._all.append(error.problem)
            else:
                self._clips.append(planned)
                self._all.append(planned)
        if not self._clips or (bad and source.strict):
            raise unusable(Path(source.path), first_of(bad), f"Correct the entries. {LIST}")
        for entry in bad:
            what = f"The clip {entry.where} is left out. {entry.why}"
            self._on_problem(Problem(code="clip_left_out", what=what))
        if 1 in self._connections and (sentence := _conversion([each.recording for each in self._clips])):
            self._on_problem(Problem(code="clips_converted", what=sentence))

    def chunks(self, conn: int, duration_s: float | None) -> ChunkSource:
        """The chunks of connection `conn`; its words are then in `words_of`."""
        source = self._plan.source
        assert isinstance(source, DataSetSource)
        if source.fresh_connection or source.entries:
            one = self._all[self._place(conn, source)]
            if isinstance(one, Problem):
                return LeftOut(one)
            chosen = [one]
        else:
            chosen = clips_of(conn, self._plan, self._clips, duration_s)
        options = self._plan.options
        width = sample_bytes(options.encoding)
        bytes_per_s = options.sample_rate_hz * width
        if not self._plan.on_demand and (words := _words(chosen)) is not None:
            self.words_of[conn] = words

        def ahead(place: int, audio_s: float) -> None:
            if place < len(chosen) and (duration_s is None or audio_s < duration_s):
                left_s = chosen[place].audio_s if duration_s is None else duration_s - audio_s
                self._on_clip_ahead(conn, chosen[place], audio_s, min(chosen[place].audio_s, left_s))

        def begun(place: int, before_bytes: int) -> None:
            audio_s = before_bytes / bytes_per_s
            self._on_clip(conn, chosen[place], audio_s)
            ahead(place + 1, audio_s + chosen[place].duration_s)

        return ClipSequence(
            [lambda clip=clip: self._chunks_of(clip, width) for clip in chosen],  # type: ignore[misc]
            None if duration_s is None else round(duration_s * options.sample_rate_hz) * width,
            lambda: ahead(0, 0.0),
            begun,
            lambda place: self._release(chosen[place]),
        )

    def _place(self, conn: int, source: DataSetSource) -> int:
        """Place in the data set of the one clip that a connection sends."""
        if source.entries:
            return source.entries[(conn - 1) % len(source.entries)]
        places = [place for place in range(len(self._all)) if place not in source.left_out]
        return places[next(clip_order(conn, self._plan.connections, len(places), source.seed))]

    def close(self) -> None:
        """Close all files and end the threads; a read that hangs is left behind."""
        for audio in self._audio.values():
            audio.close()
        self._threads.close()

    def _chunks_of(self, clip: PlannedClip, width: int) -> ChunkSource:
        encoding = next(each for each in ENCODINGS if each == self._plan.options.encoding)
        audio = self._audio.get(id(clip))
        if audio is None:
            audio = self._audio[id(clip)] = WireAudio(
                clip.recording,
                encoding,
                self._threads,
                first_frame=clip.first_frame,
                frames=clip.frames,
                pause_frames=clip.silent_frames,
            )
        self._users[id(clip)] += 1
        size = chunk_bytes(self._plan.options.sample_rate_hz, self._plan.chunk_s, width)
        return DiskChunkSource(audio, size, self._on_problem, loop=False, limit_bytes=None)

    def _release(self, clip: PlannedClip) -> None:
        self._users[id(clip)] -= 1
        if not self._users[id(clip)]:
            self._audio.pop(id(clip)).close()


def _planned(clip: Clip, sample_rate_hz: int, source: DataSetSource, number: int) -> PlannedClip:
    usable = usable_clip(clip, source.channel, sample_rate_hz)
    silent_frames = round(source.trailing_silence_s * sample_rate_hz)
    return PlannedClip(clip, usable.recording, usable.first_frame, usable.frames, silent_frames, number)


def _words(clips: Sequence[PlannedClip]) -> SpokenWords | None:
    """The words of the clips on one time line; None where those of a clip are not known."""
    words: list[ReferenceWord] = []
    before_s = 0.0
    for planned in clips:
        if not planned.clip.words:
            return None
        words += (
            msgspec.structs.replace(word, start_s=word.start_s + before_s, end_s=word.end_s + before_s)
            for word in planned.clip.words
        )
        before_s += planned.duration_s
    return SpokenWords(words, before_s, looped=False)


def _conversion(recordings: Sequence[Recording]) -> str:
    """What is done to the clips before they are sent, in one sentence; empty if they are sent as they are."""
    notes = [recording.notes[-1] for recording in recordings if recording.notes]
    if not notes:
        return ""
    return f"{len(notes):,} of {len(recordings):,} clips are converted before they are sent. Example: {notes[0]}"
