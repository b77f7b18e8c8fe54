"""Keeps the levels of the audio that the run's connections send; files are read in the background, when asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import msgspec

from flux_desktop.audio.channels import Channel
from flux_desktop.audio.level_frames import level_frames
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.threads import file_work
from flux_desktop.datasets.clip import Clip
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.engine.records.audio_events import ClipStarted
from flux_desktop.engine.records.plan import DataSetSource, MicrophoneSource, RunPlan, WavSource
from flux_desktop.engine.sending.clip_references import clip_beside
from flux_desktop.ui.models.audio_track import LEVELS_PER_S, AudioTrack, ClipLevels, ClipTrack, MicrophoneTrack
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.services.tasks import UiTasks

GROUP = "levels"
LEVELS_KEPT = 4_000_000
"""Of all clips: 22 hours, 32 MB."""
FILE_LIMIT_S = 600.0
Check = Callable[[str], Awaitable[Problem | None]]


class ClipKey(msgspec.Struct, frozen=True):
    """A clip as the run names it."""

    path: str
    offset_s: float = 0.0
    number: int | None = None
    """Its place in the data set; None for the one recording of a run."""


class TrackKeeper:
    """Gives the track of a connection and fills it as its files are read. Used on the window's thread."""

    def __init__(self, run: RunModel, tasks: UiTasks, check: Check | None = None) -> None:
        """`check` says why a file of a session is not to be drawn, or None."""
        self._run = run
        self._check = check
        self._tasks = tasks
        self._generation = -1
        self._tracks: dict[int, ClipTrack] = {}
        self._microphones: dict[int, MicrophoneTrack] = {}
        self._levels: OrderedDict[ClipKey, ClipLevels] = OrderedDict()
        self._wanted: OrderedDict[ClipKey, list[tuple[ClipTrack, int]]] = OrderedDict()
        """What is still to be read, and where it goes."""
        self._clips: tuple[Clip, ...] | None = None

    def track(self, conn: int) -> AudioTrack | None:
        """The levels of a connection as far as they are known; None where it has sent nothing yet."""
        run = self._run
        if run.generation != self._generation:
            self._generation = run.generation
            self._tracks, self._microphones, self._clips = {}, {}, None
            self._wanted.clear()
            self._levels.clear()  # a file may have changed since
            self._tasks.cancel(GROUP)
        plan, conversation = run.plan, run.conversations.get(conn)
        if plan is None or conversation is None:
            return None
        if isinstance(plan.source, MicrophoneSource):
            return self._microphone(conn, conversation.timeline.origin_s)
        track = self._tracks.get(conn)
        if track is None:
            track = self._tracks[conn] = ClipTrack(is_looped=isinstance(plan.source, WavSource) and plan.source.loop)
            if isinstance(plan.source, WavSource) and plan.source.path:  # an experiment states its audio later
                self._append(track, 0.0, ClipKey(plan.source.path))
        for clip in conversation.timeline.clips[len(track) :] if isinstance(plan.source, DataSetSource) else ():
            self._append(track, clip.audio_s, _key(clip))
        return track

    def _microphone(self, conn: int, origin_s: float | None) -> MicrophoneTrack | None:
        if origin_s is None:
            return None
        track = self._microphones.get(conn)
        if track is None or track.origin_s != origin_s:
            track = self._microphones[conn] = MicrophoneTrack(
                self._run.microphone.heard_peak, self._run.microphone.heard_rms, origin_s
            )
        return track

    def _append(self, track: ClipTrack, start_s: float, key: ClipKey) -> None:
        track.append(start_s)
        levels = self._levels.get(key)
        if levels is not None:
            track.fill(len(track) - 1, levels)
            return
        is_idle = not self._wanted
        self._wanted.setdefault(key, []).append((track, len(track) - 1))
        if is_idle and self._run.plan is not None:
            self._tasks.start("reading the levels of the audio", self._read_all(self._run.plan), group=GROUP)

    async def _read_all(self, plan: RunPlan) -> None:
        while self._wanted:
            key = next(iter(self._wanted))
            try:
                levels = await self._read(plan, key)
            except ProblemError as error:
                levels, why = None, error.problem.sentence()
            for track, number in self._wanted.pop(key, ()):
                if levels is None:
                    track.fail(why)
                else:
                    track.fill(number, levels)
            if levels is not None:
                self._keep(key, levels)

    async def _read(self, plan: RunPlan, key: ClipKey) -> ClipLevels:
        name = Path(key.path).name
        problem = None if self._check is None else await self._check(key.path)
        if problem is not None:
            raise ProblemError(problem)
        source = plan.source
        if isinstance(source, DataSetSource):
            if self._clips is None:
                work = partial(read_data_set, source.path, source.columns)
                self._clips = (await file_work("Reading the data set", work, FILE_LIMIT_S)).clips
            clip = self._clips[key.number] if key.number is not None and key.number < len(self._clips) else None
            if clip is None or str(clip.path) != key.path or clip.offset_s != key.offset_s:
                what = f"The data set has changed since the run: it no longer has the clip {name}."
                raise ProblemError(Problem(code="clip_changed", what=what))
            read = partial(_read_clip, clip, source.channel)
        else:
            assert isinstance(source, WavSource)
            read = partial(_read_recording, Path(key.path), source.channel)
        return await file_work(f"Reading the levels of {name}", read, FILE_LIMIT_S)

    def _keep(self, key: ClipKey, levels: ClipLevels) -> None:
        self._levels[key] = levels
        while len(self._levels) > 1 and sum(len(each.peaks) for each in self._levels.values()) > LEVELS_KEPT:
            self._levels.popitem(last=False)


def _key(clip: ClipStarted) -> ClipKey:
    return ClipKey(clip.clip, clip.offset_s, clip.number)


def _read_recording(path: Path, channel: Channel) -> ClipLevels:
    clip, _problem = clip_beside(path)
    return _read_clip(clip or Clip(path=path), channel)


def _read_clip(clip: Clip, channel: Channel) -> ClipLevels:
    recording = open_recording(clip.path, clip.channel or channel)
    rate_hz = recording.sample_rate_hz
    first = min(round(clip.offset_s * rate_hz), recording.frames)
    left = recording.frames - first
    frames = left if clip.duration_s is None else min(left, round(clip.duration_s * rate_hz))
    peaks, rms = level_frames(recording, first, frames, LEVELS_PER_S)
    return ClipLevels(frames / rate_hz, peaks, rms, clip.holds or None)
