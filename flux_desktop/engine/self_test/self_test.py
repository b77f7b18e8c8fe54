"""The complete self-test: every part of the program is used once, without an account and without a network.

Parts are tried in the order of their dependencies, so that the first failure is the one to fix. Takes about 20 s; the
processes that it starts end with it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from flux_desktop import __version__
from flux_desktop.audio.devices import input_devices
from flux_desktop.audio.words import reference_transcript
from flux_desktop.base import program
from flux_desktop.base.child import Child
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.resources import SAMPLE_RECORDING, resource_path
from flux_desktop.base.shared_library import missing_library_todo
from flux_desktop.base.threads import in_thread
from flux_desktop.engine.records.events import ConnectionEnded, Event, WorkerReady, decode_event
from flux_desktop.engine.records.facts import ConnectionSummary
from flux_desktop.engine.records.plan import LOCAL_ENDPOINT, RunPlan, WavSource
from flux_desktop.engine.self_test.clock_check import clock_skew_s, skew_words
from flux_desktop.engine.self_test.quick_checks import QuickCheckResult, quick_findings, unforeseen
from flux_desktop.engine.supervision.local_endpoint_process import LocalEndpoint
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.engine.supervision.worker_process import WORKER_MODULE
from flux_desktop.evaluation.accuracy.word_errors import word_errors

WINDOW = "flux_desktop.ui.app.app"
PROCESS_LIMIT_S = 30.0
TURN_LIMIT_S = 60.0
RECOGNISED_WER_MAX_PERCENT = 10.0
COLOURS_MIN = 20
"""A window with all its panels has more; an empty one has two or three."""


class Painted(msgspec.Struct, kw_only=True):
    """What the window's process reports about its picture; `platform_problem` is why it cannot show on a screen."""

    width: int
    height: int
    colours: int
    usable_at_s: float
    """On the monotonic clock, which all processes of a machine share."""
    platform_problem: str = ""


class SelfTest:
    """One self-test. `report` gets each finding as it comes; the window's picture is saved as `picture`."""

    def __init__(self, report: Callable[[QuickCheckResult], None], picture: Path | None = None) -> None:
        self._report_finding = report
        self._picture = picture
        self._local = LocalEndpoint()
        self._folder = Path()
        self._painted: Painted | None = None
        self.failed = 0

    async def run(self) -> None:
        """Carry out all checks; cancelling ends every process within about three seconds."""
        for finding in quick_findings():
            self._report(finding)
        with tempfile.TemporaryDirectory(prefix="flux-self-test-") as folder:
            self._folder = Path(folder)
            try:
                await self._check("accuracy", _accuracy)
                await self._check("engine worker", self._worker)
                await self._check("local endpoint", self._endpoint)
                await self._check("clock", self._clock)
                await self._turns()
            finally:
                await self._local.stop()
            await self._check("window", self._window)
            await self._check("screen", self._screen)
            await self._check("microphones", self._microphones)

    def _report(self, finding: QuickCheckResult) -> None:
        self.failed += finding.problem is not None
        self._report_finding(finding)

    async def _check(self, name: str, check: Callable[[], Awaitable[str]]) -> None:
        self._report(await _finding(name, check))

    # ------------------------------------------------------------ checks, each its words or a ProblemError

    async def _worker(self) -> str:
        began_s, child = time.monotonic(), Child("worker")
        try:
            process = await child.start(program.command(WORKER_MODULE))
            assert process.stdout is not None
            async with asyncio.timeout(PROCESS_LIMIT_S):
                ready = decode_event(await process.stdout.readline())
        except (OSError, TimeoutError, msgspec.DecodeError) as error:
            await child.stop()  # standard error may end after standard output
            raise _process_problem("The engine process", child, error) from error
        finally:
            await child.stop()
        if not isinstance(ready, WorkerReady) or ready.version != __version__:
            raise _process_problem("The engine process", child, ValueError("it has another version"))
        return f"ready after {time.monotonic() - began_s:.1f} s"

    async def _endpoint(self) -> str:
        began_s = time.monotonic()
        info = await self._local.start()
        return f"ready after {time.monotonic() - began_s:.1f} s, as {info.bundle}"

    async def _clock(self) -> str:
        info = await self._local.start()
        skew_s = await in_thread(lambda: clock_skew_s(info), PROCESS_LIMIT_S)
        return skew_words(skew_s)

    async def _turns(self) -> None:
        """A scripted and a recognised turn at once, because a turn takes as long as it is spoken."""
        recognising = LocalEndpoint()
        try:
            findings = await asyncio.gather(
                _finding("scripted turn", lambda: self._turn(self._local, scripted=True)),
                _finding("recognised turn", lambda: self._turn(recognising, scripted=False)),
            )
        finally:
            await recognising.stop()
        for each in findings:
            self._report(each)

    async def _turn(self, local: LocalEndpoint, *, scripted: bool) -> str:
        """Stream the sample's first turn and check its transcript: exactly for a script, else by its WER."""
        wav = resource_path(SAMPLE_RECORDING)
        script = reference_transcript(wav)
        assert script is not None
        first, second = script.turns[:2]
        ended: list[ConnectionSummary] = []

        def listen(event: Event) -> None:
            if isinstance(event, ConnectionEnded):
                ended.append(event.summary)

        arguments = () if scripted else ("--recogniser", "whisper")
        plan = RunPlan(
            endpoint=LOCAL_ENDPOINT,
            source=WavSource(path=str(wav)),
            duration_s=second.start_s,
            local_arguments=arguments,
        )
        supervisor = Supervisor(listen, local=local, sessions_dir=self._folder)
        async with asyncio.timeout(TURN_LIMIT_S):
            outcome = await supervisor.run(plan)
        problem = outcome.problem or next((summary.problem for summary in ended if summary.problem), None)
        if problem is not None:
            raise ProblemError(problem)
        text = ended[0].final_texts[0] if ended and ended[0].final_texts else ""
        error_percent = word_errors(first.text, text).rate_percent or 0.0
        if (
            not text
            or not ended[0].event_counts.get("EndOfTurn")
            or error_percent > RECOGNISED_WER_MAX_PERCENT
            or (scripted and text != first.text)
        ):
            raise ProblemError(
                Problem(
                    code="turn_not_transcribed",
                    what=f"The sample's first turn was transcribed as “{text}”."
                    if text
                    else "No turn was transcribed.",
                    why=f"The sample says “{first.text}”",
                    todo="Install the program again; if it persists, report this line.",
                )
            )
        return f"“{text}”" if scripted else f"“{text}” (WER {error_percent:.0f} %)"

    async def _window(self) -> str:
        picture = self._picture or self._folder / "window.png"
        began_s, child = time.monotonic(), Child("window")
        try:
            process = await child.start(program.command(WINDOW, ["--self-test-picture", str(picture)]))
            assert process.stdout is not None
            async with asyncio.timeout(PROCESS_LIMIT_S):
                output = await process.stdout.read()
            self._painted = painted = msgspec.json.decode(output, type=Painted)
        except (OSError, TimeoutError, msgspec.DecodeError) as error:
            await child.stop()  # it may still be writing the reason
            raise _process_problem("The window's process", child, error) from error
        finally:
            await child.stop()
        if painted.colours < COLOURS_MIN or not picture.stat().st_size:
            raise _process_problem("The window's process", child, ValueError("its picture is empty"))
        place = f" to {picture}" if self._picture else ""
        size = f"{painted.width} by {painted.height} pixels in {painted.colours} colours"
        return f"usable after {painted.usable_at_s - began_s:.1f} s, painted off-screen and saved{place}: {size}"

    async def _screen(self) -> str:
        if self._painted is None:
            raise ProblemError(Problem(code="window_not_painted", what="Not checked, because the window failed."))
        if why := self._painted.platform_problem:
            raise ProblemError(
                Problem(
                    code="platform_unusable",
                    what="The window cannot be shown on this machine.",
                    why=f"{why}.",
                    todo=_library_todo(why),
                )
            )
        return "a window can be shown" if sys.platform != "linux" else "the X11 part of Qt finds all its libraries"

    async def _microphones(self) -> str:
        devices = await input_devices()
        names = [f"{device.name}{' (default)' if device.is_default else ''}" for device in devices]
        return ", ".join(names) if names else "none; recordings can be streamed without one"


