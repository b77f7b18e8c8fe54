"""A speech model from Hugging Face, file by file over HTTPS at the pinned revision."""

from __future__ import annotations

import http.client
import os
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from flux_desktop.speech_models.catalogue import ModelFile, SpeechModel

_SITE = "https://huggingface.co"
SITE_VARIABLE = "HF_ENDPOINT"
"""Environment variable that names a mirror, as Hugging Face's own tools read it."""
_SILENCE_MAX_S = 30.0
_PIECE_BYTES = 256 * 1024


def download_files(
    model: SpeechModel, folder: Path, progress: Callable[[int, int], None], cancelled: threading.Event
) -> None:
    """Download every file into `folder`; the caller verifies them.

    Uses the proxy of the environment and the system's certificate authorities. Raises `OSError` or `ValueError` with
    the reason, also when `cancelled`.
    """
    site = (os.environ.get(SITE_VARIABLE) or _SITE).rstrip("/")
    opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    received_bytes = 0
    for file in model.files:
        url = f"{site}/{model.repository}/resolve/{model.revision}/{file.name}"
        for piece_bytes in _download(opener, url, folder / file.name, file):
            received_bytes += piece_bytes
            progress(received_bytes, model.size_bytes)
            if cancelled.is_set():
                raise OSError("cancelled")


def _download(opener: urllib.request.OpenerDirector, url: str, path: Path, file: ModelFile) -> Iterator[int]:
    """Yield the size of each piece received. Raises `OSError` or `ValueError`."""
    _require_https(url)
    try:
        with opener.open(url, timeout=_SILENCE_MAX_S) as answer, path.open("wb") as out:
            _require_https(answer.url)  # redirects lead to the site's file servers
            received_bytes = 0
            while piece := answer.read(_PIECE_BYTES):
                received_bytes += len(piece)
                if received_bytes > file.size_bytes:
                    raise ValueError(f"{file.name} is larger than published")
                out.write(piece)
                yield len(piece)
    except urllib.error.HTTPError as error:
        error.close()
        raise OSError(f"the server answered {error.code} {error.reason} for {file.name}") from error
    except http.client.HTTPException as error:
        raise OSError(f"{file.name} was cut off") from error
    if received_bytes != file.size_bytes:
        raise OSError(f"{file.name} was cut off after {received_bytes} of {file.size_bytes} bytes")


def _require_https(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise ValueError(f"{urlsplit(url).hostname or url} is not an https address")
