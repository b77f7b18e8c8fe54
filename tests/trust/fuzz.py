"""Looks for inputs that a reader of bytes from outside cannot take, and counts.

Usage: python -m tests.trust.fuzz [INPUTS]      default: 1,000,000 over all targets

Each target is a process of its own. Most inputs are atheris's, which follows what the code does with them; one in
twenty, or all where atheris does not exist, are Hypothesis's, which knows what a good input looks like. An input may
not raise, nor take 100 ms of processor time, nor 64 MB of memory. Exit status: 0 if none does, else 1.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

SLOW_S = 0.1
LARGE_KB = 64 * 1024
INPUTS = 1_000_000
KEPT = 5
HYPOTHESIS_SHARE = 0.05


class Measuring:
    """Feeds a target, and keeps what went wrong in a file that is there however the process ends."""

    def __init__(self, feed: object, report: Path, wanted: int) -> None:
        self._feed = feed
        self._report = report
        self._wanted = wanted
        self.counts = {"inputs": 0, "uncaught": 0, "slow": 0, "large": 0, "slowest_ms": 0.0}
        self.faults: list[str] = []
        gc.disable()
        self._grown = False
        self._forget: int | None = None
        with contextlib.suppress(OSError):  # only Linux has it
            self._forget = os.open("/proc/self/clear_refs", os.O_WRONLY)

    def __call__(self, data: bytes) -> None:
        counts = self.counts
        if counts["inputs"] >= self._wanted:
            return
        if counts["inputs"] % 1000 == 0:
            gc.collect()  # here alone: what a fuzzer has heaped up itself is no reader's time
        if self._grown or counts["inputs"] % 200 == 0:
            self._forget_peak()
        before_kb = _peak_kb()
        began_s = time.thread_time()
        try:
            self._feed(bytes(data))  # type: ignore[operator]
        except Exception as error:  # what is looked for
            counts["uncaught"] += 1
            place = traceback.extract_tb(error.__traceback__)[-1]
            self._keep(f"{type(error).__name__}: {error!s:.200} at {Path(place.filename).name}:{place.lineno}", data)
        took_ms = (time.thread_time() - began_s) * 1000
        counts["slowest_ms"] = max(counts["slowest_ms"], round(took_ms, 1))
        if took_ms > SLOW_S * 1000:
            counts["slow"] += 1
            self._keep(f"{took_ms:.0f} ms", data)
        grown_kb = _peak_kb() - before_kb
        self._grown = grown_kb > 1024
        if grown_kb > LARGE_KB:
            counts["large"] += 1
            self._keep(f"{grown_kb} KB", data)
        counts["inputs"] += 1
        if counts["inputs"] % 1000 == 0 or counts["inputs"] == self._wanted:
            self.write()

    def _forget_peak(self) -> None:
        """So that the next one is one input's, where the system can; it takes too long to do each time."""
        if self._forget is not None:
            os.write(self._forget, b"5")

    def write(self) -> None:
        """Bring the report up to date."""
        self._report.write_text(json.dumps({**self.counts, "found": self.faults}))

    def _keep(self, what: str, data: bytes) -> None:
        if len(self.faults) < KEPT and not any(what[:40] == other[:40] for other in self.faults):
            self.faults.append(f"{what}, with {bytes(data)[:2000]!r}")


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def by_atheris(name: str, wanted: int, report: Path, folder: Path) -> None:
    """Never returns: the fuzzer ends the process."""
    import atheris

    with atheris.instrument_imports(include=["flux_desktop"], enable_loader_override=False):
        from tests.trust import fuzz_targets
    target = fuzz_targets.targets(folder)[name]
    corpus = folder / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(target.seeds):
        (corpus / str(number)).write_bytes(seed)
    measuring = Measuring(target.feed, report, wanted)
    # The fuzzer's own runs come on top of the seeds; it is told of more than are counted.
    limits = [f"-runs={wanted + 1000}", f"-max_len={target.longest}", "-rss_limit_mb=0", "-timeout=60", "-seed=1"]
    atheris.Setup([sys.argv[0], *limits, "-verbosity=0", "-use_value_profile=1", str(corpus)], measuring)
    atheris.Fuzz()


