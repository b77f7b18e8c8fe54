"""With many streams the endpoint waits for its turn on the processors, and no longer when they have ended."""

from __future__ import annotations

from typing import Any

import pytest

from flux_desktop.base.scheduling import MANY_STREAMS
from flux_desktop.local_endpoint.faults.faults import Faults
from flux_desktop.local_endpoint.http import endpoint_state
from flux_desktop.local_endpoint.http.endpoint_state import MANY_SILENT_STREAMS, EndpointSettings, EndpointState
from flux_desktop.local_endpoint.recognition.pools import Pools


@pytest.mark.parametrize(("recogniser", "many"), [("silent", MANY_SILENT_STREAMS), ("auto", MANY_STREAMS)])
def test_it_waits_for_its_turn_while_many_streams_are_open(
    recogniser: str, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies: list[bool] = []
    monkeypatch.setattr(endpoint_state, "run_in_turn", lambda in_turn=True: policies.append(in_turn))
    state = EndpointState(EndpointSettings(recogniser=recogniser), {}, [], Faults(), Pools())
    conversation: Any = None
    for number in range(many - 1):
        state.open(str(number), conversation)
    assert policies == []
    state.open("another", conversation)
    state.open("one more", conversation)
    assert policies == [True]
    state.close("0")
    assert policies == [True]
    state.close("1")
    assert policies == [True, False]
