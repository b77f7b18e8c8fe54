"""Audio of a plan's source: checked before the run, then read from disk in the encoding of the wire."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from flux_desktop.audio.encoding import chunk_bytes, sample_bytes
from flux_desktop.audio.full_scale import clipping_note
from flux_desktop.audio.intact import check_intact
from flux_desktop.audio.recording import open_recording
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.datasets.clip import Clip
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.sending.chunk_source import ChunkSource, DiskChunkSource, SharedChunks
from flux_desktop.engine.sending.clip_references import clip_beside
from flux_desktop.engine.sending.data_set_check import checked_data_set, with_source
from flux_desktop.engine.sending.wire_audio import ReaderThreads, WireAudio
from flux_desktop.flux.defaults import ENCODINGS, Encoding


def prepared(plan: RunPlan) -> tuple[RunPlan, list[str]]:
    """The plan with what only the source states (its sample rate), and notes for the user.

    Decodes the file for a second or two (`audio.intact`). Raises `ProblemError` for one that cannot be streamed, and
    for a words file that cannot be used.
    """
    if plan.options.encoding not in ENCODINGS:
        raise ProblemError(
            Problem(
                code="encoding_not_sent",
                what=f"Audio cannot be sent as {plan.options.encoding}.",
                why=f"This program encodes {', '.join(ENCODINGS)}.",
                todo="Choose one of these.",
            )
        )
    if isinstance(plan.source, DataSetSource):
        source, notes = checked_data_set(plan.source)
        return with_source(plan, source), notes
    if not isinstance(plan.source, WavSource):
        return plan, []
    recording = open_recording(plan.source.path, plan.source.channel)
    check_intact(recording)
    clip_beside(plan.source.path)
    options = msgspec.structs.replace(plan.options, sample_rate_hz=recording.sample_rate_hz)
    notes = [*recording.notes, clipping_note(recording)]
    return msgspec.structs.replace(plan, options=options), [note for note in notes if note]


class RunAudio:
    """The audio that a worker's connections send; of a microphone there is none.

    `open` blocks and is called first, off the loop; everything else is called on the loop. `on_problem` is called once,
    when the file cannot be read to its end.
    """

    def __init__(self, plan: RunPlan, on_problem: Callable[[Problem], None]) -> None:
        self.words: SpokenWords | None = None
        """What is said in the recording, where a words file states it."""
        self.words_of: dict[int, SpokenWords] = {}
        """Nothing: all connections say the same."""
        self.clip: Clip | None = None
        """The recording with what is known to be said in it."""
        self.length_s = 0.0
        self._plan = plan
        self._on_problem = on_problem
        self._problem: Problem | None = None
        self._threads = ReaderThreads()
        self._audio: WireAudio | None = None
        self._shared = SharedChunks()

    def open(self) -> None:
        """Read the header, the words beside the file, and the first block. Raises `ProblemError`."""
        source = self._plan.source
        if not isinstance(source, WavSource):
            return
        recording = open_recording(source.path, source.channel)
        self.length_s = recording.duration_s
        self.clip, problem = clip_beside(source.path)
        if problem is not None:
            self._on_problem(problem)
        if self.clip is not None and self.clip.words:
            self.words = SpokenWords(self.clip.words, recording.duration_s, looped=source.loop)
        self._audio = WireAudio(recording, _encoding(self._plan), self._threads)
        self._audio.read(0).result()

    def chunks(self, conn: int, duration_s: float | None) -> ChunkSource | None:
        """The chunks of connection `conn`; `duration_s` ends them early, or ends a loop. None for a microphone."""
        source, options = self._plan.source, self._plan.options
        if self._audio is None or not isinstance(source, WavSource):
            return None
        width = sample_bytes(options.encoding)
        return DiskChunkSource(
            self._audio,
            chunk_bytes(options.sample_rate_hz, self._plan.chunk_s, width),
            self._report,
            loop=source.loop,
            limit_bytes=None if duration_s is None else round(duration_s * options.sample_rate_hz) * width,
            shared=self._shared,
        )

    def close(self) -> None:
        """Close the file and end the threads; a read that hangs is left behind."""
        if self._audio is not None:
            self._audio.close()
        self._threads.close()

    def _report(self, problem: Problem) -> None:
        if self._problem is None:
            self._problem = problem
            self._on_problem(problem)


def _encoding(plan: RunPlan) -> Encoding:
    return next(encoding for encoding in ENCODINGS if encoding == plan.options.encoding)