def by_hypothesis(name: str, wanted: int, report: Path, folder: Path) -> None:
    """In the same process, with new examples at every call."""
    from hypothesis import HealthCheck, Phase, given, settings

    from tests.trust import fuzz_targets
    from tests.trust.fuzz_inputs import inputs

    target = fuzz_targets.targets(folder)[name]
    measuring = Measuring(target.feed, report, wanted)

    @settings(
        max_examples=wanted,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(inputs(name, target))
    def look(data: bytes) -> None:
        measuring(data)

    while measuring.counts["inputs"] < wanted:
        look()
    measuring.write()


def main() -> int:
    """Run every target, and print a table."""
    from tests.trust import fuzz_targets

    wanted = int(sys.argv[1].replace(",", "").replace("_", "")) if len(sys.argv) > 1 else INPUTS
    atheris = importlib.util.find_spec("atheris") is not None
    print(
        f"{wanted:,} inputs, by {'atheris and Hypothesis' if atheris else 'Hypothesis alone: there is no atheris here'}"
    )
    print(
        f"{'target':12} {'by':11} {'inputs':>9} {'uncaught':>9} {'>100 ms':>8} {'>64 MB':>7} {'slowest':>9} {'took':>7}"
    )
    total = dict.fromkeys(("inputs", "uncaught", "slow", "large"), 0)
    faults: list[str] = []
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with tempfile.TemporaryDirectory(prefix="flux-fuzz-", dir=memory if memory.is_dir() else None) as place:
        shares = {name: target.share for name, target in fuzz_targets.targets(Path(place)).items()}
        for name, share in shares.items():
            inputs = wanted * share // 100
            knowing = round(inputs * HYPOTHESIS_SHARE) if atheris else inputs
            for way, count in (("hypothesis", knowing), ("atheris", inputs - knowing)):
                if count:
                    began_s = time.monotonic()
                    counts = run(name, way, count, Path(place))
                    print(
                        f"{name:12} {way:11} {counts['inputs']:9,} {counts['uncaught']:9} {counts['slow']:8} "
                        f"{counts['large']:7} {counts['slowest_ms']:6.1f} ms {time.monotonic() - began_s:5.0f} s",
                        flush=True,
                    )
                    for key in total:
                        total[key] += counts[key]
                    faults += [f"{name}: {each}" for each in counts["found"]]
    print(f"{'all':24} {total['inputs']:9,} {total['uncaught']:9} {total['slow']:8} {total['large']:7}")
    print("\n".join(faults), end="\n" if faults else "")
    bad = total["uncaught"] + total["slow"] + total["large"]
    return 1 if bad or total["inputs"] < wanted * 0.99 else 0


def run(name: str, way: str, count: int, place: Path) -> dict[str, object]:
    """One target by one way, in a process of its own; what it counted."""
    report = place / f"{name}-{way}.json"
    with tempfile.TemporaryDirectory(dir=place) as folder:
        command = [sys.executable, "-m", "tests.trust.fuzz", "--one", name, way, str(count), str(report), folder]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    empty = {"inputs": 0, "uncaught": 0, "slow": 0, "large": 0, "slowest_ms": 0.0, "found": []}
    counts = json.loads(report.read_text()) if report.exists() else empty
    if counts["inputs"] < count:
        counts["uncaught"] += 1
        counts["found"].append(f"the process ended early with {done.returncode}: {done.stderr[-1500:]}")
    return counts


def one(name: str, way: str, count: str, report: str, folder: str) -> None:
    """The process of one target."""
    logging.disable()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    ways = {"atheris": by_atheris, "hypothesis": by_hypothesis}
    ways[way](name, int(count), Path(report), Path(folder))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(*sys.argv[2:])
    else:
        sys.exit(main())
