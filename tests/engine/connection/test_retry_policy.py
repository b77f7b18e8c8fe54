"""The reconnect policy as it is written: what, how soon, how often, and how many for a whole run."""

from __future__ import annotations

import heapq
import random

import pytest

from flux_desktop.aws.errors.errors import CREDENTIAL_CODES, ENDPOINT_CODES
from flux_desktop.base.problem import Problem
from flux_desktop.engine.connection import problems
from flux_desktop.engine.connection.retry_policy import RETRIED, RETRIED_IF_KNOWN, Attempts, RetryBudget, RetryPolicy

POLICY = RetryPolicy()
NEVER = (
    CREDENTIAL_CODES
    | ENDPOINT_CODES
    | {"request_invalid", "never_connected", "control_not_supported", "stream_garbled", "unmodelled_stream_error"}
    | {
        "tls_untrusted",
        "tls_expired",
        "tls_wrong_host",
        "not_tls",
        "not_http2",
        "not_event_stream",
        "proxy_failed",
        "internal_error",
    }
)


def attempts(*, enabled: bool = True, budget: RetryBudget | None = None) -> Attempts:
    return Attempts(POLICY, budget or RetryBudget(POLICY), enabled=enabled)


def wait(of: Attempts, code: str = "throttled", *, known: bool = False, now_s: float = 0.0, draw: float = 0.5):
    return of.wait_s(code, known=known, now_s=now_s, draw=lambda: draw)


def test_what_a_moment_can_mend_is_tried_again_and_nothing_else():
    assert all(wait(attempts(), code) is not None for code in RETRIED)
    assert all(wait(attempts(), code) is None for code in NEVER)
    assert not NEVER & (RETRIED | RETRIED_IF_KNOWN)


def test_a_refusal_by_the_model_is_tried_again_only_where_it_took_the_same_parameters_before():
    assert wait(attempts(), "model_refused") is None
    assert wait(attempts(), "model_refused", known=True) is not None


def test_waits_are_drawn_from_all_that_lies_below_a_growing_ceiling():
    lowest, highest = attempts(), attempts()
    assert [wait(lowest, draw=0.0) for _ in range(2)] == [0.1, 0.1]
    assert [wait(highest, draw=1.0) for _ in range(2)] == pytest.approx([1.0, 5.0])


def test_a_stream_has_three_attempts_and_has_them_back_when_it_has_stood_for_a_minute():
    stream = attempts()
    assert [wait(stream) is not None for _ in range(3)] == [True, True, False]
    stream.stood(59.0)
    assert wait(stream) is None
    stream.stood(60.0)
    assert wait(stream) is not None


def test_switched_off_nothing_is_tried_again():
    assert wait(attempts(enabled=False)) is None


def test_the_bucket_of_a_run_is_shared_out_over_its_workers():
    shares = [RetryBudget(POLICY, 0.25) for _ in range(4)]
    retry_count = sum(budget.take(float(now)) for now in range(11) for budget in shares for _ in range(500))
    assert retry_count <= 100


def test_500_throttled_streams_make_at_most_100_retries_in_the_first_ten_seconds():
    chance, budget = random.Random(1), RetryBudget(POLICY)
    streams = [attempts(budget=budget) for _ in range(500)]
    # Each is refused 50 ms after it was opened, a hundred a second.
    refused = [(number / 100 + 0.05, number) for number in range(500)]
    heapq.heapify(refused)
    retries = 0
    while refused and refused[0][0] <= 10.0:
        now_s, number = heapq.heappop(refused)
        waited = streams[number].wait_s("throttled", known=False, now_s=now_s, draw=chance.random)
        if waited is not None:
            retries += 1
            heapq.heappush(refused, (now_s + waited + 0.05, number))
    assert 40 <= retries <= 100


def test_scaled_times_keep_the_number_of_tries():
    scaled = POLICY.scaled(0.1)
    assert (scaled.attempts_max, scaled.bucket_tokens) == (POLICY.attempts_max, POLICY.bucket_tokens)
    assert scaled.regain_s == pytest.approx(POLICY.regain_s / 10)
    assert scaled.bucket_per_s == pytest.approx(POLICY.bucket_per_s * 10)


def test_a_loss_that_could_not_be_mended_is_told_by_what_has_to_be_put_right():
    lost = Problem(code="goaway", what="It went.", why="Restart.", todo="Wait.")
    assert problems.not_regained(lost, lost) is lost
    again = problems.not_regained(lost, Problem(code="throttled", what="Too many.", why="y", todo="Slower."))
    assert (again.code, again.todo) == ("goaway", "Wait.")
    assert "Too many." in again.why
    expired = problems.not_regained(
        lost, Problem(code="credentials_expired", what="Expired.", why="y", todo="Sign in.")
    )
    assert (expired.code, expired.todo) == ("credentials_expired", "Sign in.")
    assert "It went." in expired.why
