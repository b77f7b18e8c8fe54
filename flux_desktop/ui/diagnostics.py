"""What helps whoever looks into a fault: versions, the last run, the newest log lines; never a secret."""

from __future__ import annotations

import logging
import platform
from collections import deque
from importlib import metadata

from flux_desktop import __version__
from flux_desktop.logs import CleanFormatter
from flux_desktop.redaction import redact_log
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.panels.status_line import figures_sentence, main_sentence

LINES_KEPT = 2_000
_PARTS = ("PySide6-Essentials", "qasync", "pyqtgraph", "aws-sdk-sagemaker-runtime-http2", "awscrt", "boto3", "numpy")


class LogKeeper(logging.Handler):
    """Keeps the newest lines in memory, with secrets removed, for the log viewer."""

    def __init__(self) -> None:
        super().__init__(level=logging.INFO)
        self.setFormatter(CleanFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


def versions() -> list[tuple[str, str]]:
    """This program, Python, the system and the parts that matter, with their versions."""
    found = [("flux-desktop", __version__), ("Python", platform.python_version()), ("System", platform.platform())]
    for name in _PARTS:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            found.append((name, "not installed"))
    return found


def report(model: RunModel, lines: list[str]) -> str:
    """All of it as text, for the clipboard."""
    parts = [f"{name}: {version}" for name, version in versions()]
    parts += ["", f"Run: {main_sentence(model, 'none')}", figures_sentence(model, None)]
    parts += [f"Problem: {problem.code}: {problem.sentence()}" for problem in model.notices]
    parts += ["", *lines[-200:]]
    return redact_log("\n".join(parts))
