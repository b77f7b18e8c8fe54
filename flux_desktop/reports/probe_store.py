"""The latest probe of each endpoint, kept in the user's data folder: what its build supports is asked once."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import msgspec
import platformdirs

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.recording.session_folder import make_private_folder
from flux_desktop.flux.probe_findings import ProbeReport, decode_report
from flux_desktop.reports.files import write_whole

_log = logging.getLogger(__name__)
_FILE_MAX_BYTES = 1024 * 1024


def probes_folder() -> Path:
    """Where the probes are kept."""
    return Path(platformdirs.user_data_dir("flux-desktop", appauthor=False)) / "probes"


def save_probe(report: ProbeReport, folder: Path | None = None) -> str:
    """Keep a report; returns why that failed, or an empty text."""
    folder = folder or probes_folder()
    path = _path(folder, report.endpoint, report.region)
    try:
        make_private_folder(folder)
        write_whole(path, msgspec.json.format(msgspec.json.encode(report)))
    except ProblemError as error:
        return error.problem.sentence()
    except OSError as error:
        return f"The result could not be saved to {path}: {error.strerror or error}."
    return ""


def load_probe(endpoint: str, region: str, folder: Path | None = None) -> ProbeReport | None:
    """The latest report of an endpoint; None if there is none that can be read."""
    path = _path(folder or probes_folder(), endpoint, region)
    try:
        with path.open("rb") as file:
            report = decode_report(file.read(_FILE_MAX_BYTES))
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeError) as error:
        _log.warning("Could not read the probe in %s: %s", path, error)
        return None
    return report if (report.endpoint, report.region) == (endpoint, region) else None


def _path(folder: Path, endpoint: str, region: str) -> Path:
    """A file name that any file system takes, whatever the names are."""
    digest = hashlib.sha256(f"{region}/{endpoint}".encode()).hexdigest()[:16]
    return folder / f"{digest}.json"
