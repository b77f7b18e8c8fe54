"""The user's prices, kept beside the settings: the window edits them, the command line reads them."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import platformdirs

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.recording.session_folder import make_private_folder
from flux_desktop.evaluation.cost import Prices
from flux_desktop.reports.files import write_whole

_log = logging.getLogger(__name__)
_FILE_MAX_BYTES = 64 * 1024


def prices_path() -> Path:
    """Where the prices are kept."""
    return Path(platformdirs.user_config_dir("flux-desktop", appauthor=False)) / "prices.json"


def load_prices(path: Path) -> Prices | None:
    """The prices that were entered; None if there are none, or the file cannot be read (which is logged)."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_FILE_MAX_BYTES), type=Prices)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeError) as error:
        _log.warning("Could not read the prices in %s: %s", path, error)
        return None


def save_prices(path: Path, prices: Prices) -> None:
    """Keep the prices, whole or not at all. Raises `ProblemError`, or OSError from the folder."""
    make_private_folder(path.parent)
    write_whole(path, msgspec.json.format(msgspec.json.encode(prices)))


def save_prices_or_problem(path: Path, prices: Prices) -> str:
    """Keep the prices; returns why that failed, or an empty text."""
    try:
        save_prices(path, prices)
    except ProblemError as error:
        return error.problem.sentence()
    except OSError as error:
        return f"The prices could not be saved to {path}: {error.strerror or error}."
    return ""
