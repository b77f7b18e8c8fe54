"""One run on all generators: its figures against those of the recordings, its starts against the plan."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path

import msgspec

from flux_desktop.engine.measuring.histogram import Histogram
from flux_desktop.engine.recording.session_folder import read_session
from flux_desktop.engine.records.audio_events import AudioStarted
from flux_desktop.engine.records.events import ConnectionChanged, Histograms
from flux_desktop.engine.records.facts import ConnectionState
from tests.bench.cluster.setup import cluster_in, environment, line_file, open_streams, run_command
from tests.local_endpoint.conftest import running_endpoint

BATCH_DELAY_S = 0.5


def exact(generators: int, streams: int, seconds: float, batch_size: int) -> None:
    """One run on all generators; its figures against those of the recordings, its starts against the plan.

    With a `batch_size` so many connections are due every `BATCH_DELAY_S`, otherwise all at once.
    """
    with tempfile.TemporaryDirectory() as folder, running_endpoint("--recogniser", "silent") as info:
        home = Path(folder)
        with cluster_in(home, generators) as membership:
            line = line_file(home, membership)
            total = generators * streams
            more = ["--duration", f"{seconds}s", "--generators", str(generators)]
            if batch_size:
                more += ["--batch-size", str(batch_size), "--batch-delay", f"{BATCH_DELAY_S}s"]
            command = run_command(info, line, home / "s", total, *more)
            peak, port = 0, int(str(info["url"]).rpartition(":")[2])
            with (
                (home / "summary").open("wb") as out,
                subprocess.Popen(command, env=environment(info), stdout=out) as process,
            ):
                while process.poll() is None:
                    peak = max(peak, open_streams(port))
                    time.sleep(0.2)
            summary = json.loads((home / "summary").read_bytes())
        session = Path(summary["session_folder"])
        print(
            f"{total} streams on {generators} generators: {summary['verdict']}, "
            f"{summary['ledger']['completed']} completed"
        )
        for reason in summary["reasons"]:
            print(f"  {reason}")
        pooled = {name: Histogram() for name in ("pacing", "update", "wire")}
        for event in read_session(session, messages=False):
            if isinstance(event, Histograms) and event.final:
                for name, histogram in pooled.items():
                    if name in event.encoded:
                        histogram.merge_encoded(event.encoded[name])
        for name, key in (
            ("pacing", "pacing_error"),
            ("update", "update_latency_user_clock"),
            ("wire", "update_latency_wire_clock"),
        ):
            own = msgspec.structs.asdict(pooled[name].percentiles())
            print(f"  {name}: merged {'=' if own == summary[key] else 'IS NOT'} pooled, {summary[key]}")
        opened: dict[int, float] = {}
        audio_starts: dict[int, float] = {}
        for event in read_session(session, messages=False):
            if isinstance(event, ConnectionChanged) and event.state is ConnectionState.CONNECTING:
                opened.setdefault(event.conn, event.t)
            elif isinstance(event, AudioStarted):
                audio_starts.setdefault(event.conn, event.t)
        # Connections 1 to k are the first of each generator, k + 1 to 2k the second, and so on: due at the same moment.
        for name, times in (("opened", opened), ("began their audio", audio_starts)):
            spreads = sorted(
                max(group) - min(group)
                for first in range(1, total + 1, generators)
                if len(group := [times[conn] for conn in range(first, first + generators) if conn in times]) > 1
            )
            print(
                f"  connections due at the same moment on different generators {name} within "
                f"{1000 * spreads[len(spreads) // 2]:.1f} ms (median), {1000 * spreads[-1]:.1f} ms (largest)"
            )
        if batch_size:
            start_s = min(opened.values())
            late_s = sorted(at_s - start_s - (conn - 1) // batch_size * BATCH_DELAY_S for conn, at_s in opened.items())
            p50_s, p95_s = late_s[len(late_s) // 2], late_s[len(late_s) * 95 // 100]
            print(
                f"  {len(late_s)} connections began to open after the planned moment by p50 {1000 * p50_s:.1f}, "
                f"p95 {1000 * p95_s:.1f}, at most {1000 * late_s[-1]:.1f} ms"
            )
        print(f"  peak at the endpoint {peak} of {total}")
        for row in summary["generators"]:
            print(f"  {row}")
