"""The messages of a past run: read once, dropped where another run is shown by then, and a failure is told."""

from __future__ import annotations

import zipfile

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.records.events import Event
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.services.past_messages import PastMessages
from flux_desktop.ui.services.tasks import UiTasks
from tests.ui import scripted


class Digest:
    """Stands for a file on disk."""

    connections = (1, 2)

    def __init__(self) -> None:
        self.reads: list[int] = []

    def connection(self, conn: int) -> list[Event]:
        self.reads.append(conn)
        if conn == 2:
            raise zipfile.BadZipFile("damaged")
        return [event for event in scripted.scripted_run(1) if getattr(event, "conn", 1) == 1]


async def test_a_connection_is_read_once(qapp) -> None:
    model, digest, notifications = RunModel(), Digest(), list[int]()
    model.reset(scripted.plan(2))
    messages = PastMessages(model, UiTasks(lambda problem: None), lambda: notifications.append(1))
    messages.begin(digest)  # type: ignore[arg-type]
    messages.run_shown()
    await messages.loaded([1])
    await messages.loaded([1])
    assert (digest.reads, notifications, model.unread) == ([1], [1], {2})
    assert model.conversation(1).transcript() == list(scripted.SENTENCES)
    with pytest.raises(ProblemError, match="connection 2 cannot be read"):
        await messages.loaded([2])
    messages.begin(None)
    assert model.unread == set()
