"""Decoding of audio files by libsndfile, mixing to one channel, and resampling by soxr: block by block.

Blocks while it reads and computes; never on an event loop. Both libraries are imported at first use: a WAV file
that is sent as it is needs neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flux_desktop.audio import wav
from flux_desktop.audio.channels import Channel
from flux_desktop.audio.containers.contents import contents_of
from flux_desktop.audio.containers.view import Contents, PartsFile, Stored

Samples = NDArray[np.int16]

_READ_FRAMES = 1 << 15
_PRECISE_FRAMES = 1 << 10
_FRAMES_KNOWN_MAX = 1 << 48
"""libsndfile gives a larger number for a file whose length it cannot tell."""
SUFFIXES = (
    *(".wav", ".rf64", ".w64", ".flac", ".mp3", ".ogg", ".oga", ".opus"),
    *(".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".sph"),
)
"""Usual endings of files that can be decoded; the content decides."""
UNSUPPORTED_SUFFIXES = (
    ".m4a",
    ".m4b",
    ".mp4",
    ".aac",
    ".wma",
    ".webm",
    ".mka",
    ".mkv",
    ".amr",
    ".ac3",
    ".wv",
    ".ape",
    ".voc",
)
"""Usual endings of recordings that cannot."""
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


_REASONS = {
    "Format not recognised": "Its content is not in a known audio format.",
    "Supported file format but file is malformed": "Its header is damaged.",
    "Supported file format but unsupported encoding": "Its coding is not supported.",
    "File contains data in an unimplemented format": "Its coding is not supported.",
    "flac decoder lost sync": "The data is not valid FLAC.",
    "unknown error in flac decoder": "The data is not valid FLAC.",
    "Unspecified internal error": "The data cannot be decoded.",
}
"""What libsndfile reports, in the user's terms."""
_STATED_EXACTLY = {"FLAC", "OGG", "MP3"}
"""Containers whose length is known to the sample; of other compressed codings the samples are counted."""


class DecodeError(Exception):
    """The file cannot be decoded; the text is a sentence for the user."""


class Description(NamedTuple):
    """What a file contains, before it is decoded. `frames` is None where its length is not known until then."""

    name: str
    """Container and coding, such as “FLAC, 16-bit PCM”."""
    sample_rate_hz: int
    channels: int
    frames: int | None
    is_16_bit: bool
    is_compressed: bool
    """Only decoding shows whether all of it is intact."""
    is_float: bool
    """Its samples may be beyond full scale."""
    contents: Contents


class Loudest(NamedTuple):
    """How many samples of one channel are beyond ±1.0, of how many, and the largest of all."""

    over: int
    samples: int
    peak: float


def is_located(layout: wav.WavLayout) -> bool:
    """Whether the samples can be read at the place that the layout states, without trust in the header's lengths."""
    return (layout.format_tag, layout.sample_bytes) in _RAW_SUBTYPES


def describe(file: BinaryIO, layout: wav.WavLayout | None) -> Description:
    """What an open file contains; `layout` is that of a WAV file. Raises `DecodeError`."""
    contents = _contents(file, layout)
    if contents.damaged_s is not None:
        raise DecodeError(f"It is damaged after {contents.damaged_s:.1f} s; what follows is not audio.")
    with closing(_open(file, layout, contents)) as decoder:
        if decoder.format not in _FORMATS and layout is None:
            raise DecodeError(f"It is a file of the kind {decoder.format_info}, which is not supported.")
        name = "WAV" if layout is not None else _FORMATS[decoder.format]
        if decoder.format != "MP3":
            name = f"{name}, {_CODINGS.get(decoder.subtype, decoder.subtype_info)}"
        is_compressed = decoder.format in _STATED_EXACTLY or decoder.subtype not in _CODINGS
        is_known = decoder.frames < _FRAMES_KNOWN_MAX and (not is_compressed or decoder.format in _STATED_EXACTLY)
        return Description(
            name,
            decoder.samplerate,
            decoder.channels,
            decoder.frames if is_known else None,
            decoder.subtype == "PCM_16",
            is_compressed,
            decoder.subtype in {"FLOAT", "DOUBLE"},
            contents,
        )