async def _accuracy() -> str:
    """The normaliser with its table of spellings, and an error rate with its interval."""
    return await in_thread(_error_rate, PROCESS_LIMIT_S)


def _error_rate() -> str:
    from flux_desktop.evaluation.accuracy.alignment import align, counted
    from flux_desktop.evaluation.accuracy.normalisers import ENGLISH, normalised
    from flux_desktop.evaluation.statistics.bootstrap import ratio

    texts = (("The colour of twenty-one trees", "the color of 21 bees"), ("Mister Dashwood", "Mr. Dashwood"))
    errors = [counted(align(*(normalised(text, ENGLISH).split() for text in pair))) for pair in texts]
    rate = ratio([each.errors for each in errors], [each.n for each in errors], range(len(errors)))
    if [each.errors for each in errors] != [1, 0] or rate.low is None:
        raise ProblemError(
            Problem(
                code="accuracy_wrong",
                what="Word error rates cannot be computed correctly.",
                why=f"Known texts gave {[each.errors for each in errors]} errors instead of [1, 0].",
                todo="Install the program again.",
            )
        )
    return f"error rates by {ENGLISH}"


async def _finding(name: str, check: Callable[[], Awaitable[str]]) -> QuickCheckResult:
    """`quick_checks.finding` for a check that is awaited. Boundary: an unforeseen failure is a finding too."""
    try:
        return QuickCheckResult(name=name, observation=await check())
    except ProblemError as error:
        return QuickCheckResult(name=name, problem=error.problem)
    except Exception as error:
        return QuickCheckResult(name=name, problem=unforeseen(name, error))


def _library_todo(why: str) -> str:
    return missing_library_todo(why) or "Install the program again; if it persists, report this line."


def _process_problem(what: str, child: Child, error: Exception) -> ProblemError:
    """The process's own last line explains more than our exception."""
    reason = child.stderr_tail[-1] if child.stderr_tail else " ".join(str(error).split()) or "it timed out"
    return ProblemError(
        Problem(code="process_failed", what=f"{what} does not work.", why=f"{reason}.", todo=_library_todo(reason))
    )
