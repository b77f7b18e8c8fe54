"""What the window remembers from one start to the next; no secret is among it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import platformdirs

from flux_desktop import __version__
from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.recording.session_folder import make_private_folder
from flux_desktop.engine.records.stages import STREAMS_MAX
from flux_desktop.flux.options import FluxOptions, problems
from flux_desktop.reports.files import write_whole
from flux_desktop.ui.models.ramp import Ramp

if TYPE_CHECKING:
    from flux_desktop.ui.window.main_window import MainWindow

_log = logging.getLogger(__name__)
RECENT_MAX = 8
_FILE_MAX_BYTES = 1024 * 1024


class Settings(msgspec.Struct, kw_only=True, omit_defaults=True):
    """All with defaults, so that an older or newer file still opens."""

    theme: str = "system"
    width: int = 1440
    height: int = 900
    connections: int = 2
    duration_s: float = 0.0
    loop: bool = False
    ramp: Ramp = Ramp()
    options: FluxOptions = FluxOptions()
    recent: list[str] = []
    endpoint: str = "local"
    profile: str = ""
    region: str = ""
    microphone: str = ""
    go_on_when_lost: bool = False
    clock: int = 0
    """Of the latency plot: a place in `plots.latency.CLOCKS`."""
    third_plot: str = "Pacing"
    refuses_configure: list[str] = []
    """Endpoints whose build takes no changes in mid-stream."""
    checked_version: str = ""
    """The version of this program whose quick self-test has been carried out here."""


def settings_path() -> Path:
    """Where they lie."""
    return Path(platformdirs.user_config_dir("flux-desktop", appauthor=False)) / "settings.json"


def load(path: Path) -> Settings:
    """Read them; a file that is missing or cannot be read gives the defaults."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_FILE_MAX_BYTES), type=Settings)
    except FileNotFoundError:
        return Settings()
    except (OSError, msgspec.DecodeError, UnicodeError, RecursionError) as error:
        _log.warning("The settings in %s cannot be read: %s", path, error)
        return Settings()


def save(path: Path, settings: Settings) -> None:
    """Write them whole or not at all; a failure is only logged, for nothing depends on them."""
    try:
        make_private_folder(path.parent)
        write_whole(path, msgspec.json.format(msgspec.json.encode(settings)))
    except (OSError, ProblemError) as error:
        _log.warning("The settings could not be kept in %s: %s", path, error)


def apply(window: MainWindow, settings: Settings) -> None:
    """Put them into the window's fields; what is out of range is left as it is."""
    window.theme.set_mode(settings.theme)
    window.resize(_within(1100, settings.width, 10_000), _within(700, settings.height, 10_000))
    window.run_bar.connections.setValue(_within(1, settings.connections, STREAMS_MAX))
    window.run_bar.duration.setValue(settings.duration_s)
    window.run_bar.loop.setChecked(settings.loop)
    window.run_bar.set_ramp(settings.ramp)
    window.plots.preferred, window.plots.clock = settings.third_plot, int(settings.clock == 1)
    window.sound_panel.microphone.lost.setChecked(settings.go_on_when_lost)
    if not problems(settings.options):
        window.flux_panel.set_options(settings.options)
    window.steering.refuses_configure = list(settings.refuses_configure)
    window.recent = [path for path in settings.recent if Path(path).suffix][:RECENT_MAX]
    if settings.microphone:
        window.microphones.chosen = settings.microphone
        window.sound_panel.microphone.refresh(None)
    window.endpoint_panel.account.prefer(settings.profile, settings.region)
    window.endpoint_panel.prefer(settings.endpoint)


def _within(low: int, number: int, high: int) -> int:
    """Qt takes no number that is larger than its own."""
    return max(low, min(number, high))


def collect(window: MainWindow) -> Settings:
    """Read them from the window."""
    profile, region = window.endpoint_panel.account.access()
    return Settings(
        theme=window.theme.mode,
        width=window.width(),
        height=window.height(),
        connections=window.run_bar.connections.value(),
        duration_s=window.run_bar.duration.value(),
        loop=window.run_bar.loop.isChecked(),
        ramp=window.run_bar.ramp,
        third_plot=window.plots.preferred,
        clock=window.plots.clock,
        go_on_when_lost=window.microphones.go_on_when_lost,
        options=window.flux_panel.chosen_options(),
        recent=window.recent,
        endpoint=window.endpoint_panel.selected(),
        profile=profile or "",
        region=region,
        microphone=window.microphones.chosen,
        refuses_configure=window.steering.refuses_configure,
        checked_version=__version__,
    )
