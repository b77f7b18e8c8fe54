"""An audio file as Flux takes it: signed 16-bit mono samples at a rate that Flux accepts.

The one reader of window, command line, engine and built-in endpoint, so that all of them give the same length and
the same refusal. Samples are read block by block. Everything here blocks: call it off the event loop.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np

from flux_desktop.audio import wav
from flux_desktop.audio.channels import Channel
from flux_desktop.audio.containers.view import Contents
from flux_desktop.audio.decoding import DecodeError, Description, Samples, decode, describe, is_located
from flux_desktop.audio.source_file import open_audio, open_problem
from flux_desktop.base import shell
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.flux.defaults import SAMPLE_RATE_HZ, SAMPLE_RATES_HZ

BLOCK_FRAMES = 1 << 16
_HEAD_BYTES = 48
_UNSUPPORTED_KINDS = (
    (4, b"ftyp", "an MPEG-4 file (M4A, MP4 or AAC)"),
    (0, b"\xff\xf1", "an AAC file"),
    (0, b"\x1aE\xdf\xa3", "a Matroska or WebM file"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a Windows Media file"),
    (0, b"#!AMR", "an AMR file"),
    (0, b"\x0b\x77", "an AC-3 file"),
    (0, b"wvpk", "a WavPack file"),
    (0, b"TTA1", "a TTA file"),
    (28, b"Speex   ", "a Speex file"),
    (28, b"\x7fFLAC", "FLAC in an Ogg file"),
    (28, b"\x80theora", "a Theora video"),
    (8, b"AVI ", "an AVI video"),
    (0, b"FLV", "a Flash video"),
    (0, b"Creative Voice File", "a Creative Voice file"),
)
"""Kinds of files that libsndfile does not decode, by the bytes at an offset. Of Creative Voice it decodes the headers
of all blocks but the first as samples."""
_RATE_MIN_HZ, _RATE_MAX_HZ = 1_000, 1_000_000
"""What lies beyond is a damaged header."""
_CHOOSE = "Choose another recording."


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an audio file before its samples are read.

    `sample_rate_hz` and `frames` describe the samples that `blocks` yields, `file_rate_hz` and `channels` the file.
    `layout` is that of a WAV file. `notes` are sentences for the user about what is done to the recording.
    """

    path: Path
    sample_rate_hz: int
    file_rate_hz: int
    channels: int
    frames: int
    channel: Channel = "mix"
    layout: wav.WavLayout | None = None
    notes: tuple[str, ...] = ()
    is_cut: bool = False
    """The end of the recording is missing; `frames` are those that are there."""
    is_compressed: bool = False
    """Only decoding shows whether all of it is intact: see `audio.intact`."""
    is_float: bool = False
    """Its samples may be beyond full scale: see `audio.full_scale`."""

    @property
    def duration_s(self) -> float:
        """Length of the audio in seconds."""
        return self.frames / self.sample_rate_hz

    @property
    def unchanged(self) -> wav.WavLayout | None:
        """Where the samples are in the file if they are sent bit for bit; else None, and they are converted."""
        layout = self.layout
        if layout is None or (layout.format_tag, layout.bits, layout.channels) != (wav.PCM, 16, 1):
            return None
        return layout if layout.sample_rate_hz == self.sample_rate_hz else None

    def blocks(self, frames: int = BLOCK_FRAMES) -> Iterator[Samples]:
        """The mono samples, `frames` at a time (the last block is shorter). Raises `ProblemError` if reading fails."""
        waiting: list[Samples] = []
        count = 0
        for samples in self._samples():
            waiting.append(samples)
            count += len(samples)
            if count < frames:
                continue
            joined = np.concatenate(waiting) if len(waiting) > 1 else samples
            whole = len(joined) - len(joined) % frames
            yield from (joined[at : at + frames] for at in range(0, whole, frames))
            waiting, count = [joined[whole:]], len(joined) - whole
        if count:
            yield np.concatenate(waiting)

    def samples_from(self, first_frame: int) -> Iterator[Samples]:
        """The mono samples from a frame on, in blocks of any length. Raises `ProblemError` if reading fails."""
        return self._samples(first_frame)

    def pcm(self) -> bytes:
        """All samples as signed 16-bit little-endian."""
        return b"".join(block.tobytes() for block in self.blocks())

    def _samples(self, first_frame: int = 0) -> Iterator[Samples]:
        with open_audio(self.path) as file:
            try:
                if (layout := self.unchanged) is not None:
                    yield from _stored(file, layout, 2 * first_frame)
                else:
                    yield from decode(file, self.layout, self.channel, self.sample_rate_hz, first_frame)
            except DecodeError as error:
                raise undecodable(self.path, str(error)) from error
            except OSError as error:
                raise ProblemError(open_problem(self.path, error)) from error


