"""CPU of the coordinator and of the run's process with simulated generators, projected to 1,000."""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from pathlib import Path
from typing import Any

from flux_desktop.cluster.messages import EXCHANGE_EVERY_S
from tests.bench.cluster.setup import cluster_in, processes, registered
from tests.bench.process_figures import cpu_s


def simulated_run() -> type[Any]:
    """The class of a run without streams. Local, so that it is sent as code: the generators do not have the tests."""
    from flux_desktop.cluster.messages import GeneratorReport, pack
    from flux_desktop.engine.records.events import Snapshot, encode_event
    from flux_desktop.engine.records.facts import ConnectionRow

    class SimulatedRun:
        """Answers exchanges like a generator with one worker."""

        def __init__(self) -> None:
            self._answer = b""

        async def exchange(self, commands: list[tuple[int, bytes]]) -> bytes:
            """A snapshot of 1,000 streams, ten rows of which have changed."""
            if not self._answer:
                rows = [
                    ConnectionRow(conn=conn, chunks_sent=99, turns=3, text="as it stands now") for conn in range(10)
                ]
                line = encode_event(Snapshot(t=1.0, ledger={"streaming": 1000}, rows=rows))
                self._answer = pack(GeneratorReport(monotonic_s=time.monotonic(), lines=[(1, line)]))
            return self._answer

    return SimulatedRun


async def exchanges(generators: int, seconds: float) -> None:
    """Exchanges with simulated generators, at the pace of a run."""
    from flux_desktop.cluster.messages import GeneratorReport, unpack
    from flux_desktop.cluster.nodes import client
    from flux_desktop.engine.records.events import decode_event

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with cluster_in(home, 4) as membership:
            async with client(membership) as joined:
                addresses = await registered(joined, 4)
                simulated = simulated_run()
                futures = [
                    joined.submit(simulated, actor=True, workers=[addresses[each % 4]], pure=False, retries=0)
                    for each in range(generators)
                ]
                actors = [await future for future in futures]
                (coordinator,) = processes(home, "cluster", "coordinate")
                took: list[float] = []

                async def exchange(actor: Any) -> None:
                    until_s = time.monotonic() + seconds
                    await asyncio.sleep(random.random() * EXCHANGE_EVERY_S)
                    while time.monotonic() < until_s:
                        asked_s = time.monotonic()
                        answer = unpack(await actor.exchange([]), GeneratorReport)
                        took.append(time.monotonic() - asked_s)
                        for _, text in answer.lines:
                            decode_event(text)
                        await asyncio.sleep(EXCHANGE_EVERY_S)

                before = (cpu_s(coordinator), time.process_time(), time.monotonic())
                await asyncio.gather(*(exchange(actor) for actor in actors))
                wall_s = time.monotonic() - before[2]
                scheduler, own = cpu_s(coordinator) - before[0], time.process_time() - before[1]
        took.sort()
        each = len(took) / wall_s
        print(f"{generators} simulated generators, {each:.0f} exchanges/s for {wall_s:.0f} s")
        print(f"  round trip p50 {1000 * took[len(took) // 2]:.1f} ms, p99 {1000 * took[int(len(took) * 0.99)]:.1f} ms")
        for name, busy_s in (("coordinator", scheduler), ("run's process", own)):
            per = 1e6 * busy_s / len(took)
            print(
                f"  {name}: {100 * busy_s / wall_s:.0f} % of a core, {per:.0f} µs an exchange; 1,000 generators at one "
                f"exchange a second: {per * 1000 / 1e4:.0f} % of a core"
            )
