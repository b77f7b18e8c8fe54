"""Which failed streams are opened again, how soon and how often: the one place that decides it.

Pure: clock and chance are given.

**Retried** (`RETRIED`) is what may heal by itself: throttling (429), no capacity and failures inside the service (5xx),
a network path that is down for now (refused, unresolved, timed out, reset, GOAWAY, no stream allowed), an unexpected
end, SageMaker's and the model's own failures, and a stream that has stopped moving. A refusal by the model (424,
`RETRIED_IF_KNOWN`) is retried only where the same parameters have been accepted before in this run: then the model is
full or restarting, otherwise it would refuse them every time.

**Never retried** is everything else: what is wrong stays wrong (credentials, permissions, 400, 404, certificates, an
unsupported control message, a proxy that refuses), the meaning is unknown (errors that the service model does not name,
bytes that are no frames), or a retry would hide the finding. The last holds for a stream that was opened and never
Connected: it is what an overloaded endpoint looks like, more openings make it worse, and its count is what a load test
is for. Nothing is retried once all audio has been sent.

**How soon**: after a wait with full jitter, drawn evenly from `wait_min_s` to a ceiling that grows tenfold with each
attempt, at most to `wait_max_s`. **How often**: at most `attempts_max` attempts per stream; a stream that has been
open for `steady_s` gets its attempts back. **For the whole run** each retry takes a token from one bucket; where it is
empty, the connection ends. 500 throttled streams make at most 40 + 5 · 10 = 90 retries in the first ten seconds.
**How long**: all attempts together end within `opening_s` of the start of the first one, or `regain_s` of a loss.

Every retry and every reconnect is counted and shown: a connection still ends in exactly one class.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

RETRIED = frozenset(
    {
        "aws_internal_error",
        "connect_refused",
        "connect_timeout",
        "connection_lost",
        "dns_failure",
        "ended_early",
        "flux_internal_error",
        "goaway",
        "gone_silent",
        "headers_timeout",
        "http2_error",
        "internal_stream_failure",
        "model_stream_error",
        "network_unreachable",
        "no_stream_allowed",
        "open_timeout",
        "send_stalled",
        "service_unavailable",
        "stream_reset",
        "throttled",
        "tls_broken_off",
        "tls_timeout",
    }
)
"""Codes of problems that are retried."""
RETRIED_IF_KNOWN = frozenset({"model_refused"})
"""Retried only where a stream with the same parameters has reached Connected before."""
REFUSED_PARAMETERS = frozenset({"model_refused", "request_invalid"})
"""Codes of problems that changed parameters may have caused."""


class RetryPolicy(Struct, frozen=True, kw_only=True):
    """The figures of the policy; times in seconds."""

    attempts_max: int = 3
    """Attempts per stream, the first one included."""
    wait_min_s: float = 0.1
    wait_max_s: float = 5.0
    bucket_tokens: float = 40.0
    bucket_per_s: float = 5.0
    steady_s: float = 60.0
    opening_s: float = 33.0
    regain_s: float = 15.0

    def scaled(self, factor: float) -> RetryPolicy:
        """All times multiplied by `factor`, for tests of faults."""
        return RetryPolicy(
            attempts_max=self.attempts_max,
            bucket_tokens=self.bucket_tokens,
            bucket_per_s=self.bucket_per_s / factor,
            **{
                name: getattr(self, name) * factor
                for name in ("wait_min_s", "wait_max_s", "steady_s", "opening_s", "regain_s")
            },
        )


class RetryBudget:
    """The token bucket of a run; a worker with `share` of the connections gets that share of it."""

    def __init__(self, policy: RetryPolicy, share: float = 1.0) -> None:
        self._size = max(1.0, policy.bucket_tokens * share)
        self._per_s = policy.bucket_per_s * share
        self._tokens = self._size
        self._at_s: float | None = None

    def take(self, now_s: float) -> bool:
        """Take one token; False if there is none at `now_s` (monotonic)."""
        since_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
        self._at_s = now_s
        self._tokens = min(self._size, self._tokens + since_s * self._per_s)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


class Attempts:
    """The remaining attempts of one connection. With `enabled` False there is only the first."""

    def __init__(self, policy: RetryPolicy, budget: RetryBudget, *, enabled: bool) -> None:
        self._policy = policy
        self._budget = budget
        self._enabled = enabled
        self._retries = 0

    def stood(self, for_s: float) -> None:
        """A stream was lost after having been open for so many seconds."""
        if for_s >= self._policy.steady_s:
            self._retries = 0

    def wait_s(self, code: str, *, known: bool, now_s: float, draw: Callable[[], float]) -> float | None:
        """Seconds to wait before the next attempt after a problem `code`, or None: no further attempt.

        `known` says that the same parameters have been accepted before; `draw` gives a random number from 0 to 1. An
        attempt that is granted is counted.
        """
        may = code in RETRIED or (known and code in RETRIED_IF_KNOWN)
        if not self._enabled or not may or self._retries + 1 >= self._policy.attempts_max:
            return None
        if not self._budget.take(now_s):
            return None
        self._retries += 1
        lowest_s = self._policy.wait_min_s
        ceiling_s = min(self._policy.wait_max_s, lowest_s * 10.0**self._retries)
        return lowest_s + draw() * (ceiling_s - lowest_s)
