"""The listening process: takes commands on its standard input, plays, and reports on its standard output.

``python -m flux_desktop.audio.listening.process SAMPLE_RATE_HZ [OUTPUT]`` is that process, with lines of `protocol` in
both directions. Closing its standard input ends it; so does the loss of its output, because PortAudio reads its list
of devices only once: to go on, its owner starts another process.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Sequence

import msgspec

from flux_desktop.audio.listening.output import Output, lost, opened
from flux_desktop.audio.listening.player import Player
from flux_desktop.audio.listening.protocol import ListeningReport, decode_command, encode
from flux_desktop.base.orphan import exit_with_parent
from flux_desktop.base.problem import ProblemError

REPORT_S = 0.25
STEP_MAX_S = 0.1
LOST_AFTER_S = 3.0
"""An output that asks for nothing for so long is lost; a sound server that wakes up may take two seconds."""


def main(arguments: Sequence[str]) -> int:
    """Play until standard input ends or the output is lost."""
    exit_with_parent(grace_s=0.0)
    rate_hz, name = int(arguments[0]), "".join(arguments[1:2])
    over = threading.Event()
    try:
        with opened(name, rate_hz) as output:
            player = Player(output.sample_rate_hz)
            output.fill = player.fill
            threading.Thread(target=_read_commands, args=(player, over), name="commands", daemon=True).start()
            _play(output, player, over)
    except ProblemError as error:
        _report(ListeningReport(problem=error.problem, is_over=True))
    return 0


def _play(output: Output, player: Player, over: threading.Event) -> None:
    reported_s, idle_s, fills, before_s = 0.0, 0.0, -1, time.monotonic()
    while not over.is_set():
        now_s = time.monotonic()
        # A machine that stood still is no lost output: of a long step only a little counts.
        idle_s = 0.0 if output.fills != fills else idle_s + min(now_s - before_s, STEP_MAX_S)
        fills, before_s = output.fills, now_s
        if idle_s > LOST_AFTER_S:
            _report(ListeningReport(problem=lost(output.name), is_over=True))
            os._exit(0)  # PortAudio does not return from closing a device that has gone
        if now_s - reported_s >= REPORT_S:
            reported_s = now_s
            _report(
                ListeningReport(
                    position_s=player.position_s,
                    behind_s=player.behind_s,
                    problem=player.tape.problem,
                    device=output.name,
                    is_ready=output.is_running,
                )
            )
        if not player.read_ahead(now_s):
            over.wait(0.02)


def _read_commands(player: Player, over: threading.Event) -> None:
    for line in sys.stdin.buffer:
        with contextlib.suppress(msgspec.DecodeError):
            player.take(decode_command(line))
    over.set()


def _report(report: ListeningReport) -> None:
    with contextlib.suppress(OSError):  # the owner has closed the pipe
        os.write(sys.stdout.fileno(), encode(report))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
