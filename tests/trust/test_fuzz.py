"""A short look for inputs that a reader cannot take; `make fuzz` takes a million."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.trust import fuzz_targets
from tests.trust.fuzz_inputs import inputs

EXAMPLES = {"recordings": 100, "messages": 300, "frames": 300}
NAMES = ("sound", "frames", "messages", "commands", "words", "data sets", "settings", "recordings")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_from_outside_is_a_mistake_of_ours(name: str, tmp_path: Path) -> None:
    target = fuzz_targets.targets(tmp_path)[name]
    for seed in target.seeds:
        target.feed(seed)

    @settings(max_examples=EXAMPLES.get(name, 200), suppress_health_check=list(HealthCheck))
    @given(inputs(name, target))
    def look(data: bytes) -> None:
        target.feed(data)

    look()


def test_every_target_is_looked_at(tmp_path: Path) -> None:
    targets = fuzz_targets.targets(tmp_path)
    assert tuple(targets) == NAMES
    assert sum(target.share for target in targets.values()) == 100