def open_recording(path: str | Path, channel: Channel = "mix", sample_rate_hz: int | None = None) -> Recording:
    """Read a file's header, and decide how its samples are obtained; `channel` applies to stereo files.

    With `sample_rate_hz` the samples have that rate, whatever the file has.

    Raises `ProblemError`: ``audio_not_found``, ``audio_unreadable``, ``audio_empty``, ``audio_unsupported``.
    """
    with open_audio(path) as file:
        path = Path(path)
        try:
            head = file.read(_HEAD_BYTES)
            if not head:
                raise _empty(path, "Its length is 0 bytes.")
            layout = wav.read_layout(file) if wav.is_wav(head) else None
            is_cut = layout is not None and layout.is_truncated
            if layout is not None and layout.data_bytes < layout.frame_bytes:
                raise _empty(path, "Its header is followed by no samples.")
            if layout is not None and not is_located(layout):
                layout = None  # the whole file is left to libsndfile
            if layout is not None:
                _check_rate(layout.sample_rate_hz)  # libsndfile takes no more than 31 bits of it
            description = _describe(file, layout)
            _check_rate(description.sample_rate_hz)
        except OSError as error:
            raise ProblemError(open_problem(path, error)) from error
        except wav.WavError as error:
            raise undecodable(path, str(error)) from error
        except DecodeError as error:
            raise undecodable(path, _unsupported_kind(head) or str(error)) from error
    is_pcm16 = layout is not None and (layout.format_tag, layout.bits) == (wav.PCM, 16)
    keeps_rate = is_pcm16 and description.sample_rate_hz in SAMPLE_RATES_HZ
    rate_hz = sample_rate_hz or (description.sample_rate_hz if keeps_rate else SAMPLE_RATE_HZ)
    recording = Recording(
        path=path,
        sample_rate_hz=rate_hz,
        file_rate_hz=description.sample_rate_hz,
        channels=description.channels,
        frames=_resampled_frames(description.frames or 0, description.sample_rate_hz, rate_hz),
        channel=channel,
        layout=layout,
        is_cut=is_cut or description.contents.is_cut,
        is_compressed=description.is_compressed,
        is_float=description.is_float,
    )
    if description.frames is None:
        recording = msgspec.structs.replace(recording, frames=sum(map(len, recording.blocks())))
    if not recording.frames:
        raise _empty(path, "It contains no samples.")
    return msgspec.structs.replace(recording, notes=tuple(_notes(recording, description)))


def _check_rate(sample_rate_hz: int) -> None:
    if not _RATE_MIN_HZ <= sample_rate_hz <= _RATE_MAX_HZ:
        raise DecodeError(f"Its header states a sample rate of {sample_rate_hz} Hz.")


def _describe(file: BinaryIO, layout: wav.WavLayout | None) -> Description:
    if layout is None or (layout.format_tag, layout.bits) != (wav.PCM, 16):
        return describe(file, layout)
    frames = layout.data_bytes // layout.frame_bytes
    return Description(
        "WAV, 16-bit PCM", layout.sample_rate_hz, layout.channels, frames, True, False, False, Contents(())
    )


def _resampled_frames(frames: int, from_hz: int, to_hz: int) -> int:
    """As many as the resampler yields: rounded half up."""
    return (2 * frames * to_hz + from_hz) // (2 * from_hz)


def _stored(file: BinaryIO, layout: wav.WavLayout, skipped_bytes: int) -> Iterator[Samples]:
    file.seek(layout.data_offset + skipped_bytes)
    left_bytes = max(0, layout.data_bytes - layout.data_bytes % 2 - skipped_bytes)
    while data := file.read(min(2 * BLOCK_FRAMES, left_bytes)):
        left_bytes -= len(data)
        yield np.frombuffer(data[: len(data) - len(data) % 2], "<i2")


def _notes(recording: Recording, description: Description) -> Iterator[str]:
    name, layout = recording.path.name, recording.layout
    if recording.is_cut:
        yield f"{name} is incomplete: its end is missing, after {recording.duration_s:.2f} s of audio."
    if layout is not None and layout.data_bytes % layout.frame_bytes:
        yield f"{name} ends with an incomplete sample, which is left out."
    channels = {1: "mono", 2: "stereo"}.get(recording.channels, f"{recording.channels} channels")
    used = {"mix": "the channels are mixed", "left": "the left channel is used", "right": "the right channel is used"}
    ending = f"; {used[recording.channel]}" if recording.channels > 1 else ""
    if not description.is_16_bit or description.sample_rate_hz != recording.sample_rate_hz:
        source = f"{description.name}, {description.sample_rate_hz / 1000:g} kHz, {channels}"
        yield f"{name} ({source}) is converted to 16-bit, {recording.sample_rate_hz / 1000:g} kHz, mono{ending}."
    elif ending:
        yield f"{name} is converted from {channels} to mono{ending}."


def _unsupported_kind(head: bytes) -> str:
    kinds = (kind for offset, magic, kind in _UNSUPPORTED_KINDS if head.startswith(magic, offset))
    return next((f"It is {kind}, which is not supported." for kind in kinds), "")


def _empty(path: Path, why: str) -> ProblemError:
    return ProblemError(Problem(code="audio_empty", what=f"{path.name} contains no audio.", why=why, todo=_CHOOSE))


def undecodable(path: Path, why: str) -> ProblemError:
    """``audio_unsupported``, with the command that converts the file."""
    # Both begin with a directory, so that a name that begins with a hyphen is not taken for an option.
    quoted, out = shell.word(str(path.absolute())), shell.word(f"./{path.stem}-16k.wav")
    return ProblemError(
        Problem(
            code="audio_unsupported",
            what=f"The audio in {path.name} cannot be decoded.",
            why=why,
            todo=f"Convert it: ffmpeg -i {quoted} -ac 1 -ar {SAMPLE_RATE_HZ} -c:a pcm_s16le {out}",
        )
    )
