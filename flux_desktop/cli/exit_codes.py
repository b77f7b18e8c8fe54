"""The exit statuses of `flux-stress`; scripts rely on them."""

from __future__ import annotations

from enum import IntEnum

from flux_desktop.base import program


class ExitCode(IntEnum):
    """If several apply, the one that explains the others is returned: see `cli.outcome`."""

    OK = 0
    CONNECTION_FAILED = 1
    USAGE = 2
    INVALID = 3
    CREDENTIALS = 4
    ENDPOINT = 5
    NOT_COMPARABLE = 6
    NOT_DECIDED = 7
    LIMIT_BROKEN = 99
    INTERRUPTED = program.INTERRUPTED


HELP = """\
exit status:
  0    every connection completed (or as many as the limits require), and every limit was met
  1    a connection failed, was refused, or ended without a transcript, or the recording is incomplete
  2    wrong usage or input: nothing was connected
  3    INVALID: this machine was the bottleneck, so the figures say nothing about the endpoint
  4    credentials are missing, expired or refused
  5    the endpoint was not found or is not in service
  99   a limit was not met
  130  interrupted (Ctrl+C, SIGTERM or SIGHUP)"""
