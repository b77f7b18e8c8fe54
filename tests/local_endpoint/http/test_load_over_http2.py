"""Streams that influence each other, over HTTP/2 and TLS: a known capacity, and confidence raised by earlier turns."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import pytest

from flux_desktop.local_endpoint.faults.capacity import CLIFF_S, Capacity
from tests.local_endpoint.wire_client import WireClient
from tests.waiting import PATIENCE_S

Info = dict[str, Any]
StartEndpoint = Callable[..., contextlib.AbstractContextManager[Info]]
SILENT = ("--recogniser", "silent")


def opened(stack: contextlib.ExitStack, info: Info, number: int) -> list[WireClient]:
    clients = [stack.enter_context(WireClient(info)) for _ in range(number)]
    for client in clients:
        client.wait_for("Connected")
    return clients


def update_after_s(client: WireClient) -> float:
    """How long an Update takes, in seconds from its audio."""
    updates = len(client.turns("Update"))
    started_s = time.monotonic()
    client.audio(bytes(2560 * 3))
    client.wait(lambda: len(client.turns("Update")) > updates)
    return time.monotonic() - started_s


def quickest_update_after_s(client: WireClient) -> float:
    """The same, of several: on a busy machine a single one may be late."""
    return min(update_after_s(client) for _ in range(5))


def test_24_streams_are_served_and_the_25th_is_refused_until_one_ends(
    start_endpoint: StartEndpoint, status: Callable[[Info], dict[str, Any]]
) -> None:
    with start_endpoint(*SILENT, "--capacity", "24", "--beyond", "refuse") as info, contextlib.ExitStack() as stack:
        clients = opened(stack, info, 24)
        with WireClient(info) as another:
            another.wait_end()
            assert (another.status, another.headers["x-amzn-errortype"]) == (429, "ThrottlingException")
        assert all(client.turns("Update") == [] and not client.ended for client in clients)
        clients[0].close_stream()
        deadline = time.monotonic() + PATIENCE_S
        while status(info)["streams_open"] == 24:
            assert time.monotonic() < deadline
        opened(stack, info, 1)


@pytest.mark.parametrize(("beyond", "delay_s"), [("slow", Capacity(8).delay_s(9)), ("cliff", CLIFF_S)])
def test_above_the_capacity_every_stream_is_slow_and_at_it_none_is(
    start_endpoint: StartEndpoint, beyond: str, delay_s: float
) -> None:
    with start_endpoint(*SILENT, "--capacity", "8", "--beyond", beyond) as info, contextlib.ExitStack() as stack:
        clients = opened(stack, info, 8)
        assert quickest_update_after_s(clients[0]) < delay_s
        with contextlib.ExitStack() as excess:
            opened(excess, info, 1)
            assert update_after_s(clients[0]) >= delay_s
            assert update_after_s(clients[7]) >= delay_s
            for client in clients[1:3]:
                client.close_stream()
        assert quickest_update_after_s(clients[0]) < delay_s


def test_earlier_turns_raise_the_confidence_of_later_streams(start_endpoint: StartEndpoint, sample_pcm: bytes) -> None:
    silence = bytes(2560 * 3)
    with start_endpoint("--fault", "elevated-confidence=15") as info:
        with WireClient(info) as looped:
            looped.audio(silence + sample_pcm)
            looped.close_stream()
        with WireClient(info) as after:
            after.audio(silence)
            elevated = after.wait_for("Update")["end_of_turn_confidence"]
    first = looped.turns("Update")[0]["end_of_turn_confidence"]
    later = [m["end_of_turn_confidence"] for m in looped.turns("Update") if m["turn_index"] > 0]
    assert first < 0.01
    assert min(later) >= 0.15
    assert elevated == pytest.approx(first + 0.15)
