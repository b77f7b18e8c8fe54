"""The published figures as marks."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from flux_desktop.evaluation.thresholds.public_figures import PUBLIC_FIGURES
from flux_desktop.ui.plots.public_marks import PublicMarks


def test_every_figure_has_a_mark_with_a_name_that_may_be_left_out(qtbot: QtBot) -> None:
    marks = PublicMarks()
    assert [name.toPlainText() for name in marks.names] == [figure.detector for figure in PUBLIC_FIGURES]
    assert (5.0, 543.0) in marks.places
    assert len(marks.getData()[0]) == len(PUBLIC_FIGURES)
    marks.show_marks(True, with_names=False)
    assert marks.isVisible()
    assert not any(name.isVisible() for name in marks.names)
    marks.show_marks(False, with_names=True)
    assert not any(part.isVisible() for part in (marks, *marks.names))
