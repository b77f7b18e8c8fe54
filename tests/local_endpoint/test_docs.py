"""docs/local-endpoint.md says what the endpoint does."""

from __future__ import annotations

import re
from pathlib import Path

from flux_desktop.local_endpoint.faults.capacity import BEYOND, CLIFF_S, SLOW_MAX_S, SLOW_S_PER_PERCENT
from flux_desktop.local_faults import FAULTS

TEXT = (Path(__file__).parents[2] / "docs/local-endpoint.md").read_text()


def test_every_fault_is_listed_with_its_effect() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)
    documented = {name: (value, effect) for name, value, effect in rows}
    assert set(documented) == set(FAULTS)
    for name, kind in FAULTS.items():
        default = "required" if kind.default is None else f"{kind.default:g}"
        assert documented[name] == (f"{kind.unit}, {default}" if kind.unit else "–", kind.sentence)


def test_every_overload_is_listed_with_its_figures() -> None:
    rows = dict(re.findall(r"^\| `([a-z]+)`(?: \(default\))? \| ([^|]+) \|$", TEXT, re.MULTILINE))
    assert set(rows) == set(BEYOND)
    assert f"{SLOW_S_PER_PERCENT:g} s for each percent" in rows["slow"]
    assert f"at most {SLOW_MAX_S:g} s" in rows["slow"]
    assert f"delayed by {CLIFF_S:g} s" in rows["cliff"]
