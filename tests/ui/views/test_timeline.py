"""The timeline of one connection: what is painted where, and what clicks, keys and the wheel do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.audio_track import ClipTrack
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.time_window import TimeWindow
from flux_desktop.ui.models.timeline_facts import MarkKind
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.timeline import TimelineView
from flux_desktop.ui.views.timeline_canvas import NAME_PX
from flux_desktop.ui.views.timeline_key import ENTRIES, TimelineKey, key_text
from flux_desktop.ui.views.timeline_rows import Rows
from flux_desktop.ui.views.timeline_shapes import TOKENS
from flux_desktop.ui.views.timeline_tiles import TILE_PX, TileCache
from tests.ui.pixels import names_of
from tests.ui.timelines import card_of, one_turn, said, track

SPAN_S, PER_S = 10.0, 60


class Bench:
    """Ten seconds at 60 px each: a turn from 1 s on, with speech around a hold of 1.2 s."""

    def __init__(self, qtbot: QtBot, theme: ThemeSource) -> None:
        self.conversation = Conversation(7)
        one_turn(self.conversation)
        self.view = TimelineView(theme, TimeWindow(SPAN_S))
        qtbot.addWidget(self.view)
        self.colours = theme.current
        self.view.resize(NAME_PX + round(SPAN_S * PER_S), self.view.sizeHint().height())
        self.view.show_connection(self.conversation, track((0.9, 2.0), (3.2, 4.4)))
        self.view.advance(9.0)
        self.played: list[tuple[int, float]] = []
        self.picked: list[tuple[int, object]] = []
        self.view.play_from.connect(lambda conn, at_s: self.played.append((conn, at_s)))
        self.view.turn_picked.connect(lambda conn, card: self.picked.append((conn, card)))

    def colours_at(self, position_s: float, row: str = "wave") -> set[str]:
        image = self.view.grab().toImage()
        box = getattr(self.view._rows, row)
        x = round(self.view.x_of(position_s))
        return {image.pixelColor(x, y).name() for y in range(round(box.top()), round(box.bottom()))}

    def click(self, position_s: float, row: str = "wave") -> None:
        box = getattr(self.view._rows, row)
        place = QPoint(round(self.view.x_of(position_s)), round(box.center().y()))
        QTest.mouseClick(self.view, Qt.MouseButton.LeftButton, pos=place)

    def wheel(self, steps: float, position_s: float, modifiers: Qt.KeyboardModifier) -> None:
        at = QPointF(self.view.x_of(position_s), 50.0)
        event = QWheelEvent(
            at,
            self.view.mapToGlobal(at),
            QPoint(),
            QPoint(0, round(steps * 120)),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.view, event)


@pytest.fixture
def bench(qtbot: QtBot, theme: ThemeSource) -> Bench:
    return Bench(qtbot, theme)


def test_speech_is_high_silence_is_not_and_nothing_is_drawn_beyond_now(bench: Bench) -> None:
    def height(position_s: float) -> int:
        image = bench.view.grab().toImage()
        x = round(bench.view.x_of(position_s))
        return max(
            sum(image.pixelColor(x + dx, y).name() == bench.colours.accent for y in range(33, 79)) for dx in range(3)
        )

    assert height(1.6) > 20
    assert height(8.0) <= 2
    assert height(9.3) == 0
    assert bench.colours.text not in bench.colours_at(9.0, "labels"), "a label of this moment would be crossed"


def test_a_survived_hold_is_a_block(bench: Bench) -> None:
    assert bench.colours.border in bench.colours_at(2.2)
    assert bench.colours.border not in bench.colours_at(1.6)


@pytest.mark.parametrize(
    ("at_s", "token"), [(1.13, "text"), (2.6, "eager"), (3.1, "warn"), (4.7, "eager"), (5.1, "ok"), (9.0, "text")]
)
def test_marks_and_the_present_have_their_colours(bench: Bench, at_s: float, token: str) -> None:
    assert getattr(bench.colours, token) in bench.colours_at(at_s)


def test_thresholds_and_confidence_are_drawn_below(bench: Bench) -> None:
    across = set().union(*(bench.colours_at(4.0 + step / 60, "confidence") for step in range(12)))
    assert any(QColor(name).green() > 150 > QColor(name).red() for name in across), "the threshold of the end"
    assert any(QColor(name).blue() > 200 > QColor(name).red() for name in bench.colours_at(4.9, "confidence"))
    bench.view.show_confidence(False)
    assert bench.view.sizeHint().height() == Rows(with_confidence=False).height


def test_the_confidence_is_one_curve_also_where_tiles_meet(bench: Bench) -> None:
    image = bench.view.grab().toImage()
    row = bench.view._rows.confidence
    ground = QColor(bench.colours.raised).name()
    x_from, x_until = round(bench.view.x_of(1.2)), round(bench.view.x_of(8.9))
    rows = range(round(row.bottom()) - 8, round(row.bottom()) - 2)
    empty = [x for x in range(x_from, x_until) if all(image.pixelColor(x, y).name() == ground for y in rows)]
    assert empty == []
    y = round(row.bottom() - 1 - 0.45 * (row.height() - 3))
    assert image.pixelColor(round(bench.view.x_of(4.6)), y).name() == ground, "0.3 holds until the message of 0.6"
    assert image.pixelColor(round(bench.view.x_of(4.9)), y).name() != ground


def test_a_click_selects_the_turn_and_asks_to_play_from_there(bench: Bench) -> None:
    bench.click(3.5)
    assert bench.picked == [(7, card_of(bench.conversation))]
    assert bench.view.selected is bench.conversation.timeline.turns[0]
    assert bench.played[0] == (7, pytest.approx(3.5, abs=0.02))
    bench.click(8.0)
    assert bench.view.selected is None
    assert len(bench.picked) == 1
    bench.click(9.8)
    assert len(bench.played) == 2, "nothing has been sent there yet"


def test_a_click_on_a_word_plays_from_its_beginning(bench: Bench) -> None:
    said(bench.conversation, "StartOfTurn", 7.5, index=1, words=(("well", 6.5, 7.0), ("then", 7.0, 7.5)))
    bench.click(7.2, "words")
    assert bench.played == [(7, 7.0)]


def test_a_drag_scrolls_and_selects_nothing(bench: Bench) -> None:
    bench.view.advance(60.0)
    start_s = bench.view.window_s.start_s
    QTest.mousePress(bench.view, Qt.MouseButton.LeftButton, pos=QPoint(100, 50))
    QTest.mouseMove(bench.view, QPoint(160, 50))
    QTest.mouseMove(bench.view, QPoint(220, 50))
    QTest.mouseRelease(bench.view, Qt.MouseButton.LeftButton, pos=QPoint(220, 50))
    assert bench.view.window_s.start_s == pytest.approx(start_s - 2.0)
    assert bench.played == []
    assert not bench.view.window_s.follows


def test_the_wheel_scrolls_and_with_ctrl_zooms_at_the_pointer(bench: Bench) -> None:
    bench.view.advance(60.0)
    start_s = bench.view.window_s.start_s
    bench.wheel(2, 55.0, Qt.KeyboardModifier.NoModifier)
    assert bench.view.window_s.start_s < start_s
    before = bench.view.x_of(52.0)
    bench.wheel(2, 52.0, Qt.KeyboardModifier.ControlModifier)
    assert bench.view.window_s.span_s == pytest.approx(SPAN_S / 1.25**2)
    assert bench.view.x_of(52.0) == pytest.approx(before)


def test_everything_can_be_done_with_keys(bench: Bench) -> None:
    one_turn(bench.conversation, 20.0, 1)
    view, window = bench.view, bench.view.window_s
    view.advance(60.0)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert window.start_s == pytest.approx(window.latest_start_s - 1.0)
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert window.start_s == 0.0
    QTest.keyClick(view, Qt.Key.Key_End)
    assert window.follows
    QTest.keyClick(view, Qt.Key.Key_Plus)
    assert window.span_s < SPAN_S
    QTest.keyClick(view, Qt.Key.Key_Minus)
    assert window.span_s == pytest.approx(SPAN_S)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert view.selected is bench.conversation.timeline.turns[1]
    assert window.start_s < 20.0 < window.end_s
    QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.selected is bench.conversation.timeline.turns[0]
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert bench.played == [(7, bench.conversation.timeline.turns[0].start_s)]


def test_the_playhead_is_marked_and_brought_into_view(bench: Bench) -> None:
    bench.view.set_playhead(7.0)
    assert bench.colours.accent in bench.colours_at(7.0, "words")
    bench.view.set_playhead(None)
    assert bench.colours.accent not in bench.colours_at(7.0, "words")
    bench.view.advance(60.0)
    bench.conversation.timeline.end()
    bench.view.set_playhead(7.0)
    assert bench.view.window_s.start_s < 7.0 < bench.view.window_s.end_s


def test_who_has_scrolled_away_from_what_is_played_stays_there(bench: Bench) -> None:
    view, window, moves = bench.view, bench.view.window_s, list[float]()
    view.moved.connect(lambda: moves.append(window.start_s))
    view.advance(60.0)
    bench.conversation.timeline.end()
    view.set_playhead(30.0)
    assert moves == [window.start_s], "what shares the window moves along"
    QTest.keyClick(view, Qt.Key.Key_Home)
    view.set_playhead(30.1)
    assert window.start_s == 0.0
    view.set_playhead(40.0)
    assert window.start_s < 40.0 < window.end_s, "another place was chosen"
    for tenth in range(401, 500):
        view.set_playhead(tenth / 10)
        assert window.start_s <= tenth / 10 <= window.end_s, "it plays on in view"


def test_it_can_be_larger(bench: Bench) -> None:
    height = bench.view.sizeHint().height()
    bench.view.set_font_scale(2.5)
    assert bench.view.sizeHint().height() == pytest.approx(2.5 * height, abs=2)


def test_settled_parts_are_painted_once(bench: Bench) -> None:
    for index in range(1, 12):
        one_turn(bench.conversation, 1.0 + 6 * index, index)
    bench.view.advance(70.0)
    bench.view.grab()
    painted = bench.view._tiles.painted
    bench.view.advance(70.1)
    bench.view.grab()
    assert bench.view._tiles.painted == painted
    bench.conversation.timeline.add(5.0 + 66.0, MarkKind.CONFIGURE)
    bench.view.grab()
    assert bench.view._tiles.painted > painted, "a mark of the past is seen"


def test_tips_are_those_of_the_place(bench: Bench) -> None:
    wave = bench.view._rows.wave.center().y()
    assert "Survived hold" in bench.view.tip_at(QPointF(bench.view.x_of(2.2), wave))
    assert "Resumed" in bench.view.tip_at(QPointF(bench.view.x_of(3.12), wave))


def test_tiles_are_dropped_with_another_look_and_from_a_place_on() -> None:
    cache = TileCache()
    cache._tiles.update(dict.fromkeys(range(5)))  # type: ignore[misc]
    cache.drop_from(3 * TILE_PX + 5)
    assert list(cache._tiles) == [0, 1, 2]
    cache.keep_look(("dark", 60))
    assert not cache._tiles


def test_the_key_explains_every_kind(qtbot: QtBot, theme: ThemeSource) -> None:
    assert {kind for _, kind in ENTRIES} == {None, *MarkKind}
    assert set(TOKENS) == set(MarkKind)
    text = key_text()
    assert all(f"{word[:1].upper()}{word[1:]}:" in text for word, _ in ENTRIES)
    key = TimelineKey(theme)
    qtbot.addWidget(key)
    key.resize(key.sizeHint())
    image = key.grab().toImage()
    painted = names_of(image)
    colours = theme.current
    assert {colours.accent, colours.eager, colours.warn, colours.ok, colours.danger} <= painted


def test_before_the_audio_and_without_levels_the_row_says_why(qtbot: QtBot, theme: ThemeSource) -> None:
    view = TimelineView(theme)
    qtbot.addWidget(view)
    view.resize(500, view.sizeHint().height())

    def written(conversation: Conversation, levels: ClipTrack | None) -> bool:
        view.show_connection(conversation, levels)
        view.advance(0.0)
        image, row = view.grab().toImage(), view._rows.wave
        return any(
            QColor(image.pixel(x, y)).name() == theme.current.muted
            for x in range(NAME_PX + 8, 300)
            for y in range(round(row.top()), round(row.bottom()))
        )

    waiting, streaming = Conversation(1), Conversation(2)
    assert written(waiting, None)
    streaming.timeline.placed(6.0, 1.0)
    assert not written(streaming, track((0.0, 1.0)))
    lost = track()
    lost.fail("The audio file a.wav does not exist.")
    assert written(streaming, lost)


def test_a_mark_does_not_go_through_the_words_that_say_why(bench: Bench) -> None:
    lost = track()
    lost.fail("The audio file of this conversation does not exist in the folder of the session any more.")
    bench.view.show_connection(bench.conversation, lost)
    bench.view.advance(9.0)
    image, bottom = bench.view.grab().toImage(), round(bench.view._rows.wave.bottom()) - 3
    x = round(bench.view.x_of(5.1))
    seen = {image.pixelColor(near, bottom).name() for near in range(x - 1, x + 2)}
    assert bench.colours.ok not in seen
    assert bench.colours.ok in bench.colours_at(5.1)
