"""Kills and stops of the parts of a cluster: how long its load lasts afterwards, and the highest that was seen."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from flux_desktop.cluster.messages import LEASE_S
from tests.bench.cluster.setup import cluster_in, environment, line_file, open_streams, processes, run_command
from tests.local_endpoint.conftest import running_endpoint


def kills(trials: int, streams: int) -> None:
    """Trials of all kinds in turn, each on a fresh cluster of two generators."""
    kinds = (
        "generator killed",
        "generator stopped, continued",
        "coordinator killed",
        "run killed",
        "coordinator stopped",
    )
    print(
        "trial  what                           load ended after  peak of plan  exit  verdict       lost  others ended"
    )
    chance = random.Random(1)
    for trial in range(1, trials + 1):
        one_kill(trial, kinds[(trial - 1) % len(kinds)], streams, chance)


def one_kill(trial: int, kind: str, streams: int, chance: random.Random) -> None:
    """Stream, strike, and watch the load until it is gone."""
    with tempfile.TemporaryDirectory() as folder, running_endpoint("--recogniser", "silent") as info:
        home = Path(folder)
        with cluster_in(home, 2) as membership:
            line = line_file(home, membership)
            port = int(str(info["url"]).rpartition(":")[2])
            command = run_command(info, line, home / "s", streams, "--duration", "14s", "--generators", "2")
            with subprocess.Popen(
                command, env=environment(info), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            ) as process:
                peak = 0
                while open_streams(port) < streams:
                    time.sleep(0.05)
                time.sleep(chance.uniform(0.2, 2.0))
                struck_s, continued = time.monotonic(), []
                strike(kind, home, process.pid)
                # What a lost part carried; the rest goes on to the end of the plan.
                left = 0 if kind in {"coordinator killed", "run killed", "coordinator stopped"} else streams // 2
                while (now := open_streams(port)) > left:
                    peak = max(peak, now)
                    if time.monotonic() - struck_s > 30:
                        break
                    time.sleep(0.02)
                ended_s = time.monotonic() - struck_s
                if kind in {"generator stopped, continued", "coordinator stopped"}:
                    time.sleep(max(0.0, LEASE_S + 1 - ended_s))
                    continued = [number for number in processes(home, "cluster") if _signal(number, signal.SIGCONT)]
                while process.poll() is None:
                    peak = max(peak, open_streams(port))
                    time.sleep(0.05)
                after = open_streams(port)
                assert process.stdout is not None
                text = process.stdout.read()
        summary = json.loads(text) if text.strip() else {}
        ledger = summary.get("ledger", {})
        lost = ledger.get("generator lost", 0)
        print(
            f"{trial:5}  {kind:<30} {ended_s:>10.2f} s {max(peak, after):>9} of {streams:<4} {process.returncode:>5}  "
            f"{summary.get('verdict', '-'):<12} {lost:>5} {sum(ledger.values()) - lost:>10}"
            f"{'' if not continued else '   continued'}",
            flush=True,
        )


def strike(kind: str, home: Path, run: int) -> None:
    """Do it."""
    generator = processes(home, "cluster", "join")[0]
    (coordinator,) = processes(home, "cluster", "coordinate")
    match kind:
        case "generator killed":
            _signal(generator, signal.SIGKILL)
        case "generator stopped, continued":
            _signal(generator, signal.SIGSTOP)
        case "coordinator killed":
            _signal(coordinator, signal.SIGKILL)
        case "coordinator stopped":
            _signal(coordinator, signal.SIGSTOP)
        case _:
            _signal(run, signal.SIGKILL)


def _signal(number: int, what: signal.Signals) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, what)
        return True
    return False
