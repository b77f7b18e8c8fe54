"""Audio of a run with a data set: each connection sends its own clips, one after another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from flux_desktop.audio.encoding import ENCODINGS, chunk_bytes, sample_bytes
from flux_desktop.audio.recording import Recording
from flux_desktop.audio.words import ReferenceWord
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.assignment import clip_order
from flux_desktop.datasets.clip import BadEntry, Clip, unusable
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.datasets.usable import UsableClip, bad_entry, check_clips, usable_clip
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.plan import DataSetSource, RunPlan
from flux_desktop.engine.sending.chunk_source import ChunkSource, DiskChunkSource
from flux_desktop.engine.sending.wire_audio import ReaderThreads, WireAudio

_SHOWN = 5
_LIST = "“flux-stress data check” lists what cannot be used."


def checked_data_set(source: DataSetSource) -> tuple[DataSetSource, list[str]]:
    """The source with the places of clips that cannot be used, and sentences for the user about all that is left out.

    Blocks for a few seconds at most (`datasets.usable`). Raises `ProblemError`, as `strict` demands too.
    """
    data_set = read_data_set(source.path, source.columns)
    checked = check_clips(data_set.clips, source.channel)
    bad = [*data_set.bad, *checked.bad.values()]
    if len(checked.bad) == len(data_set.clips):
        raise unusable(data_set.path, _first(bad), f"Correct the entries. {_LIST}")
    if bad and source.strict:
        raise unusable(data_set.path, _first(bad), "Correct the entries, or leave --strict out.")
    notes = [f"Left out: {entry.where}: {entry.why}" for entry in bad[:_SHOWN]]
    if len(bad) > _SHOWN:
        notes.append(f"Left out: {len(bad) - _SHOWN} more; flux-stress data check lists them.")
    if checked.undecoded:
        count = f"{checked.undecoded} of {len(data_set.clips)} recordings were not"
        notes.append(f"{count} decoded before the run; flux-stress data check decodes all of them.")
    return msgspec.structs.replace(source, left_out=tuple(checked.bad)), notes


def fresh_connections(plan: RunPlan, clips: int) -> RunPlan:
    """The plan with a connection for each of `clips` in each pass; as many as it had are held at the same time."""
    assert isinstance(plan.source, DataSetSource)
    return msgspec.structs.replace(plan, connections=clips * plan.source.passes, held_max=plan.connections)


def with_source(plan: RunPlan, source: DataSetSource) -> RunPlan:
    """The plan with a source that was checked: a clip that is left out has no connection of its own."""
    assert isinstance(plan.source, DataSetSource)
    connections = plan.connections
    if source.fresh_connection:
        connections -= source.passes * (len(source.left_out) - len(plan.source.left_out))
    return msgspec.structs.replace(plan, source=source, connections=connections)


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


class ClipSequence:
    """Chunks of several clips; the next clip is read ahead while the present one is being sent."""

    def __init__(
        self,
        clips: Sequence[Callable[[], ChunkSource]],
        limit_bytes: int | None,
        on_begin: Callable[[], None],
        on_clip: Callable[[int, int], None],
        on_end: Callable[[int], None],
    ) -> None:
        """`on_clip` gets a clip's place in the sequence and the bytes before it, `on_end` the place of an ended one.

        `on_begin` is called when the first clips are read.
        """
        self._clips = clips
        self._left = limit_bytes
        self._on_begin = on_begin
        self._on_clip = on_clip
        self._on_end = on_end
        self._place = 0
        self._sent_bytes = 0
        self._announced = -1
        self._begun: ChunkSource | None = None
        self._following: ChunkSource | None = None

    def begin(self) -> None:
        """Read the beginnings of the first two clips; of a connection that waits for its place nothing is read."""
        if self._begun is None:
            self._begun = self._clips[0]()
            self._following = self._clips[1]() if len(self._clips) > 1 else None
            self._on_begin()

    def end(self) -> None:
        """Let go of the clips that are in use."""
        for place, chunks in enumerate((self._begun, self._following), self._place):
            if chunks is not None:
                chunks.end()
                self._on_end(place)
        self._begun, self._following, self._clips = None, None, ()

    @property
    def _present(self) -> ChunkSource:
        self.begin()
        assert self._begun is not None
        return self._begun

    def next_bytes(self) -> int:
        """Size of the next chunk; 0 when the last clip has ended."""
        size = self._present.next_bytes()
        while not size and self._following is not None:
            self._on_end(self._place)
            self._place += 1
            self._begun = self._following
            self._following = self._clips[self._place + 1]() if self._place + 1 < len(self._clips) else None
            size = self._present.next_bytes()
        return size if self._left is None else min(size, self._left)

    def take(self) -> bytes | None:
        """The next chunk, which is then behind; None while it is still being read from disk."""
        size = self.next_bytes()
        if (chunk := self._present.take()) is None:
            return None
        self._count(size)
        return chunk[:size]

    def skip(self) -> None:
        """Leave the next chunk out."""
        size = self.next_bytes()
        self._present.skip()
        self._count(size)

    def _count(self, size: int) -> None:
        if self._announced != self._place:
            self._announced = self._place
            self._on_clip(self._place, self._sent_bytes)
        self._sent_bytes += size
        if self._left is not None:
            self._left -= size


class LeftOut:
    """In place of the chunks of a clip that cannot be decoded, where it has a connection of its own."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def begin(self) -> None:
        """Raises `ProblemError`."""
        raise ProblemError(self._problem)

    def end(self) -> None:
        """There is nothing to let go of."""

    def next_bytes(self) -> int:
        """There is no chunk."""
        return 0

    def take(self) -> bytes | None:
        """There is no chunk."""
        return None

    def skip(self) -> None:
        """There is no chunk."""


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
                self._all.append(Problem(code="clip_left_out", what=what, todo=_LIST))
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
            raise unusable(Path(source.path), _first(bad), f"Correct the entries. {_LIST}")
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
    return f"{len(notes)} of {len(recordings)} clips are not sent as they are: {notes[0]}"


def _first(bad: Sequence[BadEntry]) -> str:
    return f"{bad[0].where}: {bad[0].why}" if bad else "It has no clip that can be streamed."
