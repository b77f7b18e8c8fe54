"""What a stream costs, and whether the figures are true: prints tables, asserts nothing.

``make bench`` takes about six minutes, ``make bench BENCH=quick`` about one (short runs, rough figures), and
``make bench BENCH=soak`` adds 200 streams for 15 minutes. Server and client share the machine, as the marks demand.
Needs Linux (/proc). The marks are those of a machine with two cores and nothing else to do.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence

import msgspec

from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from tests.bench import floor, merged, stock_client, truth, whole_process
from tests.bench.our_client import SAMPLE, Measured, measure
from tests.bench.process_figures import IDLE_ENOUGH_PERCENT, busy_percent

MIB = 1024 * 1024


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How long each part takes, in seconds, and how often it is repeated."""

    hold_s: float
    many: int
    drift_s: float
    delayed_s: float
    repeats: int
    whole_s: float
    """Of a whole command, from its start to its end."""


EFFORTS = {
    "default": Effort(hold_s=12, many=500, drift_s=45, delayed_s=27, repeats=20, whole_s=29),
    "quick": Effort(hold_s=3, many=150, drift_s=0, delayed_s=6, repeats=2, whole_s=8),
    "soak": Effort(hold_s=12, many=500, drift_s=900, delayed_s=27, repeats=20, whole_s=29),
}

Row = tuple[str, str, str, bool | None]
"""Figure, mark, what was measured, and whether it holds (None where there is no mark)."""


