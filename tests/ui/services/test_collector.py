"""Cycles are collected on the window's thread, and on no other."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from flux_desktop.ui.services.collector import Collector, collect_what_is_due


class Node:
    """An object that refers to itself."""

    def __init__(self) -> None:
        self.me = self
        self.freed_on: list[str] = []
        weakref.finalize(self, lambda names=self.freed_on: names.append(threading.current_thread().name))


def _allocate() -> None:
    allocations = [[n] for n in range(20_000)]
    assert allocations


def test_no_other_thread_frees_a_cycle_and_the_window_does(qtbot: QtBot) -> None:
    parent = QObject()
    collector = Collector(parent)
    collector.start()
    node = Node()
    freed_on = node.freed_on
    del node
    busy = threading.Thread(target=_allocate)
    busy.start()
    busy.join()
    assert freed_on == []
    allocations = [[n] for n in range(20_000)]
    collect_what_is_due()
    assert allocations
    assert freed_on == [threading.main_thread().name]
    assert collector._timer.isActive()
    collector.stop()
    assert not collector._timer.isActive()
    assert not gc.isenabled()
