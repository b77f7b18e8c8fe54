"""The newest messages of a connection: whichever are asked for come in order, and the oldest are dropped."""

from __future__ import annotations

import pytest

from flux_desktop.ui.models.raw_log import RAW_KEPT, RawLog, RawMessage


def message(number: int) -> RawMessage:
    text = f'{{"type":"TurnInfo","event":"Update","sequence_id":{number},"transcript":"said in message {number}"}}'
    return RawMessage(t=number / 4, outgoing=number % 7 == 0, kind="Update", text=text)


@pytest.mark.parametrize("total", [0, 1, 7, RAW_KEPT - 1, RAW_KEPT, RAW_KEPT + 1, 2 * RAW_KEPT + 3])
@pytest.mark.parametrize("wanted", [-1, 0, 1, 8, RAW_KEPT, 10 * RAW_KEPT])
def test_the_newest(total: int, wanted: int) -> None:
    log = RawLog()
    for number in range(total):
        log.append(message(number))
    retained_count = min(total, RAW_KEPT)
    assert (log.count, len(log)) == (total, retained_count)
    expected = range(total - min(retained_count, max(0, wanted)), total)
    assert log.newest(wanted) == [message(number) for number in expected]