def say(text: str) -> None:
    """Progress, on the error stream: the tables alone are the output."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


async def stock(local: LocalEndpoint, streams: int, seconds: float, *, use_uvloop: bool) -> stock_client.Report:
    """Measure the stock SDK path in a process of its own."""
    info = local.info
    assert info is not None
    order = stock_client.Order(
        url=info.url,
        ca_file=info.ca_file,
        region=info.region,
        access_key=info.access_key,
        secret_key=info.secret_key,
        streams=streams,
        seconds=seconds,
        sample=SAMPLE,
        use_uvloop=use_uvloop,
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        stock_client.__spec__.name,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # it reports every stream that it ends as an error
    )
    out, _ = await process.communicate(msgspec.json.encode(order))
    return msgspec.json.decode(out, type=stock_client.Report)


def _side_by_side(
    clients: Sequence[tuple[str, Measured | stock_client.Report, float | None]], yardstick_us: float
) -> list[str]:
    """`yardstick_us`: what a chunk of the stock SDK takes in the same run, where it keeps pace."""
    lines = [
        "| client | streams | CPU µs/chunk (÷ stock at 50) | chunks/s | pacing p50 ms | p99 | max | > 40 ms "
        "| MB/stream | endpoint µs (÷ stock at 50) | others % |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, client, megabytes in clients:
        memory = "–" if megabytes is None else f"{megabytes:.2f}"
        others = f"{client.others_percent:.0f}" if isinstance(client, Measured) else "–"
        endpoint = _both_ways(client.endpoint_us_per_chunk, yardstick_us) if isinstance(client, Measured) else "–"
        lines.append(
            f"| {name} | {client.streams} | {_both_ways(client.cpu_us_per_chunk, yardstick_us)} "
            f"| {client.chunks_per_s:.0f} "
            f"| {client.pacing_p50_ms:.1f} | {client.pacing_p99_ms:.1f} | {client.pacing_max_ms:.1f} "
            f"| {client.late_chunks} | {memory} | {endpoint} | {others} |"
        )
    return lines


def _both_ways(used_us: float, yardstick_us: float) -> str:
    """In µs, which is a figure of this machine in this hour, and as a ratio, which others can be compared with."""
    return f"{used_us:.0f} ({used_us / yardstick_us:.3f})"


def _per_stream_mb(many: Measured | stock_client.Report, one: Measured | stock_client.Report) -> float:
    """Growth beyond the first stream; every worker process has a first one."""
    processes = many.processes if isinstance(many, Measured) else 1
    return (many.resident_bytes - processes * one.resident_bytes) / (many.streams - processes) / MIB


async def cost(effort: Effort) -> tuple[list[str], list[Row]]:
    """Ours and the stock path at the same number of streams, and ours at few and many."""
    local, hold_s = LocalEndpoint(), effort.hold_s
    await local.start(("--recogniser", "silent"))
    try:
        say("one stream each")
        one, stock_one = await measure(local, 1, 3), await stock(local, 1, 3, use_uvloop=False)
        say("150 streams: ours, stock, stock on uvloop")
        ours = await measure(local, 150, hold_s)
        theirs = await stock(local, 150, hold_s, use_uvloop=False)
        faster = await stock(local, 150, hold_s, use_uvloop=True)
        say(f"50 and {effort.many} streams")
        few, stock_few = await measure(local, 50, hold_s), await stock(local, 50, hold_s, use_uvloop=False)
        many = await measure(local, effort.many, hold_s)
        long = many
        if effort.drift_s:
            say(f"200 streams for {effort.drift_s:g} s")
            long = await measure(local, 200, effort.drift_s)
        say(f"whole commands, 50 streams for {effort.whole_s:g} s")
        whole = await whole_process.rows(local, 50, effort.whole_s)
    finally:
        await local.stop()
    table = _side_by_side(
        [
            ("ours", ours, _per_stream_mb(ours, one)),
            ("stock SDK", theirs, _per_stream_mb(theirs, stock_one)),
            ("stock SDK on uvloop", faster, None),
            ("ours", few, None),
            ("stock SDK", stock_few, None),
            ("ours", many, _per_stream_mb(many, one)),
            ("ours, long", long, _per_stream_mb(long, one)),
        ],
        stock_few.cpu_us_per_chunk,
    )
    ratio = ours.cpu_us_per_chunk / theirs.cpu_us_per_chunk
    growth = many.cpu_us_per_chunk / few.cpu_us_per_chunk
    held = many.completed == effort.many and many.pacing_p99_ms <= 10 and many.late_chunks == 0
    most_mb = max(_per_stream_mb(each, one) for each in (ours, many, long))
    rows: list[Row] = [
        ("CPU per chunk, ours ÷ stock SDK, 150 streams", "≤ 0.40", f"{ratio:.2f}{_pace(theirs)}", ratio <= 0.40),
        _ratio_at_50(few, stock_few),
        (
            "floor of a chunk: its hashes and checksums; its TLS record and system call (no mark)",
            "–",
            f"{floor.hashing_us():.0f} µs; {floor.sending_us():.0f} µs",
            None,
        ),
        _cpu(few, 100),
        _cpu(many, 70 if many.streams >= 500 else None),
        (
            "the same ÷ stock SDK on uvloop (no mark)",
            "–",
            f"{ours.cpu_us_per_chunk / faster.cpu_us_per_chunk:.2f}{_pace(faster)}",
            None,
        ),
        *map(_endpoint_cpu, {each.streams: each for each in (few, ours, many)}.values()),
        (
            "streams held, pacing p99 ≤ 10 ms, none later than 40 ms",
            "≥ 500",
            f"{many.completed} with p99 {many.pacing_p99_ms:.1f} ms, {many.late_chunks} later than 40 ms, "
            f"max {many.pacing_max_ms:.0f} ms",
            (None if many.streams < 500 else True) if held else False,
        ),
        (
            f"end drift, {long.streams} streams for {long.held_s / 60:.1f} min",
            "≤ 5 ms",
            f"{long.drift_ms:.1f} ms (pacing p99 {long.pacing_p99_ms:.1f} ms)",
            (long.drift_ms <= 5 and long.held_s >= 900) or (None if long.drift_ms <= 5 else False),
        ),
        ("memory per stream, beyond the first", "≤ 0.5 MB", f"{most_mb:.2f} MB", most_mb <= 0.5),
        (f"cost of growth: CPU per chunk at {effort.many} ÷ at 50", "≤ 1.2", f"{growth:.2f}", growth <= 1.2),
        (
            f"recording on disk at {effort.many} streams (no mark)",
            "–",
            f"{many.recorded_bytes_per_s / MIB:.2f} MB/s, {many.recorded_bytes_per_s * 3600 / MIB / 1024:.1f} GB/h",
            None,
        ),
        (
            f"event-loop lag at {effort.many} streams (no mark)",
            "–",
            f"p99 {many.loop_lag_p99_ms:.1f} ms, max {many.loop_lag_max_ms:.0f} ms",
            None,
        ),
    ]
    return table, rows + whole


def _cpu(client: Measured, mark_us: int | None) -> Row:
    used_us = client.cpu_us_per_chunk
    mark, holds = ("–", None) if mark_us is None else (f"≤ {mark_us} µs", used_us <= mark_us)
    return f"CPU per chunk, {client.streams} streams", mark, f"{used_us:.0f} µs", holds


def _endpoint_cpu(client: Measured) -> Row:
    used_us = client.endpoint_us_per_chunk
    what = f"CPU per chunk of the built-in endpoint, silent, {client.streams} streams"
    return what, "≤ 50 µs", f"{used_us:.0f} µs", used_us <= 50


def _ratio_at_50(ours: Measured, theirs: stock_client.Report) -> Row:
    ratio = ours.cpu_us_per_chunk / theirs.cpu_us_per_chunk
    return "CPU per chunk, ours ÷ stock SDK, 50 streams", "≤ 0.20", f"{ratio:.2f}{_pace(theirs)}", ratio <= 0.20


def _pace(client: stock_client.Report) -> str:
    """A remark on a ratio to a client that sends late: it saves work by sending several chunks at once."""
    return (
        ""
        if client.pacing_p99_ms <= 40
        else f" (the other client does not keep pace: p99 {client.pacing_p99_ms:.0f} ms)"
    )


async def honesty(effort: Effort) -> list[Row]:
    """Runs whose true answer is known."""
    rows: list[Row] = []
    for delay_ms in (20, 180, 999):
        say(f"a server that answers after {delay_ms} ms")
        delayed = await truth.delayed(delay_ms, streams=3, seconds=effort.delayed_s)
        wire, late = delayed.wire, delayed.server_late_ms
        figures = f"p50 {wire.p50_ms:.1f}, p95 {wire.p95_ms:.1f}, p99 {wire.p99_ms:.1f} ms, n {wire.n}"
        figures += f"; of it the server's own lateness {late['p50']:.1f}, {late['p95']:.1f}, {late['p99']:.1f} ms"
        rows.append((f"truth: a server of {delay_ms} ms, wire clock", "± 2 ms or 0.5 %", figures, delayed.holds))
    count = effort.repeats
    say(f"{count} stalls of the server, {count} of our own")
    theirs = await truth.times(truth.server_stall_shows, count)
    own = await truth.times(truth.own_stall_is_invalid, count)
    controls = max(2, count // 4)
    control = await truth.times(truth.undisturbed_is_done, controls)
    rows.append(
        ("truth: a 1.4 s stall of the server moves p99 and max", "20 of 20", f"{theirs} of {count}", theirs == count)
    )
    rows.append(("truth: a 1.4 s stall of our own is INVALID", "20 of 20", f"{own} of {count}", own == count))
    rows.append(("control: without a stall the run is DONE", "–", f"{control} of {controls}", None))
    say("percentiles of four workers, silent drops")
    equal = merged.four_workers_equal_one()
    rows.append(("merged percentiles of 4 workers = one histogram", "exactly", "equal" if equal else "differ", equal))
    reported = await truth.never_connected(65)
    rows.append(("65 of 100 streams never Connected", "65", f"{reported}", reported == 65))
    return rows


async def main(name: str) -> None:
    """Measure and print."""
    effort = EFFORTS[name]
    busy_before = busy_percent()
    started_s = time.monotonic()
    table, rows = await cost(effort)
    rows += await honesty(effort)
    print("\n".join(table))
    print("\n| figure | mark | measured | holds |\n|---|---|---|---|")
    words = {True: "yes", False: "no", None: "–"}
    for figure, mark, measured, holds in rows:
        print(f"| {figure} | {mark} | {measured} | {words[holds]} |")
    busy_after = busy_percent()
    print("\nothers %: of the machine, used meanwhile by processes that are not ours; above 5, do not trust the row.")
    print(f"\nTook {time.monotonic() - started_s:.0f} s ({name}).", end=" ")
    print(f"Without us the machine was {busy_before:.0f} % busy before and {busy_after:.0f} % after.")
    if max(busy_before, busy_after) > IDLE_ENOUGH_PERCENT:
        print("That is too busy to trust pacing and ratios: run it again when it is idle.")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "default"))
