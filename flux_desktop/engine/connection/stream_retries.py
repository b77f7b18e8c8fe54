"""Another stream in place of one that failed: waits, attempts, parameters. `retry_policy` decides how many there are.

Runs on the engine's event loop. Every stream is opened with the parameters that are wanted at that moment; where these
may be the reason for a refusal, with those in force.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection.context import RunContext
from flux_desktop.engine.connection.control_channel import ControlChannel
from flux_desktop.engine.connection.report import ConnectionReport, StateChange
from flux_desktop.engine.connection.retry_policy import REFUSED_PARAMETERS, Attempts
from flux_desktop.engine.connection.stream import Stream, StreamFailedError, wait_until
from flux_desktop.engine.connection.transport import OpenStream
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.flux.options import FluxOptions
from flux_desktop.flux.query import query_string


class StreamRetries:
    """The retries of one connection: each is counted in its report, and its state reported to `on_state`."""

    def __init__(
        self,
        context: RunContext,
        controls: ControlChannel,
        report: ConnectionReport,
        *,
        new_stream: Callable[[], Stream],
        is_done: Callable[[], bool],
        changed: asyncio.Event,
        on_state: Callable[[StateChange], None],
    ) -> None:
        """`is_done` says that no audio is left to send; `changed` is set with every end of a stream."""
        self._context = context
        self._controls = controls
        self._report = report
        self._new_stream = new_stream
        self._is_done = is_done
        self._changed = changed
        self._on_state = on_state
        self._attempts = Attempts(context.timeouts.retry, context.retry_budget, enabled=context.plan.reconnect)

    def stood(self, for_s: float) -> None:
        """A stream was lost after having been open for so many seconds: a steady one gets its attempts back."""
        self._attempts.stood(for_s)

    async def replacement(
        self,
        failed: StreamFailedError,
        by_s: float,
        state: ConnectionState,
        open_stream: Callable[[Stream, FluxOptions], Awaitable[OpenStream]],
    ) -> tuple[Stream, OpenStream, FluxOptions]:
        """Another stream in place of one that `failed`, Connected, and its parameters; raises the last failure.

        `state` is that of the connection meanwhile. All attempts end by `by_s` (the run's clock).
        """
        context, parameters = self._context, self._controls.parameters
        changed_back = False
        while True:
            now_s, code = context.clock(), failed.problem.code
            if self._is_done():
                raise failed
            known = changed_back or query_string(parameters.opening_options) in context.connected_queries
            code = "model_refused" if changed_back else code
            wait_s = self._attempts.wait_s(code, known=known, now_s=now_s, draw=random.random)
            if wait_s is None or now_s + wait_s >= by_s:
                raise failed
            self._report.retries += 1
            self._on_state(StateChange(state, problem=failed.problem))
            await wait_until(self._changed, self._is_done, wait_s)
            if self._is_done():
                raise failed
            stream, options = self._new_stream(), parameters.opening_options
            try:
                async with asyncio.timeout(by_s - context.clock()):
                    return stream, await open_stream(stream, options), options
            except StreamFailedError as error:
                await stream.close()
                changed_back = self.note_refusal(options, error.problem)
                failed = error
            except TimeoutError:
                await stream.close()
                raise failed from None
            except BaseException:  # boundary: cancelled, or a bug; raised again, with no stream left open
                await stream.close()
                raise

    def note_refusal(self, options: FluxOptions, problem: Problem) -> bool:
        """Whether a refusal may be due to changed parameters; the next stream is then opened with those in force."""
        known = query_string(options) in self._context.connected_queries
        is_due = problem.code in REFUSED_PARAMETERS and not known and options != self._controls.in_force
        if is_due:
            self._controls.parameters.refuse(problem.what)
        return is_due
