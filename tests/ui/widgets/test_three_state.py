"""A parameter that may be left to the server: default, on, or off."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.widgets.three_state import CHOICES, ThreeState

Changes = list[bool | None]


@pytest.fixture
def field(qtbot: QtBot) -> ThreeState:
    field = ThreeState("Numerals", "as digits")
    qtbot.addWidget(field)
    return field


@pytest.fixture
def changes(field: ThreeState) -> Changes:
    changes: Changes = []
    field.changed.connect(lambda: changes.append(field.value))
    return changes


def test_it_begins_with_the_servers_default(field: ThreeState) -> None:
    assert (field.value, field.chosen) == (None, None)
    assert [value for _words, value in CHOICES] == [None, True, False]


@pytest.mark.parametrize("value", [True, False])
def test_a_choice_is_reported(field: ThreeState, changes: Changes, value: bool) -> None:
    field.choice.setCurrentIndex([each for _words, each in CHOICES].index(value))
    assert (field.value, changes) == (value, [value])


@pytest.mark.parametrize("value", [True, False, None])
def test_a_value_from_outside_is_shown_and_not_reported(
    field: ThreeState, changes: Changes, value: bool | None
) -> None:
    field.set_value(value)
    assert (field.value, changes) == (value, [])


def test_what_a_build_rejects_keeps_its_choice_and_has_no_effect(field: ThreeState, changes: Changes) -> None:
    field.set_value(True)
    field.set_refused("not known")
    assert (field.value, field.chosen) == (None, True)
    assert not field.choice.isEnabled()
    assert field.choice.toolTip() == "not known"
    assert field._hint.text() == "not known"
    field.set_refused("")
    assert field.value is True
    assert field.choice.isEnabled()
    assert field._hint.text() == "as digits"
    assert changes == []


def test_the_state_has_its_words_and_colour(field: ThreeState) -> None:
    field.set_state("in force", "ok")
    assert field.state.full_text() == "in force"
    assert field.state.property("role") == "ok"
