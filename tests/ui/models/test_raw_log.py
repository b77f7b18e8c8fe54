"""The newest messages of a connection: whichever are asked for come in order, in little memory."""

from __future__ import annotations

import pytest

from flux_desktop.ui.models.raw_log import BLOCK, RAW_KEPT, RawLog, RawMessage


def message(number: int) -> RawMessage:
    text = f'{{"type":"TurnInfo","event":"Update","sequence_id":{number},"transcript":"said in message {number}"}}'
    return RawMessage(t=number / 4, outgoing=number % 7 == 0, kind="Update", text=text)


@pytest.mark.parametrize("total", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
@pytest.mark.parametrize("wanted", [0, 1, 5, 8, BLOCK, BLOCK + 8, 10 * BLOCK])
def test_the_newest(total: int, wanted: int) -> None:
    log = RawLog()
    for number in range(total):
        log.append(message(number))
    assert len(log) == log.count == total
    assert log.newest(wanted) == [message(number) for number in range(max(0, total - wanted), total)]


def test_the_oldest_go_and_the_rest_takes_a_small_part_of_its_size() -> None:
    log = RawLog()
    total = 2 * RAW_KEPT + 3
    for number in range(total):
        log.append(message(number))
    assert RAW_KEPT <= len(log) <= RAW_KEPT + BLOCK
    assert log.count == total
    kept = log.newest(total)
    assert [each.text for each in kept] == [message(number).text for number in range(total - len(log), total)]
    assert sum(map(len, log._packed)) < 0.2 * sum(len(each.text) for each in kept)
