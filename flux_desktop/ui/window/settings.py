"""The user's settings, kept in a versioned JSON file. It contains no secrets."""

from __future__ import annotations

import logging
from pathlib import Path

import msgspec
import platformdirs

from flux_desktop import __version__
from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.recording.session_folder import make_private_folder
from flux_desktop.flux.options import problems
from flux_desktop.reports.files import write_whole
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.choices import CONNECTIONS_MAX, DEFAULT_OPTIONS, RECENT_MAX, USER_CLOCK, WIRE_CLOCK, Choices
from flux_desktop.ui.models.listening import VOLUME_MAX
from flux_desktop.ui.models.microphone import SYSTEM_DEFAULT
from flux_desktop.ui.models.presets import OWN_MAX
from flux_desktop.ui.style.theme import MODES
from flux_desktop.ui.window.settings_migration import VERSION, Settings, UnsupportedVersionError, decode

_log = logging.getLogger(__name__)
_FILE_MAX_BYTES = 1024 * 1024
_SIDE_MIN_PX, _SIDE_MAX_PX = 320, 10_000
_DURATION_MAX_S = 86_400.0


def settings_path() -> Path:
    """Where the settings are kept."""
    return Path(platformdirs.user_config_dir("flux-desktop", appauthor=False)) / "settings.json"


def load(path: Path) -> Settings:
    """Read the settings. A file that this version cannot use is moved aside and logged, and the defaults are used."""
    try:
        with path.open("rb") as file:
            return decode(file.read(_FILE_MAX_BYTES))
    except FileNotFoundError:
        return Settings(version=VERSION)
    except UnsupportedVersionError as error:
        _keep_aside(path, f"version-{error.version}", f"they have version {error.version}, newer than {VERSION}")
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        _keep_aside(path, "unreadable", str(error))
    except OSError as error:
        _log.warning("Could not read the settings in %s: %s", path, error)
    return Settings(version=VERSION)


def save(path: Path, settings: Settings) -> None:
    """Write the settings, whole or not at all; a failure is only logged because nothing depends on them."""
    try:
        make_private_folder(path.parent)
        write_whole(path, msgspec.json.format(msgspec.json.encode(settings)))
    except (OSError, ProblemError) as error:
        _log.warning("Could not save the settings to %s: %s", path, error)


def restore(state: AppState, settings: Settings) -> None:
    """Put the settings into the state; values out of range are replaced by the nearest valid ones, or the default."""
    chosen = settings.choices
    options = DEFAULT_OPTIONS if problems(chosen.options) else chosen.options
    state.choices = msgspec.structs.replace(
        chosen,
        options=options,
        connections=_within(1, chosen.connections, CONNECTIONS_MAX),
        duration_s=float(_within(0, chosen.duration_s, _DURATION_MAX_S)),
        theme=chosen.theme if chosen.theme in MODES else "system",
        width=_within(_SIDE_MIN_PX, chosen.width, _SIDE_MAX_PX),
        height=_within(_SIDE_MIN_PX, chosen.height, _SIDE_MAX_PX),
        latency_clock=WIRE_CLOCK if chosen.latency_clock == WIRE_CLOCK else USER_CLOCK,
        presets=[preset for preset in chosen.presets if not problems(preset.options())][:OWN_MAX],
        recent=[path for path in chosen.recent if path][:RECENT_MAX],
    )
    state.microphones.chosen = settings.microphone or SYSTEM_DEFAULT
    state.microphones.go_on_when_lost = settings.go_on_when_lost
    state.listening.output = settings.output or SYSTEM_DEFAULT
    state.listening.volume = _within(0, settings.volume, VOLUME_MAX)
    state.refuses_configure = list(settings.refuses_configure)
    state.changed()


def collect(state: AppState) -> Settings:
    """The settings of the present state."""
    microphone = state.microphones.chosen
    return Settings(
        version=VERSION,
        choices=Choices(**msgspec.structs.asdict(state.choices)),
        microphone="" if microphone == SYSTEM_DEFAULT else microphone,
        go_on_when_lost=state.microphones.go_on_when_lost,
        output=state.listening.output_name,
        volume=state.listening.volume,
        refuses_configure=list(state.refuses_configure),
        checked_version=__version__,
    )


def _within[N: (int, float)](low: N, number: N, high: N) -> N:
    """Qt accepts no number outside its own range."""
    return max(low, min(number, high))


def _keep_aside(path: Path, why: str, reason: str) -> None:
    aside = path.with_name(f"{path.stem}.{why}{path.suffix}")
    try:
        path.replace(aside)
    except OSError as error:
        _log.warning("Could not use the settings in %s (%s), nor keep them as %s: %s", path, reason, aside, error)
    else:
        _log.warning("Could not use the settings in %s (%s); they were kept as %s", path, reason, aside.name)
