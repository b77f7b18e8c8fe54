"""The log, the versions and licences, and diagnostics for a bug report."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from flux_desktop.base.problem import Problem
from flux_desktop.base.resources import resource_path
from flux_desktop.base.versions import versions
from flux_desktop.ui.models.glossary import GLOSSARY
from flux_desktop.ui.models.presenter.keys import KEYS
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.panels.self_test_dialog import SelfTestDialog
from flux_desktop.ui.services.tasks import UiTasks
from flux_desktop.ui.widgets.banner import BannerStack
from flux_desktop.ui.widgets.basics import copy_text
from flux_desktop.ui.widgets.log_dialog import LogDialog
from flux_desktop.ui.widgets.terms_dialog import TermsDialog
from flux_desktop.ui.widgets.text_dialog import TextDialog
from flux_desktop.ui.window.diagnostics import LogKeeper, report

LICENCES, BILL = "notices/third-party-licences.txt", "notices/sbom.cdx.json"
SELF_TEST = "self-test"
COPIED = Problem(code="copied", what="Diagnostics copied to the clipboard. Secrets have been removed.")


class HelpDialogs:
    """Opens dialogs over `parent`; none of them blocks the window."""

    def __init__(self, parent: QWidget, run: RunModel, log: LogKeeper, banners: BannerStack, tasks: UiTasks) -> None:
        self._parent = parent
        self._run = run
        self._log = log
        self._banners = banners
        self._tasks = tasks

    def show_glossary(self) -> None:
        """Explain the words on screen."""
        TermsDialog(self._parent, "Glossary", list(GLOSSARY.items()), hint="Filter, for example latency").open()

    def show_shortcuts(self) -> None:
        """List every entry of the menus that has a shortcut, with its menu."""
        rows = [
            (action.shortcut().toString(QKeySequence.SequenceFormat.NativeText), _path_of(action))
            for action in self._parent.findChildren(QAction)
            if not action.shortcut().isEmpty() and action.text()
        ]
        keys = sorted({(path, shortcut) for shortcut, path in rows})
        shown = [(shortcut, path) for path, shortcut in keys]
        shown += [(key, f"Presenter View → {words}") for key, words in KEYS]
        TermsDialog(self._parent, "Keyboard shortcuts", shown, hint="Filter, for example export", first_px=130).open()

    def run_self_test(self) -> None:
        """Check this installation with real processes and streams, and show what is found; closing it stops it."""
        dialog = SelfTestDialog(self._parent)
        task = self._tasks.start("carrying out the self-test", _self_test(dialog), group=SELF_TEST, exclusive=True)
        if task is not None:
            dialog.abandoned.connect(lambda: self._tasks.cancel(SELF_TEST))
            dialog.open()

    def show_log(self) -> None:
        """Show the newest log lines and follow the log."""
        LogDialog(self._parent, lambda: list(self._log.lines)).open()

    def show_about(self) -> None:
        """Show versions, and the licences of all parts."""
        words = "\n".join(f"{name:34} {version}" for name, version in versions())
        words += (
            f"\n\nList of all parts (CycloneDX): {resource_path(BILL)}\n\n{resource_path(LICENCES).read_text('utf-8')}"
        )
        heading = "flux-desktop: try, tune and present Deepgram Flux on Amazon SageMaker"
        TextDialog(self._parent, "About flux-desktop", heading, words).open()

    def copy_diagnostics(self) -> None:
        """Copy versions, the run's state and the newest log lines, without secrets."""
        copy_text(report(self._run, list(self._log.lines)))
        self._banners.show_problem(COPIED, "ok")


async def _self_test(dialog: SelfTestDialog) -> None:
    from flux_desktop.engine.self_test.self_test import SelfTest  # brings the engine along

    test = SelfTest(dialog.show_finding)
    await test.run()
    dialog.show_end(test.failed)


def _path_of(action: QAction) -> str:
    """Where an action is found, such as ``View → Presenter View``."""
    parts, owner = [action.text()], action.parent()
    while isinstance(owner, QMenu) and owner.title():
        parts.append(owner.title())
        owner = owner.parent()
    return " → ".join(part.replace("&", "").rstrip("…") for part in reversed(parts))
