"""Decoding of audio files by libsndfile, mixing to one channel, and resampling by soxr: block by block.

Blocks while it reads and computes; never on an event loop. Both libraries are imported at first use: a WAV file
that is sent as it is needs neither.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flux_desktop.audio import wav
from flux_desktop.audio.channels import Channel

Samples = NDArray[np.int16]

_READ_FRAMES = 1 << 15
_FRAMES_KNOWN_MAX = 1 << 48
"""libsndfile gives a larger number for a file whose length it cannot tell."""
SUFFIXES = (
    *(".wav", ".rf64", ".w64", ".flac", ".mp3", ".ogg", ".oga", ".opus"),
    *(".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".sph", ".voc"),
)
"""Usual endings of files that can be decoded; the content decides."""
_RAW_SUBTYPES = {
    (wav.PCM, 1): "PCM_U8",
    (wav.PCM, 2): "PCM_16",
    (wav.PCM, 3): "PCM_24",
    (wav.PCM, 4): "PCM_32",
    (wav.FLOAT, 4): "FLOAT",
    (wav.FLOAT, 8): "DOUBLE",
    (wav.ALAW, 1): "ALAW",
    (wav.MULAW, 1): "ULAW",
}
"""By format tag and bytes of a sample: what is read at the place that `audio.wav` found."""
_FORMATS = {
    "AIFF": "AIFF",
    "AU": "AU",
    "CAF": "Core Audio",
    "FLAC": "FLAC",
    "MP3": "MP3",
    "NIST": "NIST Sphere",
    "OGG": "Ogg",
    "RF64": "RF64",
    "VOC": "VOC",
    "W64": "Wave64",
    "WAV": "WAV",
    "WAVEX": "WAV",
}
"""Of libsndfile's formats those for recordings, and not for instruments or matrices; with the name for the user."""
_CODINGS = {
    "PCM_S8": "8-bit PCM",
    "PCM_U8": "8-bit PCM",
    "PCM_16": "16-bit PCM",
    "PCM_24": "24-bit PCM",
    "PCM_32": "32-bit PCM",
    "FLOAT": "32-bit float",
    "DOUBLE": "64-bit float",
    "ULAW": "mu-law",
    "ALAW": "A-law",
}


class DecodeError(Exception):
    """The file cannot be decoded; the text is a sentence for the user."""


class Description(NamedTuple):
    """What a file contains, before it is decoded. `frames` is None where the file does not state its length."""

    name: str
    """Container and coding, such as “FLAC, 16-bit PCM”."""
    sample_rate_hz: int
    channels: int
    frames: int | None
    is_16_bit: bool


def is_located(layout: wav.WavLayout) -> bool:
    """Whether the samples can be read at the place that the layout states, without trust in the header's lengths."""
    return (layout.format_tag, layout.sample_bytes) in _RAW_SUBTYPES


def describe(file: BinaryIO, layout: wav.WavLayout | None) -> Description:
    """What an open file contains; `layout` is that of a WAV file. Raises `DecodeError`."""
    with closing(_open(file, layout)) as decoder:
        if layout is None and decoder.format not in _FORMATS:
            raise DecodeError(f"It is a file of the kind {decoder.format_info}, which is not supported.")
        frames = decoder.frames if decoder.frames < _FRAMES_KNOWN_MAX else None
        name = "WAV" if layout is not None else _FORMATS[decoder.format]
        if decoder.format != "MP3":
            name = f"{name}, {_CODINGS.get(decoder.subtype, decoder.subtype_info)}"
        return Description(name, decoder.samplerate, decoder.channels, frames, decoder.subtype == "PCM_16")


def decode(file: BinaryIO, layout: wav.WavLayout | None, channel: Channel, sample_rate_hz: int) -> Iterator[Samples]:
    """The samples of an open file in one channel at this rate, in blocks of any length. Raises `DecodeError`."""
    with closing(_open(file, layout)) as decoder:
        if decoder.samplerate == sample_rate_hz and decoder.subtype == "PCM_16":
            for block in _read(decoder, "int16"):
                yield _one_channel(block, channel)
            return
        resampler = _resampler(decoder.samplerate, sample_rate_hz)
        for block in _read(decoder, "float32"):
            mono = _one_channel(block, channel)
            yield _to_16_bit(mono if resampler is None else resampler.resample_chunk(mono))
        if resampler is not None:
            yield _to_16_bit(resampler.resample_chunk(np.zeros(0, np.float32), last=True))


def _open(file: BinaryIO, layout: wav.WavLayout | None) -> Any:
    import soundfile

    try:
        if layout is None:
            file.seek(0)
            return soundfile.SoundFile(file)
        return soundfile.SoundFile(
            _Part(file, layout.data_offset, layout.data_bytes - layout.data_bytes % layout.frame_bytes),
            samplerate=layout.sample_rate_hz,
            channels=layout.channels,
            format="RAW",
            subtype=_RAW_SUBTYPES[layout.format_tag, layout.sample_bytes],
            endian="LITTLE",
        )
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise DecodeError(_reason(error)) from error


def _read(decoder: Any, dtype: str) -> Iterator[NDArray[Any]]:
    import soundfile

    read_frames = 0
    try:
        while len(block := decoder.read(_READ_FRAMES, dtype=dtype, always_2d=True)):
            read_frames += len(block)
            yield block
    except soundfile.LibsndfileError as error:
        position_s = read_frames / decoder.samplerate
        raise DecodeError(f"It is damaged after {position_s:.1f} s: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    text = str(getattr(error, "error_string", error)).removeprefix("Error : ").strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def _resampler(from_hz: int, to_hz: int) -> Any:
    if from_hz == to_hz:
        return None
    import soxr

    return soxr.ResampleStream(from_hz, to_hz, 1, dtype="float32", quality="HQ")


def _one_channel(block: NDArray[Any], channel: Channel) -> NDArray[Any]:
    """One column of a block with a column for each channel; a file with one channel has no left and right."""
    channels = block.shape[1]
    if channel == "mix" and channels > 1:
        if block.dtype == np.int16:
            return np.asarray(block.sum(axis=1, dtype=np.int32) // channels, dtype="<i2")
        return np.asarray(block.mean(axis=1), dtype=np.float32)
    return np.ascontiguousarray(block[:, 1 if channel == "right" and channels > 1 else 0])


def _to_16_bit(samples: NDArray[Any]) -> Samples:
    scaled = np.nan_to_num(np.rint(samples * 32768.0), nan=0.0)
    return np.clip(scaled, -32768, 32767).astype("<i2")


class _Part(io.RawIOBase):
    """The bytes of a file from `offset` on, `size` of them, as a file of their own."""

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        self._file = file
        self._offset = offset
        self._size = size
        self._at = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = min(max(0, start + offset), self._size)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._file.seek(self._offset + self._at)
        data = self._file.read(min(len(buffer), self._size - self._at))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
