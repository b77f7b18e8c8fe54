"""The scaling policy of a search as text."""

from __future__ import annotations

import json

from flux_desktop.reports.capacity_policy import policy_for, policy_text
from tests.ui import scripted
from tests.ui.models.capacities import report


def test_the_policy_can_be_pasted() -> None:
    policy = policy_for(report(), scripted.plan())
    assert policy is not None
    text = policy_text(policy)
    configuration, *commands = text.split("\n\n")
    assert json.loads(configuration)["TargetValue"] == 34.0
    assert json.loads(configuration)["ScaleOutCooldown"] == 60
    assert commands == list(policy.commands)
    assert policy_for(report("LOWER BOUND"), scripted.plan()) is None
