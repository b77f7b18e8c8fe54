"""Audio of a plan's source in the encoding of the wire: read once, shared by all streams."""

from __future__ import annotations

import msgspec

from flux_desktop.audio.encoding import ENCODINGS, Encoding, chunk_bytes, encode, sample_bytes
from flux_desktop.audio.recording import open_recording
from flux_desktop.audio.words import reference_transcript
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.engine.measuring.ground_truth import SpokenWords
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.sending.chunk_source import ChunkSource, FileChunkSource


def prepared(plan: RunPlan) -> tuple[RunPlan, list[str]]:
    """The plan with what only the source states (its sample rate), and notes for the user.

    Reads the header of the file; raises `ProblemError` for one that cannot be streamed.
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
    if not isinstance(plan.source, WavSource):
        return plan, []
    recording = open_recording(plan.source.path, plan.source.channel)
    options = msgspec.structs.replace(plan.options, sample_rate_hz=recording.sample_rate_hz)
    return msgspec.structs.replace(plan, options=options), list(recording.notes)


class LoadedAudio(msgspec.Struct):
    """The whole audio in the encoding of the wire, and what is said in it, where that is known."""

    data: bytes = b""
    words: SpokenWords | None = None


def load(plan: RunPlan) -> LoadedAudio:
    """Read a file's audio and the words beside it; raises `ProblemError`."""
    if not isinstance(plan.source, WavSource):
        return LoadedAudio()
    recording = open_recording(plan.source.path, plan.source.channel)
    transcript = reference_transcript(plan.source.path)
    words = None
    if transcript is not None and transcript.words:
        words = SpokenWords(transcript.words, recording.duration_s, looped=plan.source.loop)
    return LoadedAudio(data=encode(recording.pcm(), _encoding(plan)), words=words)


def feed(plan: RunPlan, audio: bytes, duration_s: float | None) -> ChunkSource | None:
    """One stream's chunks of the shared audio; `duration_s` ends them early, or ends a loop. None for a microphone."""
    if not isinstance(plan.source, WavSource):
        return None
    options = plan.options
    width = sample_bytes(options.encoding)
    looped = plan.source.loop
    limit = None
    if duration_s is not None:
        limit = round(duration_s * options.sample_rate_hz) * width
        if not looped:
            limit = min(limit, len(audio))
    return FileChunkSource(
        audio, chunk_bytes(options.sample_rate_hz, plan.chunk_s, width), loop=looped, limit_bytes=limit
    )


def _encoding(plan: RunPlan) -> Encoding:
    return next(encoding for encoding in ENCODINGS if encoding == plan.options.encoding)
