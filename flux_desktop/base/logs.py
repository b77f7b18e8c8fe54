"""Logging set-up of every process of this program: all lines are cleaned of secrets, whatever their source and level.

Uncaught exceptions are logged in the same way, so that tracebacks are cleaned as well.
"""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

from flux_desktop.base.plain_text import plain_lines
from flux_desktop.base.redaction import redact_log, remember_environment

_LOG = logging.getLogger(__name__)

TALKATIVE = (
    "asyncio",
    "aws_sdk_sagemaker_runtime_http2",
    "aws_sdk_signers",
    "awscrt",
    "boto3",
    "botocore",
    "s3transfer",
    "smithy_aws_core",
    "smithy_aws_event_stream",
    "smithy_core",
    "smithy_http",
    "smithy_json",
    "urllib3",
)
"""Libraries whose debug output contains audio, transcripts, keys and signatures: limited to warnings."""


class CleanFormatter(logging.Formatter):
    """Log formatter that removes secrets and terminal control sequences, from tracebacks as well."""

    def format(self, record: logging.LogRecord) -> str:
        """The formatted text of one or more lines."""
        return plain_lines(redact_log(super().format(record)))


def set_up(level: int | str, *handlers: logging.Handler) -> None:
    """Install these handlers as the only ones of this process, with a `CleanFormatter` in each handler's own layout."""
    remember_environment()
    for handler in handlers:
        layout = handler.formatter or logging.Formatter()
        if not isinstance(layout, CleanFormatter):
            handler.setFormatter(CleanFormatter(layout._fmt, layout.datefmt))
    logging.basicConfig(level=level, handlers=list(handlers), force=True)
    quieten()


def quieten() -> None:
    """Limit the libraries in `TALKATIVE` to warnings, whatever level the program logs at."""
    level = max(logging.WARNING, logging.getLogger().level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(level)
    for name in ("botocore.credentials", "botocore.tokens"):
        # They log an expired sign-in with a traceback; the user gets a sentence instead.
        logging.getLogger(name).setLevel(max(logging.ERROR, level))


def catch_uncaught() -> None:
    """Log uncaught exceptions of all threads from now on. Call it at the start of a process."""
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _LOG.critical("Internal error.", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(uncaught: threading.ExceptHookArgs) -> None:
    if uncaught.exc_value is not None and not issubclass(uncaught.exc_type, SystemExit):
        _log_uncaught(uncaught.exc_type, uncaught.exc_value, uncaught.exc_traceback)


def _log_unraisable(uncaught: sys.UnraisableHookArgs) -> None:
    if uncaught.exc_value is not None:
        _log_uncaught(uncaught.exc_type, uncaught.exc_value, uncaught.exc_traceback)