def decode(
    file: BinaryIO, layout: wav.WavLayout | None, channel: Channel, sample_rate_hz: int, first_frame: int = 0
) -> Iterator[Samples]:
    """The samples of an open file in one channel at this rate, in blocks of any length. Raises `DecodeError`.

    They begin at `first_frame`, of this rate; where they are resampled, to within one sample of the file.
    """
    with closing(_open(file, layout, _contents(file, layout))) as decoder:
        _skip(decoder, first_frame * decoder.samplerate // sample_rate_hz)
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


def count(file: BinaryIO, layout: wav.WavLayout | None) -> int:
    """Samples of one channel that can be decoded, at the file's own rate. Raises `DecodeError`."""
    try:
        return _count(file, layout, _READ_FRAMES)
    except DecodeError:
        return _count(file, layout, _PRECISE_FRAMES)  # a block with damage in it is lost whole: where is it?


def loudest(file: BinaryIO, layout: wav.WavLayout | None, channel: Channel, samples_max: int) -> Loudest:
    """How loud the first `samples_max` are in one channel, before they are converted. Raises `DecodeError`."""
    over, samples, peak = 0, 0, 0.0
    with closing(_open(file, layout, _contents(file, layout))) as decoder:
        for block in _read(decoder, "float32"):
            level = np.nan_to_num(np.abs(_one_channel(block, channel)), nan=0.0, posinf=np.inf)
            over += int(np.count_nonzero(level > 1.0))
            samples += len(level)
            peak = max(peak, float(level.max()))
            if samples >= samples_max:
                break
    return Loudest(over, samples, peak)


def _count(file: BinaryIO, layout: wav.WavLayout | None, block_frames: int) -> int:
    with closing(_open(file, layout, _contents(file, layout))) as decoder:
        return sum(len(block) for block in _read(decoder, "int16", block_frames))


def _contents(file: BinaryIO, layout: wav.WavLayout | None) -> Contents:
    if layout is None:
        return contents_of(file)
    return Contents((Stored(layout.data_offset, layout.data_bytes - layout.data_bytes % layout.frame_bytes),))


def _open(file: BinaryIO, layout: wav.WavLayout | None, contents: Contents) -> Any:
    from flux_desktop.audio.sound_library import soundfile

    part = PartsFile(file, contents.parts)
    try:
        if layout is None:
            return _sequential()(part)
        return _sequential()(
            part,
            samplerate=layout.sample_rate_hz,
            channels=layout.channels,
            format="RAW",
            subtype=_RAW_SUBTYPES[layout.format_tag, layout.sample_bytes],
            endian="LITTLE",
        )
    except (soundfile.LibsndfileError, TypeError, ValueError) as error:
        raise DecodeError(_reason(error)) from error


@cache
def _sequential() -> Any:
    """The class of decoders. One that can seek does so after each block, which costs an MP3 the bits that it has kept
    for the next frame, and fails at the end of a FLAC file of unknown length."""
    from flux_desktop.audio.sound_library import soundfile

    class Sequential(soundfile.SoundFile):  # type: ignore[misc]
        def seekable(self) -> bool:
            return False

    return Sequential


def _skip(decoder: Any, frames: int) -> None:
    """Pass over frames: by seeking where the file can be sought, else by decoding them."""
    from flux_desktop.audio.sound_library import soundfile

    if not frames:
        return
    try:
        decoder.seek(frames)
    except (soundfile.LibsndfileError, RuntimeError):
        while frames > 0 and len(block := decoder.read(min(frames, _READ_FRAMES), dtype="int16", always_2d=True)):
            frames -= len(block)


def _read(decoder: Any, dtype: str, block_frames: int = _READ_FRAMES) -> Iterator[NDArray[Any]]:
    from flux_desktop.audio.sound_library import soundfile

    read_frames = 0
    try:
        while len(block := decoder.read(block_frames, dtype=dtype, always_2d=True)):
            read_frames += len(block)
            yield block
    except soundfile.LibsndfileError as error:
        raise _damage(decoder, read_frames, block_frames, error) from error


def _damage(decoder: Any, frames: int, block_frames: int, error: Exception) -> DecodeError:
    from_s, to_s = frames / decoder.samplerate, (frames + block_frames) / decoder.samplerate
    if block_frames > _PRECISE_FRAMES:
        where = f"between {from_s:.1f} s and {to_s:.1f} s"
    else:
        where = f"after {from_s:.1f} s" if frames else "at its beginning"
    return DecodeError(f"It is damaged {where}: {_reason(error)}")


def _reason(error: Exception) -> str:
    text = str(getattr(error, "error_string", error)).removeprefix("Error : ").strip().rstrip(".")
    if text.startswith("Error in "):
        return "Its header is damaged, or its coding is not supported."
    return _REASONS.get(text, f"{text[:1].upper()}{text[1:]}.")


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
    with np.errstate(over="ignore", invalid="ignore"):  # damaged floats may be of any size, or none
        scaled = np.nan_to_num(np.rint(samples * 32768.0), nan=0.0)
    return np.clip(scaled, -32768, 32767).astype("<i2")
