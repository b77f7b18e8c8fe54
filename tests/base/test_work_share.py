"""The share of a work that is done, and ending it."""

from __future__ import annotations

import pytest

from flux_desktop.base.work_share import WorkEndedError, WorkShare, unwatched


def test_parts_add_up_and_never_exceed_the_whole() -> None:
    shares: list[float] = []

    def watch(share: float) -> bool:
        shares.append(share)
        return True

    work = WorkShare(4, watch)
    for _ in range(5):
        work.add(1)
    assert shares == [0.25, 0.5, 0.75, 1.0, 1.0]


def test_who_watches_ends_the_work() -> None:
    work = WorkShare(4, lambda share: share < 0.5)
    work.add(1)
    with pytest.raises(WorkEndedError):
        work.add(1)


def test_work_of_unknown_size_does_no_harm() -> None:
    WorkShare(0.0, unwatched).add(7)
