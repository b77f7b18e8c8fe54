"""How fast the Tune page follows its controls: from a move to the painted page, while figures are computed in a thread.

Run with: QT_QPA_PLATFORM=offscreen python -m tests.bench.tune_controls [TURNS] [WIDTH HEIGHT]

The whole page is laid out and painted after each move, which is more than a screen would ask for. The mark is 50 ms on
the wall on a machine with nothing else to do; the processor's time is that of the window's thread.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import qasync
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QSlider

from flux_desktop.ui.app import launch
from flux_desktop.ui.models.tune_curve import evaluated
from flux_desktop.ui.models.tune_turns import TurnOrder
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.window.tuner import Tuner
from tests.evaluation.spoken_clips import HIGHEST, played, random_clip
from tests.ui.window.page_bench import page_bench

MOVES = 60
PAUSE_S = 0.025
"""Between two moves: a mouse reports about 40 a second while a window paints."""
MARK_MS = 50.0


async def main(app: QApplication, turns: int, width_px: int, height_px: int) -> None:
    """Print one line for each control."""
    clips = [random_clip(f"clip {seed}", seed, turns=1) for seed in range(min(turns, 200))]
    traces = [played(clip, HIGHEST) for clip in clips] * max(1, turns // len(clips))
    theme = ThemeSource(app, "dark")
    theme.begin()
    async with page_bench(theme) as bench:
        page = bench.tune_page
        tuner = Tuner(bench.state, page, bench.tasks)
        bench.frame.resize(width_px, height_px)
        bench.frame.show_page(1)
        bench.frame.show()
        tuner.show(evaluated(traces))
        await asyncio.sleep(2.0)
        curve, setting, cards = page.curve_panel.curve, page.setting_panel, page.preset_cards
        assert setting.eager.switch is not None
        setting.eager.switch.setChecked(True)
        controls: dict[str, Callable[[int], object]] = {
            "end of turn": _slid(setting.eot.slider),
            "eager end of turn": _slid(setting.eager.slider),
            "timeout": _slid(setting.timeout.slider),
            "point of the curve": lambda move: curve.point_dragged.emit(0.01 + 0.5 * move / MOVES),
            "arrow keys": lambda move: curve.stepped.emit(1 if move % 20 < 10 else -1),
            "line of the limit": lambda move: curve.limit_moved.emit(0.02 + 0.2 * move / MOVES),
            "preset": lambda move: cards.chosen.emit(move % 3),
            "order of the turns": lambda move: page.turns_panel.order.activated.emit(
                page.turns_panel.order.setCurrentIndex(move % len(TurnOrder)) or 0
            ),
        }
        print(f"{len(traces)} turns, page of {width_px} x {height_px}, {MOVES} moves of each control")
        print(f"{'control':<24}{'wall p50':>10}{'p95':>8}{'max':>8}   {'processor p50':>13}{'p95':>8}")
        for name, move in controls.items():
            _say(name, [await _timed(page.window().repaint, move, number) for number in range(MOVES)])


def _slid(slider: QSlider) -> Callable[[int], object]:
    """There and back over the whole range."""
    low, high = slider.minimum(), slider.maximum()
    return lambda move: slider.setValue(round(low + (high - low) * abs(1 - 2 * move / (MOVES - 1))))


async def _timed(repaint: Callable[[], object], move: Callable[[int], object], number: int) -> tuple[float, float]:
    wall_s, processor_s = time.perf_counter(), time.thread_time()
    move(number)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    repaint()
    durations_ms = (time.perf_counter() - wall_s) * 1000, (time.thread_time() - processor_s) * 1000
    await asyncio.sleep(PAUSE_S)
    return durations_ms


def _say(name: str, durations_ms: Sequence[tuple[float, float]]) -> None:
    walls, processors = (np.array(column) for column in zip(*durations_ms, strict=True))
    wall, processor = (np.percentile(values, (50, 95)) for values in (walls, processors))
    held = "" if wall[1] <= MARK_MS else f"  over {MARK_MS:g} ms"
    print(
        f"{name:<24}{wall[0]:>7.1f} ms{wall[1]:>5.1f} ms{walls.max():>5.1f} ms   {processor[0]:>10.1f} ms"
        f"{processor[1]:>5.1f} ms{held}"
    )


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    application = launch.make_app()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with loop:
        loop.run_until_complete(main(application, *(numbers + [1000, 1280, 800][len(numbers) :])))
