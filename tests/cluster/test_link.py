"""Tests for cluster.link: what is known of a generator; calls over Dask are in test_pool."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Generator
from typing import Any

import pytest

from flux_desktop.cluster.link import GeneratorLink, all_faults, in_order
from flux_desktop.cluster.membership import present_versions
from flux_desktop.cluster.messages import GeneratorReport, Hello, pack
from flux_desktop.engine.measuring.generator_limits import GeneratorLimits
from flux_desktop.engine.records.events import Histograms, Snapshot
from flux_desktop.engine.records.facts import Percentiles

LIMITS = GeneratorLimits()


class Actor:
    """In place of a generator's run: answers what is asked before it begins."""

    def __init__(self) -> None:
        self.questions = 0
        self.asked = asyncio.Event()

    async def hello(self) -> bytes:
        return pack(Hello(name="a", versions=present_versions(), cores=2, busy=False))

    async def clock(self) -> float:
        self.questions += 1
        self.asked.set()
        return 0.0

    async def exchange(self, commands: list[tuple[int, bytes]]) -> bytes:
        return pack(GeneratorReport(monotonic_s=0.0))

    async def end(self, keep: bool) -> str:
        return ""


class Submitted:
    """In place of Dask's client and of the future that it gives."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor

    def submit(self, *_: object, **__: object) -> Submitted:
        return self

    def __await__(self) -> Generator[None, None, Actor]:
        yield from ()
        return self._actor

    def release(self) -> None:
        pass


Deliveries = list[tuple[int, list[bytes], bool]]


def link_of(
    name: str = "a", deliveries: Deliveries | None = None, lost: list[GeneratorLink] | None = None
) -> GeneratorLink:
    client: Any = None
    deliveries = [] if deliveries is None else deliveries
    lost = [] if lost is None else lost
    return GeneratorLink(
        client, f"tls://{name}", name, lambda worker, lines, done: deliveries.append((worker, lines, done)), lost.append
    )


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("flux_desktop.cluster.link.time.monotonic", lambda: now[0])
    return now


def test_generators_have_an_order_that_does_not_depend_on_who_came_first() -> None:
    links = [link_of("b"), link_of("a"), link_of("c")]
    assert [link.name for link in in_order(links)] == ["a", "b", "c"]


async def test_a_generator_keeps_its_lease_while_the_run_is_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux_desktop.cluster.link.LEASE_KEPT_EVERY_S", 0.001)
    actor = Actor()
    client: Any = Submitted(actor)
    link = GeneratorLink(client, "tls://a", "a", lambda *_: None, lambda _: None)
    await link.open()
    at_first = actor.questions
    while actor.questions < at_first + 3:
        actor.asked.clear()
        await actor.asked.wait()
    link.begin()
    keeping = link._keeping
    assert keeping is not None
    await asyncio.wait({keeping})
    assert keeping.cancelled(), "from now on exchanges renew it"
    await link.close(keep=False)


def test_what_an_exchange_brings_goes_to_its_workers(clock: list[float]) -> None:
    deliveries: Deliveries = []
    link = link_of(deliveries=deliveries)
    clock[0] += 0.2
    link._take(
        GeneratorReport(monotonic_s=5000.1, lines=[(1, b"a"), (2, b"b"), (1, b"c")], done=[2, 3]), clock[0] - 0.2
    )
    assert sorted(deliveries) == [(1, [b"a", b"c"], False), (2, [b"b"], True), (3, [], True)]
    row = link.row()
    assert (row.offset_ms, row.offset_error_ms) == (4_000_000.0, 100.0)


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TimeoutError(), "It did not answer in time."),
        (OSError(28, "No space left on device", "/data"), "/data: No space left on device."),
        (OSError(28, "No space left on device"), "No space left on device."),
        (ValueError("Out of range."), "Out of range."),
    ],
)
def test_what_goes_wrong_there_is_told_without_names_of_classes(error: Exception, why: str) -> None:
    assert link_of()._failed(error).problem.why == why


def test_a_full_disk_there_is_to_be_freed() -> None:
    problem = link_of()._failed(OSError(errno.ENOSPC, "No space left on device", "/data")).problem
    assert problem.todo == "Free space on its disk, then start again."


def test_a_generator_at_a_glance(clock: list[float]) -> None:
    link = link_of()
    link._take(GeneratorReport(monotonic_s=0.0), clock[0])
    link.note(
        1, Snapshot(t=1.0, ledger={"streaming": 3, "waiting": 2}, cpu_percent=20.0, pacing=Percentiles(n=9, p99_ms=2))
    )
    link.note(2, Snapshot(t=1.0, ledger={"draining": 1, "completed": 4}, cpu_percent=40.0))
    link.note(3, Snapshot(t=1.0, ledger={"streaming": 7}))
    link._take(GeneratorReport(monotonic_s=0.0, done=[3]), clock[0])  # its process has ended
    clock[0] += 1.5
    link.root = "/there"
    row = link.row()
    assert (row.name, row.streams, row.cpu_percent, row.pacing_p99_ms) == ("a", 4, 40.0, 2)
    assert (row.heard_s_ago, row.heard_at_most_s_ago, row.lost) == (1.5, 1.5, "")
    assert row.folder == "/there", "where its recordings are if the run is killed"
    assert link.faults(LIMITS) == []


def test_one_that_answers_late_makes_the_run_invalid(clock: list[float]) -> None:
    link = link_of()
    for _ in range(2):
        clock[0] += LIMITS.answer_s + 0.5
        link._take(GeneratorReport(monotonic_s=0.0), clock[0])
    assert link.faults(LIMITS) == ["generator a did not answer for 2.5 s, allowed 2 s"]


def test_one_that_learns_of_the_start_too_late_makes_it_invalid(clock: list[float]) -> None:
    link = link_of()
    link._take(GeneratorReport(monotonic_s=0.0), clock[0])
    link.start_is_due(clock[0] + 1.0)
    clock[0] += 1.2
    link._take(GeneratorReport(monotonic_s=0.0), clock[0])
    assert link.faults(LIMITS) == ["generator a started 200 ms late"]


def test_one_that_is_overloaded_makes_it_invalid_however_well_the_others_are(clock: list[float]) -> None:
    link = link_of()
    link.note(1, Snapshot(t=1.0, ledger={}, pacing=Percentiles(n=900, p99_ms=55.0)))
    link.note(1, Histograms(t=1.0, encoded={}, cpu_percent=97.0, final=True))
    (fault,) = link.faults(LIMITS)
    assert fault.startswith("generator a: audio was sent late: pacing error p99 55 ms")
    assert "97 %" in fault


def test_a_lost_one_is_told_once_and_stays_lost(clock: list[float]) -> None:
    lost: list[GeneratorLink] = []
    link = link_of(lost=lost)
    link.note(1, Snapshot(t=1.0, ledger={"streaming": 3}))
    link._lose(TimeoutError())
    assert lost == [link]
    assert link.row().lost == "no answer for 5 s"
    assert link.row().streams == 0
    assert link.faults(LIMITS) == ["generator a was lost: no answer for 5 s"]


def test_one_whose_connection_ends_may_have_lost_the_coordinator() -> None:
    link = link_of()
    link._lose(ConnectionError("Unable to contact Actor's worker"))
    assert link.lost == "its connection to the coordinator was lost"


def test_faults_of_lost_ones_come_first(clock: list[float]) -> None:
    late, lost = link_of("a"), link_of("b")
    late._heard_at_most_s, lost.lost = 3.0, "no answer for 5 s"
    assert [fault.split()[1:4] for fault in all_faults([late, lost], LIMITS)] == [
        ["b", "was", "lost:"],
        ["a", "did", "not"],
    ]
