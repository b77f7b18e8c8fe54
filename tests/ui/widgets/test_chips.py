"""The editor of short terms: what it takes, what it refuses and why, and what it reports."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flux_desktop.ui.widgets.chips import Chip, ChipEditor

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture
def editor(qapp: QApplication) -> ChipEditor:
    return ChipEditor("Keyterms", "keyterm", "Add one", terms_max=2, chars_max=5)


def enter(editor: ChipEditor, words: str) -> None:
    editor.field.setText(words)
    editor.field.returnPressed.emit()


def test_commas_separate_terms_and_repeats_are_dropped(editor: ChipEditor) -> None:
    changes: list[tuple[str, ...]] = []
    editor.changed.connect(lambda: changes.append(editor.terms))
    QTest.keyClicks(editor.field, "one, one,")
    assert editor.terms == ("one",)
    enter(editor, "one")
    assert changes == [("one",)], "a repeat is no change"
    assert editor.field.text() == ""


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("longer", "A keyterm can have at most 5 characters; this one has 6."),
        ("a, b, c", "You can add at most 2 keyterms."),
    ],
)
def test_what_exceeds_a_limit_stays_in_the_field_with_the_reason(editor: ChipEditor, words: str, reason: str) -> None:
    enter(editor, words)
    assert editor.remark.text() == reason
    assert editor.field.text() == words
    assert words.split(", ")[-1] not in editor.terms


def test_a_chip_is_removed_by_its_key_and_focus_returns_to_the_field(editor: ChipEditor) -> None:
    editor.set_terms(("one", "two"))
    chip = next(chip for chip in editor.findChildren(Chip) if chip.accessibleName() == "Remove keyterm one")
    QTest.keyClick(chip, Qt.Key.Key_Backspace)
    assert editor.terms == ("two",)


def test_setting_terms_from_outside_emits_nothing(editor: ChipEditor) -> None:
    changes: list[object] = []
    editor.changed.connect(lambda: changes.append(None))
    editor.set_terms(("one",))
    assert (editor.terms, changes) == (("one",), [])


def test_a_build_that_refuses_the_terms_says_so(editor: ChipEditor) -> None:
    editor.set_refused("not supported by this build")
    assert not editor.field.isEnabled()
    assert editor.remark.text() == editor.field.toolTip() == "not supported by this build"
    editor.set_refused("")
    assert editor.field.isEnabled()
    assert editor.remark.isHidden()
