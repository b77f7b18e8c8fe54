"""The raw messages of a connection: appended, filtered, cut where they are very long."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.raw_log import RAW_KEPT, RawMessage
from flux_desktop.ui.views.raw_view import RawView


class Bench:
    """A view over a conversation whose messages the test appends."""

    def __init__(self, qtbot: QtBot) -> None:
        self.conversation = Conversation(1)
        self.view = RawView(self.conversation)
        qtbot.addWidget(self.view)
        self.view.resize(600, 200)

    def add(self, text: str, *, t: float = 1.0, kind: str = "Update", outgoing: bool = False) -> None:
        self.conversation.raw.append(RawMessage(t=t, outgoing=outgoing, kind=kind, text=text))

    @property
    def lines(self) -> list[str]:
        self.view.refresh()
        return self.view.lines.toPlainText().splitlines()


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def test_a_line_has_time_direction_kind_and_body(bench: Bench) -> None:
    bench.add("{}", t=1.5, kind="Configure", outgoing=True)
    bench.add("a\r\nb", t=62.25, kind="EndOfTurn")
    sent, received = bench.lines
    assert sent.split() == ["1.500", "s", "out", "→", "Configure", "{}"]
    assert received.split() == ["62.250", "s", "in", "←", "EndOfTurn", "a", "b"], "on one line"


def test_new_messages_are_appended(bench: Bench) -> None:
    bench.add("one")
    assert len(bench.lines) == 1
    assert len(bench.lines) == 1
    bench.add("two")
    assert [line.split()[-1] for line in bench.lines] == ["one", "two"]
    assert "2" in bench.view._count.text()


def test_the_filter_looks_at_the_whole_line_whatever_its_case(bench: Bench) -> None:
    bench.add("one", kind="EndOfTurn")
    bench.add("two")
    bench.add("three", outgoing=True)
    assert len(bench.lines) == 3
    bench.view.filter.setText(" endofturn ")
    assert [line.split()[-1] for line in bench.lines] == ["one"]
    bench.view.filter.setText("OUT")
    assert [line.split()[-1] for line in bench.lines] == ["three"]
    bench.add("four")
    bench.add("five", outgoing=True)
    assert [line.split()[-1] for line in bench.lines] == ["three", "five"]
    bench.view.filter.clear()
    assert len(bench.lines) == 5


def test_a_very_long_message_is_cut_with_its_length(bench: Bench) -> None:
    bench.add("x" * 5_000)
    (line,) = bench.lines
    assert "5,000 characters" in line
    assert line.count("x") == 4_000


def test_old_lines_leave_at_the_top(bench: Bench) -> None:
    for number in range(RAW_KEPT + 10):
        bench.add(f"m{number}")
    lines = bench.lines
    assert len(lines) == RAW_KEPT
    assert lines[-1].endswith(f"m{RAW_KEPT + 9}")


def test_the_newest_line_stays_in_view_unless_a_person_reads_further_up(bench: Bench) -> None:
    bench.view.show()
    for number in range(100):
        bench.add(f"m{number}")
    bar = bench.view.lines.verticalScrollBar()
    assert bench.lines
    assert bar.value() == bar.maximum() > 0
    bar.setValue(10)
    bench.add("new")
    assert bench.lines
    assert bar.value() == 10
