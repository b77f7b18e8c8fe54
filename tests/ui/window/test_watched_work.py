"""Work on a thread that a bar shows: its result, its failure, and its end when it takes too long."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import ProblemError
from flux_desktop.base.work_share import OnProgress
from flux_desktop.ui.views.work_bar import WorkBar
from flux_desktop.ui.window.watched_work import watched


@pytest.fixture
def bar(qtbot: QtBot) -> WorkBar:
    bar = WorkBar("export")
    qtbot.addWidget(bar)
    return bar


async def test_its_result_is_returned_and_the_bar_says_what_is_done(bar: WorkBar) -> None:
    assert await watched("Exporting one", lambda on_progress: on_progress(0.5), bar, 30.0) is True
    assert bar.done.full_text() == "Exporting one"


async def test_what_takes_too_long_is_a_problem_and_its_thread_ends(bar: WorkBar) -> None:
    over = threading.Event()

    def work(on_progress: OnProgress) -> None:
        while on_progress(0.1):
            pass
        over.set()

    with pytest.raises(ProblemError, match="Exporting one did not finish"):
        await watched("Exporting one", work, bar, 0.02)
    assert over.wait(30)
