"""The parts of the window that a page's experiments work with."""

from __future__ import annotations

from typing import NamedTuple

from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.services.run_controller import RunController
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.window.price_keeper import PriceKeeper


class PageParts(NamedTuple):
    """One of each in a window."""

    theme: ThemeSource
    state: AppState
    controller: RunController
    prices: PriceKeeper
    banners: BannerStack
    tasks: UiTasks
