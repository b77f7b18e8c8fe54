"""What the exit status of `flux-stress` says; scripts rely on it."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Where several hold, the one that explains the others wins: see `cli.outcome`."""

    OK = 0
    CONNECTION_FAILED = 1
    USAGE = 2
    INVALID = 3
    CREDENTIALS = 4
    ENDPOINT = 5
    LIMIT_BROKEN = 99
    INTERRUPTED = 130


HELP = """\
exit status:
  0    every connection completed, and every limit held
  1    a connection failed, was refused, or ended without a transcript
  2    wrong usage or input: nothing was connected
  3    INVALID: this machine itself was the bottleneck, so the figures prove nothing
  4    credentials are missing, expired or refused
  5    the endpoint was not found or is not in service
  99   a limit was broken
  130  interrupted (Ctrl+C)"""
