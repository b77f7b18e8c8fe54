"""What helps whoever looks into a fault: versions, the last run, the newest log lines; never a secret."""

from __future__ import annotations

import logging
import platform
import re
from collections import deque
from importlib import metadata

from flux_desktop import __version__
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.panels.status_line import figures_sentence, main_sentence

LINES_KEPT = 2_000
_PARTS = ("PySide6-Essentials", "qasync", "pyqtgraph", "aws-sdk-sagemaker-runtime-http2", "awscrt", "boto3", "numpy")
_SECRETS = (
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}\b"), "[key removed]"),
    (
        re.compile(r"(?i)((?:secret|token|signature|credential|password|authorization)[\w-]*[\"']?\s*[:=]\s*)\S+"),
        r"\1[removed]",
    ),
    (re.compile(r"\b[A-Za-z0-9/+=]{40,}\b"), "[long value removed]"),
)


class LogKeeper(logging.Handler):
    """Keeps the newest lines in memory, with secrets removed, for the log viewer."""

    def __init__(self) -> None:
        super().__init__(level=logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.lines: deque[str] = deque(maxlen=LINES_KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(without_secrets(self.format(record)))


def without_secrets(words: str) -> str:
    """The text with everything removed that looks like a key, a token or a signature."""
    for pattern, put in _SECRETS:
        words = pattern.sub(put, words)
    return words


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
    return without_secrets("\n".join(parts))
