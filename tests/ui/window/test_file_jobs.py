"""Jobs on files: shorter ones show nothing, longer ones a bar with Cancel, which ends the thread."""

from __future__ import annotations

import threading

from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.base.work_share import OnProgress
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.window.file_jobs import FileJobs
from tests.ui.conftest import until
from tests.ui.window.page_bench import PageBench


class Long:
    """Work that goes on while it is let, one hundredth after the other."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.over = threading.Event()

    def __call__(self, on_progress: OnProgress) -> str:
        share = 0.0
        while on_progress(share) and not self.goes_on.wait(0.005):
            share = min(0.9, share + 0.01)
        self.over.set()
        return "result"


def bars(bench: PageBench) -> list[WorkBar]:
    return [bar for bar in bench.page.banners.findChildren(WorkBar) if bar.isVisibleTo(bench.page.banners)]


async def test_a_long_job_shows_its_progress_until_it_has_ended(bench: PageBench) -> None:
    work, order = Long(), list[str]()
    jobs = FileJobs(bench.page.banners, bench.tasks, shown_after_s=0.0)
    jobs.start("Exporting one", work, lambda result: order.append(result), lambda: order.append("ended"))
    await until(lambda: bool(bars(bench)) and bars(bench)[0].left.text().endswith("left"), "there is time left")
    (bar,) = bars(bench)
    assert bar.done.full_text() == "Exporting one"
    assert not bench.page.banners.isHidden()
    work.goes_on.set()
    await until(lambda: order == ["ended", "result"], "it has ended")
    assert bars(bench) == []
    assert bench.page.banners.isHidden()


async def test_cancel_ends_the_thread_without_a_result(bench: PageBench) -> None:
    work, order = Long(), list[str]()
    jobs = FileJobs(bench.page.banners, bench.tasks, shown_after_s=0.0)
    jobs.start("Exporting one", work, lambda result: order.append(result), lambda: order.append("ended"))
    await until(lambda: bool(bars(bench)), "there is a bar")
    bars(bench)[0].cancel_button.click()
    await until(lambda: order == ["ended"], "it has ended")
    await until(work.over.is_set, "the thread has ended")
    assert bars(bench) == []
    assert bench.problems == []


async def test_a_short_job_shows_no_bar(bench: PageBench) -> None:
    work, results = Long(), list[str]()
    FileJobs(bench.page.banners, bench.tasks, shown_after_s=3600.0).start("Exporting one", work, results.append)
    (bar,) = bench.page.banners.findChildren(WorkBar)
    await until(lambda: bar.left.text().endswith("left"), "it goes on")
    assert bars(bench) == []
    assert bench.page.banners.isHidden()
    work.goes_on.set()
    await until(lambda: results == ["result"], "it has ended")


async def test_a_failure_is_reported(bench: PageBench) -> None:
    def fail(_: OnProgress) -> None:
        raise ProblemError(Problem(code="disk_full", what="The disk is full."))

    FileJobs(bench.page.banners, bench.tasks).start("Exporting one", fail)
    await until(lambda: [each.code for each in bench.problems] == ["disk_full"], "it is reported")
