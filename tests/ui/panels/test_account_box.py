"""Profile, region and filters of the account, and the command that ends a problem."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from flux_desktop.base.problem import Problem
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.panels.account_box import AccountBox
from flux_desktop.ui.widgets.basics import ZERO_WIDTH_SPACE


class Bench:
    """A box, and how often it reported each change."""

    def __init__(self, qtbot: QtBot) -> None:
        self.state = AppState()
        self.box = AccountBox(self.state)
        qtbot.addWidget(self.box)
        self.reports: list[str] = []
        for name in ("access_changed", "filter_changed", "retry_wanted"):
            getattr(self.box, name).connect(lambda name=name: self.reports.append(name))


@pytest.fixture
def bench(qtbot: QtBot) -> Bench:
    return Bench(qtbot)


def items(chooser: QComboBox) -> list[str]:
    return [chooser.itemText(place) for place in range(chooser.count())]


def test_profiles_and_regions_are_offered_with_the_defaults_chosen(bench: Bench) -> None:
    bench.state.default_profile = "main"
    bench.box.set_choices(["team", "other"], ["eu-west-1", "us-east-1"])
    profiles = items(bench.box.profile)
    assert profiles[1:] == ["team", "other"]
    assert "main" in profiles[0]
    assert bench.box.profile.currentIndex() == 0
    assert items(bench.box.region) == ["eu-west-1", "us-east-1"]
    assert bench.box.region.currentText() == bench.state.default_region
    assert bench.reports == [], "only a person's choice is reported"


def test_a_region_of_the_configuration_that_is_not_listed_is_offered_too(bench: Bench) -> None:
    bench.state.default_region = "my-region"
    bench.box.set_choices([], ["us-east-1"])
    assert items(bench.box.region) == ["us-east-1", "my-region"]
    assert bench.box.region.currentText() == "my-region"


def test_a_persons_choice_is_stored_and_reported_once(bench: Bench) -> None:
    bench.box.set_choices(["team"], ["eu-west-1", "us-east-1"])
    bench.box.profile.setCurrentText("team")
    assert (bench.state.access, bench.reports) == (("team", "us-east-1"), ["access_changed"])
    bench.box.region.setCurrentText("eu-west-1")
    assert bench.state.access == ("team", "eu-west-1")
    bench.box.profile.setCurrentIndex(0)
    assert bench.state.access == (None, "eu-west-1")


def test_choosing_the_default_region_follows_the_default_from_then_on(bench: Bench) -> None:
    bench.box.set_choices([], ["eu-west-1", "us-east-1"])
    bench.box.region.setCurrentText("eu-west-1")
    bench.box.region.setCurrentText("us-east-1")
    assert bench.state.choices.region == ""


def test_a_choice_that_does_not_exist_any_more_is_replaced(bench: Bench) -> None:
    bench.state.choices.profile, bench.state.choices.region = "lost", "lost-1"
    bench.box.set_choices(["team"], ["us-east-1"])
    assert bench.state.access == (None, "us-east-1")


def test_filters_are_empty_until_a_person_sets_them(bench: Bench) -> None:
    assert bench.box.filters() == ("", "")
    bench.box.name.setText("flux")
    bench.box.status.setCurrentText("InService")
    assert bench.box.filters() == ("flux", "InService")
    assert bench.reports == ["filter_changed"] * 2


@pytest.mark.parametrize(
    ("todo", "command"),
    [
        ("Run: aws sso login --profile team", "aws sso login --profile team"),
        ("Sign in again (aws login), then retry.", "aws login"),
        ("Run aws sso login, or choose a profile.", "aws sso login"),
        ("Ask your administrator.", ""),
    ],
)
def test_a_problem_brings_its_command(bench: Bench, todo: str, command: str) -> None:
    bench.box.show_state("3 endpoints", Problem(code="c", what="WHAT.", todo=todo))
    assert "WHAT." in bench.box.words.text()
    assert bench.box.words.property("role") == "warn"
    assert not bench.box.retry_button.isHidden()
    assert bench.box.copy_button.isHidden() is not bool(command)
    if command:
        bench.box.copy_button.click()
        assert QGuiApplication.clipboard().text().rstrip(")") == command
    bench.box.retry_button.click()
    assert bench.reports == ["retry_wanted"]


def test_without_a_problem_there_is_nothing_to_press(bench: Bench) -> None:
    bench.box.show_state("", Problem(code="c", what="WHAT.", todo="aws sso login"))
    bench.box.show_state("3 endpoints", None)
    assert bench.box.words.text() == "3 endpoints"
    assert bench.box.words.property("role") == "caption"
    assert bench.box.retry_button.isHidden()
    assert bench.box.copy_button.isHidden()
    bench.box.show_state("", None)
    assert bench.box.words.isHidden()


def test_a_long_name_is_broken_where_the_column_ends(bench: Bench) -> None:
    words = "1 endpoint in us-east-1 · as assumed-role/AWSReservedSSO_PowerUser_abcdef12/first.last@company.example"
    bench.box.show_state(words, None)
    assert bench.box.words.minimumSizeHint().width() < 200
    assert bench.box.words.text().replace(ZERO_WIDTH_SPACE, "") == words
    assert bench.box.words.toolTip() == bench.box.words.accessibleName() == words
