"""Finding words in all transcripts."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.style.theme import ThemeSource
from flux_desktop.ui.views.search_results import HITS_MAX, SearchResults, find
from tests.ui import scripted


@pytest.fixture
def model() -> RunModel:
    model = RunModel()
    model.reset(scripted.plan(2))
    for conn, texts in ((1, ("Straße und Haus", "nothing")), (2, ("a house", "das HAUS"))):
        for index, text in enumerate(texts):
            card = Card(index=index, tone="final", text=text, start_s=index, end_s=index + 0.5)
            model.conversation(conn).cards.append(card)
    model.conversation(2).cards.append(Card(index=-1, tone="note", text="Haus of the program"))
    return model


@pytest.fixture
def results(qtbot: QtBot, theme: ThemeSource, model: RunModel) -> SearchResults:
    results = SearchResults(theme, model)
    qtbot.addWidget(results)
    return results


def places(model: RunModel, words: str) -> list[tuple[int, int]]:
    return [(conn, row) for conn, row, _line in find(model, words)]


@pytest.mark.parametrize(
    ("words", "hits"),
    [("haus", [(1, 0), (2, 1)]), ("STRASSE", [(1, 0)]), ("hous", [(2, 0)]), ("program", []), ("absent", [])],
)
def test_turns_are_found_whatever_the_case_and_notes_are_not(
    model: RunModel, words: str, hits: list[tuple[int, int]]
) -> None:
    assert places(model, words) == hits


def test_a_hit_shows_where_and_what_was_said(model: RunModel) -> None:
    _conn, _row, line = find(model, "das haus")[0]
    for part in ("#2", "1.0 – 1.5 s", "das HAUS"):
        assert part in line


def test_an_activated_hit_opens_its_turn(results: SearchResults) -> None:
    opened: list[tuple[int, int]] = []
    results.opened.connect(lambda conn, row: opened.append((conn, row)))
    results.refresh("haus")
    assert results.list.count() == 2
    results.list.itemActivated.emit(results.list.item(1))
    assert opened == [(2, 1)]


def test_the_list_follows_the_run_and_keeps_the_chosen_row(results: SearchResults, model: RunModel) -> None:
    results.refresh("haus")
    results.list.setCurrentRow(1)
    model.conversation(2).cards.append(Card(index=2, tone="final", text="noch ein Haus"))
    results.refresh("haus")
    assert results.list.count() == 2, "nothing has changed as far as the model says"
    model.revision += 1
    results.refresh("haus")
    assert (results.list.count(), results.list.currentRow()) == (3, 1)
    results.refresh("straße")
    assert (results.list.count(), results.list.currentRow()) == (1, 0)


def test_too_many_hits_are_counted_and_the_first_are_listed(results: SearchResults, model: RunModel) -> None:
    cards = model.conversation(1).cards
    for index in range(HITS_MAX + 7):
        cards.append(Card(index=index, tone="final", text="again"))
    results.refresh("again")
    assert results.list.count() == HITS_MAX
    assert str(HITS_MAX + 7) in results._count.text()
    assert str(HITS_MAX) in results._count.text().replace(str(HITS_MAX + 7), "")
