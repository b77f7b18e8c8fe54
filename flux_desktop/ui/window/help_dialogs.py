"""The log, the versions and licences, and diagnostics for a bug report."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from flux_desktop.base.problem import Problem
from flux_desktop.base.resources import resource_path
from flux_desktop.base.versions import versions
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.basics import copy_text
from flux_desktop.ui.widgets.log_dialog import LogDialog
from flux_desktop.ui.widgets.text_dialog import TextDialog
from flux_desktop.ui.window.diagnostics import LogKeeper, report

LICENCES, BILL = "notices/third-party-licences.txt", "notices/sbom.cdx.json"
COPIED = Problem(code="copied", what="Diagnostics copied to the clipboard. Secrets have been removed.")


class HelpDialogs:
    """Opens dialogs over `parent`; none of them blocks the window."""

    def __init__(self, parent: QWidget, run: RunModel, log: LogKeeper, banners: BannerStack) -> None:
        self._parent = parent
        self._run = run
        self._log = log
        self._banners = banners

    def show_log(self) -> None:
        """Show the newest log lines and follow the log."""
        LogDialog(self._parent, lambda: list(self._log.lines)).open()

    def show_about(self) -> None:
        """Show versions, and the licences of all parts."""
        words = "\n".join(f"{name:34} {version}" for name, version in versions())
        words += f"\n\n{resource_path(BILL)}\n\n{resource_path(LICENCES).read_text('utf-8')}"
        heading = "flux-desktop: try, tune and present Deepgram Flux on Amazon SageMaker"
        TextDialog(self._parent, "About flux-desktop", heading, words).open()

    def copy_diagnostics(self) -> None:
        """Copy versions, the run's state and the newest log lines, without secrets."""
        copy_text(report(self._run, list(self._log.lines)))
        self._banners.show_problem(COPIED, "ok")
