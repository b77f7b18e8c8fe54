"""Diagnostics for a bug report: versions, the last run, the newest log lines; no secrets."""

from __future__ import annotations

import logging
from collections import deque

from flux_desktop.base.logs import CleanFormatter
from flux_desktop.base.redaction import redact_log
from flux_desktop.base.versions import versions
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.panels.status_line import figures_sentence, main_sentence

LINES_KEPT = 2_000


class LogKeeper(logging.Handler):
    """Keeps the newest lines in memory, with secrets removed, for the log viewer."""

    def __init__(self) -> None:
        super().__init__(level=logging.INFO)
        self.setFormatter(CleanFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def report(model: RunModel, lines: list[str]) -> str:
    """The diagnostics as text."""
    parts = [f"{name}: {version}" for name, version in versions()]
    parts += ["", f"Run: {main_sentence(model, 'none')}", figures_sentence(model, None)]
    parts += [f"Problem: {problem.code}: {problem.sentence()}" for problem in model.notices]
    parts += ["", *lines[-200:]]
    return redact_log("\n".join(parts))
