"""The one log sink of every process of this program: no secret leaves by it, whatever logs and at whatever level.

Also what nobody caught goes this way, so that a traceback is as clean as any other line.
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
"""Libraries whose debug lines hold audio, transcripts, keys and signatures: held at warnings at every level."""


class CleanFormatter(logging.Formatter):
    """Formats a record, its traceback too, without secrets and without commands to a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        """The finished line, or lines."""
        return plain_lines(redact_log(super().format(record)))


def set_up(level: int | str, *handlers: logging.Handler) -> None:
    """Make these handlers the only ones of this process, and every line of theirs clean.

    A handler keeps the layout that it came with.
    """
    remember_environment()
    for handler in handlers:
        layout = handler.formatter or logging.Formatter()
        if not isinstance(layout, CleanFormatter):
            handler.setFormatter(CleanFormatter(layout._fmt, layout.datefmt))
    logging.basicConfig(level=level, handlers=list(handlers), force=True)
    quieten()


def quieten() -> None:
    """Hold the talkative libraries at warnings, whatever level the program logs at."""
    level = max(logging.WARNING, logging.getLogger().level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(level)
    for name in ("botocore.credentials", "botocore.tokens"):
        # They warn of a sign-in that has expired with a traceback; a person is told in a sentence.
        logging.getLogger(name).setLevel(max(logging.ERROR, level))


def catch_uncaught() -> None:
    """Log what no code catches, in any thread. For the start of a process."""
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread
    sys.unraisablehook = _log_unraisable


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _LOG.critical("Internal error.", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None and not issubclass(found.exc_type, SystemExit):
        _log_uncaught(found.exc_type, found.exc_value, found.exc_traceback)


def _log_unraisable(found: sys.UnraisableHookArgs) -> None:
    if found.exc_value is not None:
        _log_uncaught(found.exc_type, found.exc_value, found.exc_traceback)
