"""Published figures: as they stand in their source, with its date."""

from __future__ import annotations

import re

from flux_desktop.evaluation.thresholds.public_figures import AS_OF, PUBLIC_FIGURES, SOURCE


def test_every_mark_has_a_wait_and_a_share_and_the_table_has_a_date_and_a_source() -> None:
    assert re.fullmatch(r"\d{4}-\d{2}", AS_OF)
    assert "eot-bench" in SOURCE
    assert {figure.detector for figure in PUBLIC_FIGURES} == {"LiveKit v1", "Flux", "fixed silence"}
    assert all(0 < figure.cut_share < 1 and figure.wait_ms > 100 for figure in PUBLIC_FIGURES)
    assert all(figure.note for figure in PUBLIC_FIGURES if figure.detector == "Flux"), "it is understated"
