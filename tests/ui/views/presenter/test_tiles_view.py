"""Tiles: what is painted again after a change, how long a tile lights up, and its marks."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.presenter.tiles import Tile, TileState
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.style.tokens import DARK
from flux_desktop.ui.views.presenter import tiles_view
from flux_desktop.ui.views.presenter.shapes import colour_of, paint_shape
from flux_desktop.ui.views.presenter.tiles_view import PULSE_S, TilesKey, TilesView
from tests.ui.pixels import names_of


class Bench:
    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.qtbot, self.motion = qtbot, True
        self.view = TilesView(theme, lambda conn, newest: (0.5,) * 14, lambda: self.motion)
        qtbot.addWidget(self.view)
        self.view.resize(1800, 860)
        self.view.show()
        self.tiles = [Tile(conn, TileState.SPEAKING) for conn in range(1, 51)]
        self.show()

    def show(self) -> None:
        self.view.show_tiles(tuple(self.tiles))
        self.qtbot.waitUntil(lambda: self.view.painted >= 50)

    def painted_by(self, change: object) -> int:
        before = self.view.painted
        self.view.show_tiles(tuple(self.tiles))
        self.qtbot.waitUntil(lambda: self.view.painted > before)
        return self.view.painted - before


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme)


def test_of_fifty_tiles_only_the_one_that_changed_is_painted(bench: Bench) -> None:
    bench.tiles[6] = Tile(7, TileState.EAGER)
    assert bench.painted_by(bench.tiles[6]) == 1


def test_a_tile_lights_up_once_when_a_turn_has_ended(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = time.monotonic()
    monkeypatch.setattr(tiles_view.time, "monotonic", lambda: now_s)
    bench.tiles[0] = Tile(1, TileState.ENDED, turn_ends=1)
    bench.view.show_tiles(tuple(bench.tiles))
    assert bench.view.pulsing == 1
    now_s += PULSE_S + 0.01
    bench.view.show_tiles(tuple(bench.tiles))
    assert bench.view.pulsing == 0
    assert PULSE_S > 1 / 3, "fewer than three in a second"


def test_nothing_lights_up_where_the_system_reduces_motion(bench: Bench) -> None:
    bench.motion = False
    bench.tiles[0] = Tile(1, TileState.ENDED, turn_ends=1)
    bench.view.show_tiles(tuple(bench.tiles))
    assert bench.view.pulsing == 0


def test_two_hundred_tiles_are_inside_and_legible(bench: Bench) -> None:
    bench.tiles = [Tile(conn, TileState.SPEAKING) for conn in range(1, 201)]
    bench.view.show_tiles(tuple(bench.tiles))
    whole = QRectF(bench.view.rect())
    assert all(whole.contains(bench.view.box(place)) for place in range(200))
    assert bench.view.box(0).height() > 50
    assert not bench.view.grab().isNull()


@pytest.mark.parametrize(("number", "has_room"), [(6, True), (200, False)])
def test_what_a_connection_showed_is_written_where_it_has_room(bench: Bench, number: int, has_room: bool) -> None:
    def colours(figures: tuple[str, ...]) -> set[str]:
        tiles = [Tile(conn, TileState.DONE, figures=figures) for conn in range(1, number + 1)]
        bench.view.show_tiles(tuple(tiles))
        return names_of(bench.view.grab().toImage())

    assert DARK.text not in colours(())
    assert (DARK.text in colours(("6 turns", "update p50 5 ms", "n = 1,200"))) is has_room


def test_the_states_are_counted_in_words(bench: Bench) -> None:
    bench.tiles[0] = Tile(1, TileState.LOST)
    bench.view.show_tiles(tuple(bench.tiles))
    assert bench.view.sentence() == "49 speaking, 1 lost"


def test_the_key_has_every_shape_with_its_count(qtbot: QtBot, theme: ThemeSource) -> None:
    key = TilesKey(theme)
    qtbot.addWidget(key)
    key.resize(1800, 50)
    key.show_content(((TileState.SPEAKING, 30), (TileState.LOST, 1)))
    assert {DARK.ok, DARK.danger} <= names_of(key.grab().toImage())


def test_every_state_has_a_shape_of_its_own() -> None:
    pictures = []
    for state in TileState:
        image = QImage(40, 40, QImage.Format.Format_Grayscale8)
        image.fill(Qt.GlobalColor.black)
        painter = QPainter(image)
        paint_shape(painter, state, QRectF(8, 8, 24, 24), DARK)
        painter.end()
        lit = bytes(1 if value > 60 else 0 for value in bytes(image.constBits()))
        pictures.append(lit)
    assert len(set(pictures)) == len(TileState), "told apart without colour"
    assert colour_of(TileState.EAGER, DARK) == DARK.eager
