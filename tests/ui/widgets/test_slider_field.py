"""A number with a slider: both show the same, and only a person's change is reported."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.style.tokens import SPACE_S
from flux_desktop.ui.widgets.slider_field import INLINE_LEAST_PX, INLINE_PX, SliderField


class Bench:
    """A field from 0.3 to 0.9 and what it reports."""

    def __init__(self, qtbot: QtBot, *, switch: bool) -> None:
        self.field = SliderField("Threshold", 0.3, 0.9, 0.5, step=0.01, decimals=2, switch=switch, hint="0.3 to 0.9")
        qtbot.addWidget(self.field)
        self.changes: list[float | None] = []
        self.field.changed.connect(lambda: self.changes.append(self.field.value))

    @property
    def shown(self) -> tuple[float, int]:
        return round(self.field.field.value(), 6), self.field.slider.value()


@pytest.fixture
def plain(qtbot: QtBot) -> Bench:
    return Bench(qtbot, switch=False)


@pytest.fixture
def switched(qtbot: QtBot) -> Bench:
    return Bench(qtbot, switch=True)


def test_it_begins_with_its_value_and_range(plain: Bench) -> None:
    assert plain.field.value == 0.5
    assert plain.shown == (0.5, 50)
    slider, field = plain.field.slider, plain.field.field
    assert (slider.minimum(), slider.maximum()) == (30, 90)
    assert (field.minimum(), field.maximum(), field.singleStep()) == (0.3, 0.9, 0.01)


def test_the_slider_moves_the_number_and_reports_once(plain: Bench) -> None:
    plain.field.slider.setValue(64)
    assert (plain.shown, plain.changes) == ((0.64, 64), [0.64])


def test_the_number_moves_the_slider_and_reports_once(plain: Bench) -> None:
    plain.field.field.setValue(0.77)
    assert (plain.shown, plain.changes) == ((0.77, 77), [0.77])


def test_a_value_from_outside_is_shown_and_not_reported(plain: Bench) -> None:
    plain.field.set_value(0.8)
    assert (plain.shown, plain.changes) == ((0.8, 80), [])
    plain.field.set_value(None)
    assert plain.field.value == 0.8, "without a switch there is always a value"


def test_a_switch_begins_off(switched: Bench) -> None:
    assert switched.field.value is None
    assert not switched.field.field.isEnabled()
    assert not switched.field.slider.isEnabled()


def test_switching_on_brings_the_number_back(switched: Bench) -> None:
    assert switched.field.switch is not None
    switched.field.switch.setChecked(True)
    assert switched.field.field.isEnabled()
    assert switched.field.slider.isEnabled()
    switched.field.switch.setChecked(False)
    assert switched.changes == [0.5, None]


def test_a_value_from_outside_moves_the_switch_silently(switched: Bench) -> None:
    switched.field.set_value(0.6)
    assert switched.field.value == 0.6
    assert switched.field.slider.isEnabled()
    switched.field.set_value(None)
    assert switched.field.value is None
    assert not switched.field.slider.isEnabled()
    assert switched.changes == []


def test_a_lower_maximum_takes_the_value_along_silently(plain: Bench) -> None:
    plain.field.set_value(0.8)
    plain.field.set_maximum(0.7)
    assert (plain.shown, plain.changes) == ((0.7, 70), [])
    plain.field.set_maximum(0.9)
    assert plain.field.slider.maximum() == 90


def test_the_state_has_its_words_and_colour(plain: Bench) -> None:
    plain.field.set_state("refused", "danger")
    assert plain.field.state.full_text() == "refused"
    assert plain.field.state.property("role") == "danger"


def test_where_room_is_scarce_it_shows_less(qtbot: QtBot) -> None:
    field = Bench(qtbot, switch=True).field
    field.set_value(None)
    field.set_compact(True)
    assert field.slider.isHidden(), "it is off"
    assert field.toolTip() == "0.3 to 0.9"
    field.set_value(0.4)
    assert not field.slider.isHidden()
    field.set_compact(False)
    field.set_value(None)
    assert not field.slider.isHidden()


@pytest.mark.parametrize("value", [0.4, None])
def test_a_state_that_comes_or_goes_moves_nothing(qtbot: QtBot, value: float | None) -> None:
    field = Bench(qtbot, switch=True).field
    field.set_value(value)
    field.set_compact(True)
    without_px = field.sizeHint().height()
    field.set_state("● in force: 2 of 2", "ok")
    assert field.sizeHint().height() == without_px
    field.resize(288, without_px)
    field.show()
    qtbot.waitExposed(field)
    assert field.state.text() == "● in force: 2 of 2", "it has room beside the slider"
    field.set_inline(True)
    assert not field.state.isHidden()
    field.set_state("", "caption")
    assert field.state.isHidden(), "beside its field there is no room for an empty line"


def test_beside_its_field_the_slider_gives_way_to_a_long_name(qtbot: QtBot) -> None:
    field = Bench(qtbot, switch=True).field
    field.set_value(0.4)
    below_px = field.minimumSizeHint().width()
    field.set_inline(True)
    assert field.minimumSizeHint().width() <= below_px + INLINE_LEAST_PX + SPACE_S
    assert field.slider.maximumWidth() == INLINE_PX
    field.set_inline(False)
    assert field.minimumSizeHint().width() == below_px
