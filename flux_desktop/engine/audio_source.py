"""From a plan's source to the bytes that its streams send: the file is read once and shared by all of them."""

from __future__ import annotations

import msgspec

from flux_desktop.audio.g711 import encode_alaw, encode_mulaw
from flux_desktop.audio.wav import WavAudio, read_wav
from flux_desktop.engine.feed import SAMPLE_BYTES, Feed, FileFeed, chunk_bytes
from flux_desktop.engine.plan import RunPlan, WavSource
from flux_desktop.problem import Problem, ProblemError


def prepared(plan: RunPlan) -> tuple[RunPlan, list[str]]:
    """The plan with what only the source knows (its sample rate), and sentences a person should read.

    Reads the file; raises `ProblemError` for one that cannot be streamed.
    """
    if plan.options.encoding not in SAMPLE_BYTES:
        raise ProblemError(
            Problem(
                code="encoding_not_sent",
                what=f"Audio cannot be sent as {plan.options.encoding}.",
                why=f"This program encodes {', '.join(SAMPLE_BYTES)}.",
                todo="Choose one of these.",
            )
        )
    if not isinstance(plan.source, WavSource):
        return plan, []
    audio = read_wav(plan.source.path)
    options = msgspec.structs.replace(plan.options, sample_rate_hz=audio.sample_rate_hz)
    return msgspec.structs.replace(plan, options=options), list(audio.notes)


def load(plan: RunPlan) -> bytes:
    """The whole audio in the encoding of the wire; raises `ProblemError`."""
    if not isinstance(plan.source, WavSource):
        return b""
    audio: WavAudio = read_wav(plan.source.path)
    encoders = {"linear16": bytes, "mulaw": encode_mulaw, "alaw": encode_alaw}
    return encoders[plan.options.encoding](audio.pcm)


def feed(plan: RunPlan, audio: bytes) -> Feed:
    """One stream's chunks of the shared audio."""
    options = plan.options
    looped = isinstance(plan.source, WavSource) and plan.source.loop
    limit = None
    if plan.duration_s is not None:
        limit = round(plan.duration_s * options.sample_rate_hz) * SAMPLE_BYTES[options.encoding]
        if not looped:
            limit = min(limit, len(audio))
    size = chunk_bytes(options.encoding, options.sample_rate_hz, plan.chunk_s)
    return FileFeed(audio, size, loop=looped, limit_bytes=limit)
