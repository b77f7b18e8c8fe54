"""The account of a run in progress, read while it is written."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.aws.account_records import ACCOUNT_FILE, encode_records
from flux_desktop.engine.records.events import RunEnded
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.ui.services.account_follower import FOLLOWING, LOOK_S, AccountFollower
from flux_desktop.ui.style.theme import ThemeSource
from tests.evaluation.capacity.test_account_timeline import records
from tests.ui.window.page_bench import PageBench, page_bench


class Followed:
    """A follower whose clock is stepped."""

    def __init__(self, bench: PageBench) -> None:
        self.now_s = 0.0
        self.bench = bench
        self.follower = AccountFollower(
            bench.state, bench.tasks, lambda: bench.controller.newest_folder, lambda: self.now_s
        )

    async def look(self) -> int:
        """How many records are known after the next look."""
        self.now_s += LOOK_S
        self.follower.refresh()
        await self.bench.settled(FOLLOWING)
        return len(self.bench.state.observed.records)


async def test_records_are_seen_while_the_run_is_in_progress(theme: ThemeSource, tmp_path: Path) -> None:
    lines = encode_records(records()).splitlines(keepends=True)
    path = tmp_path / ACCOUNT_FILE
    async with page_bench(theme) as bench:
        followed = Followed(bench)
        path.write_bytes(b"".join(lines[:5]))
        assert await followed.look() == 0, "there is no run"
        bench.start().session_folder = tmp_path
        assert await followed.look() == 5
        path.write_bytes(b"".join(lines[:9]))
        followed.follower.refresh()
        assert not bench.tasks.running(FOLLOWING), "not before it is time to"
        assert await followed.look() == 9
        path.write_bytes(b"".join(lines))
        bench.feed(RunEnded(t=60.0, verdict=Verdict.DONE, ledger={"completed": 2}))
        assert await followed.look() == 9
        followed.follower.run_finished()
        await bench.settled(FOLLOWING)
        assert list(bench.state.observed.records) == records()


async def test_a_file_that_cannot_be_read_is_no_problem_of_the_run(theme: ThemeSource, tmp_path: Path) -> None:
    (tmp_path / ACCOUNT_FILE).mkdir()
    async with page_bench(theme) as bench:
        bench.start().session_folder = tmp_path
        assert await Followed(bench).look() == 0
        assert bench.problems == []
