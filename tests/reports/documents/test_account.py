"""The account's timeline of a run on the built-in endpoint that scales out, read back from its session folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from flux_desktop.aws.account_records import ACCOUNT_FILE, InstanceCount, encode_records
from flux_desktop.base.resources import resource_path
from flux_desktop.engine.records.events import Event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.supervisor import Supervisor
from flux_desktop.reports.documents.account import AccountTail, instances_in_service, read_account
from flux_desktop.reports.documents.html import as_html
from flux_desktop.reports.documents.session_report import read_session_report
from tests.waiting import PATIENCE_S

SCALING = ("--recogniser", "silent", "--max-instances", "3", "--scaling-target", "1", "--scaling-speed", "100")


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition without an event of its own: what a file holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_simulated_scale_out_is_read_back_with_all_its_stages(tmp_path: Path) -> None:
    """The run is stopped when a stream has been opened on the new instance, whenever that is."""
    source = WavSource(path=str(resource_path("sample_audio/conversation.wav")), loop=True)
    plan = RunPlan(
        endpoint="local",
        source=source,
        connections=3,
        on_demand=True,
        duration_s=60.0,
        local_arguments=SCALING,
    )
    events: list[Event] = []
    supervisor = Supervisor(events.append, sessions_dir=tmp_path)
    running = asyncio.create_task(supervisor.run(plan))

    def account():
        folder = supervisor.session_folder
        return None if folder is None else read_account(folder)

    def has_instances(count: int) -> bool:
        seen = account()
        return seen is not None and any(running >= count for _, running in seen.running)

    def is_complete() -> bool:
        seen = account()
        return seen is not None and bool(seen.scale_outs) and seen.scale_outs[0].seconds is not None

    try:
        # Only from here on: a look that came after the change would not have seen it.
        await until(lambda: has_instances(1) or running.done())
        supervisor.open_connections([1, 2])
        await until(lambda: has_instances(2) or running.done())
        supervisor.open_connections([3])
        await until(lambda: is_complete() or running.done())
    finally:
        supervisor.stop(interrupts=False)
        await running
    assert supervisor.session_folder is not None
    timeline = read_account(supervisor.session_folder)
    assert timeline is not None
    print("\n".join(timeline.lines()))
    first = timeline.scale_outs[0]
    assert [stage.at is not None for stage in first.stages] == [True] * 5
    times = [stage.at.t_s for stage in first.stages if stage.at is not None]
    assert times[1:] == sorted(times[1:])
    assert first.seconds is not None
    assert max(count for _, count in timeline.cloudwatch) == 2
    assert timeline.not_read == ()
    report = read_session_report(supervisor.session_folder)
    html = as_html(report)
    assert "<h2>The account</h2>" in html
    assert "new instance in service" in html
    assert report.summary.account == timeline


def test_the_latest_look_counts_the_instances_of_all_variants(tmp_path: Path) -> None:
    assert instances_in_service(tmp_path) is None
    looks = [InstanceCount(t_s=t, variant=name, running=n, desired=n) for t, name, n in ((1, "a", 1), (1, "b", 2))]
    (tmp_path / ACCOUNT_FILE).write_bytes(encode_records(looks))
    assert instances_in_service(tmp_path) == 3
    more = InstanceCount(t_s=2, variant="a", running=4, desired=4)
    (tmp_path / ACCOUNT_FILE).write_bytes(encode_records([*looks, more]))
    assert instances_in_service(tmp_path) == 6
    assert (instances_in_service(tmp_path, "b"), instances_in_service(tmp_path, "other")) == (2, None)


def test_the_records_of_a_run_in_progress_are_read_as_they_come(tmp_path: Path) -> None:
    tail, path = AccountTail(tmp_path), tmp_path / ACCOUNT_FILE
    assert tail.read() == []
    looks = [InstanceCount(t_s=t, variant="a", running=n, desired=n) for t, n in ((1, 1), (2, 2))]
    first, second = (encode_records([look]) for look in looks)
    path.write_bytes(first + second[:10])
    assert tail.read() == looks[:1], "a line that is still being written comes later"
    path.write_bytes(first + second)
    assert tail.read() == looks
    assert tail.read() == looks


def test_a_session_without_an_account_has_none(tmp_path: Path) -> None:
    assert read_account(tmp_path) is None
