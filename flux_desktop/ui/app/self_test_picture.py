"""The window check of the self-test: paints the window off-screen in its own process and reports one JSON line."""

from __future__ import annotations

import argparse
import asyncio
import ctypes
import sys
import time
from pathlib import Path

import msgspec
import qasync
from PySide6.QtCore import QLibraryInfo
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from flux_desktop.engine.self_test.self_test import Painted
from flux_desktop.ui.app import launch
from flux_desktop.ui.services.engine_port import supervisor_engine
from flux_desktop.ui.window.main_window import MainWindow

LOOK_EVERY_PX = 5


def paint(path: Path) -> int:
    """Paint the whole window with its plots, save it to `path`, and print a `Painted`. Returns the exit code."""
    app = launch.make_app()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    window = launch.make_window(app, argparse.Namespace(theme="dark", connections=None), supervisor_engine)
    with loop:
        picture, usable_at_s = loop.run_until_complete(_painted(app, window))
    if not picture.save(str(path), "PNG"):
        print(f"The picture could not be saved to {path}.", file=sys.stderr)
        return 1
    report = Painted(
        width=picture.width(),
        height=picture.height(),
        colours=_colours(picture),
        usable_at_s=usable_at_s,
        platform_problem=_platform_problem(),
    )
    print(msgspec.json.encode(report).decode(), flush=True)
    return 0


async def _painted(app: QApplication, window: MainWindow) -> tuple[QImage, float]:
    """The window with all that it has, and when it was there."""
    closed = asyncio.Event()
    window.closed.connect(closed.set)
    window.begin()
    while not window.live_page.plots.plots:  # noqa: ASYNC110 - what the window shows has no event
        await asyncio.sleep(0.005)
    app.processEvents()
    usable_at_s = time.monotonic()
    picture = window.grab().toImage()
    window.close()
    await closed.wait()
    return picture, usable_at_s


def _colours(picture: QImage) -> int:
    """How many colours a grid of samples has: an empty window has one or two."""
    columns, rows = range(0, picture.width(), LOOK_EVERY_PX), range(0, picture.height(), LOOK_EVERY_PX)
    return len({picture.pixel(x, y) for x in columns for y in rows})


def _platform_problem() -> str:
    """Why a window could not be shown on an X11 screen: the linker's own words for a library that is missing."""
    if sys.platform != "linux":
        return ""
    plugin = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms/libqxcb.so")
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        return str(error)
    return ""
