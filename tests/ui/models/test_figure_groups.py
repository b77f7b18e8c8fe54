"""Every figure that can be limited is offered once, with what it means."""

from __future__ import annotations

from flux_desktop.engine.records.pass_criteria import METRICS
from flux_desktop.ui.models.figure_groups import groups


def test_all_figures_are_offered_once_and_explained() -> None:
    offered = [name for group in groups() for name, _meaning in group.figures]
    assert sorted(offered) == sorted(METRICS)
    assert all(len(meaning) > 4 for group in groups() for _name, meaning in group.figures)
    assert len({group.title for group in groups()}) == len(groups())
