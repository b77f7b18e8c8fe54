"""Recordings of a folder whose words are known, each read when a stream first begins as it does.

The folder's ``openings.json`` tells them apart by their first samples, so that an endpoint starts without reading any.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Literal

import msgspec

from flux_desktop.base.problem import ProblemError
from flux_desktop.local_endpoint.recognition.scripts import Script

OPENINGS = "openings.json"
_LOG = logging.getLogger(__name__)


def opening_digest(opening: bytes) -> str:
    """What distinguishes the recordings of a folder; `opening` is the first `JOIN_S` after leading silence."""
    return hashlib.blake2b(opening, digest_size=12).hexdigest()


class StoredScripts:
    """Shared by the streams of one endpoint; `loaded` grows as streams need them. Used on the event loop only."""

    def __init__(self, folder: Path, names: dict[str, str], load: Callable[[Path], Future[Script]]) -> None:
        """`names` gives the file name of each recording by its `opening_digest`; `load` reads one off the loop."""
        self._folder = folder
        self._names = names
        self._load = load
        self._loading: dict[str, Future[Script]] = {}
        self.loaded: tuple[Script, ...] = ()

    def beginning_with(self, audio: bytes) -> Script | Literal["loading"] | None:
        """The recording whose first `JOIN_S` sound as `audio` does, if there is one."""
        digest = opening_digest(audio)
        if digest not in self._names:
            return None
        if digest not in self._loading:
            self._loading[digest] = self._load(self._folder / self._names[digest])
        if not self._loading[digest].done():
            return "loading"
        try:
            script = self._loading[digest].result()
        except ProblemError as error:
            _LOG.warning("%s", error.problem.sentence())
            del self._names[digest]
            return None
        if script not in self.loaded:
            self.loaded += (script,)
        return script


def stored_in(folder: Path, load: Callable[[Path], Future[Script]]) -> StoredScripts:
    """The recordings of a folder; none where it has no list of them."""
    try:
        names = msgspec.json.decode((folder / OPENINGS).read_bytes(), type=dict[str, str])
    except FileNotFoundError:
        names = {}
    return StoredScripts(folder, names, load)
