"""What a confirmed change was, in words."""

from __future__ import annotations

import pytest

from flux_desktop.flux.messages import ConfigureSuccess, ThresholdsInForce, encode
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.parameter_changes import change_words, confirmed
from tests.engine.messages import Messages

BEFORE = FluxOptions(eot_threshold=0.7, eot_timeout_ms=5000)


@pytest.mark.parametrize(
    ("thresholds", "words"),
    [
        ({"eot_threshold": 0.75, "eot_timeout_ms": 5000}, "End of turn 0.70 → 0.75 at 20.3 s."),
        ({"eot_threshold": 0.7, "eager_eot_threshold": 0.5}, "Eager off → 0.50 at 20.3 s."),
        ({"eot_threshold": 0.8, "eot_timeout_ms": 6500}, "End of turn 0.70 → 0.80, timeout 5 → 6.5 s at 20.3 s."),
        ({"eot_threshold": 0.7}, "The parameters were confirmed unchanged at 20.3 s."),
    ],
)
def test_a_change_is_said_with_its_place(thresholds: dict[str, float], words: str) -> None:
    echo = encode(ConfigureSuccess(thresholds=ThresholdsInForce(**thresholds)))  # type: ignore[arg-type]
    assert change_words(BEFORE, confirmed(BEFORE, echo), 20.3) == words


def test_keyterms_are_counted() -> None:
    echo = encode(ConfigureSuccess(keyterms=["Dashwood"]))
    assert change_words(BEFORE, confirmed(BEFORE, echo), 1.0) == "0 → 1 keyterms at 1.0 s."


def test_the_second_change_is_compared_with_the_first() -> None:
    conversation, messages = Conversation(1, options=BEFORE), Messages()
    for threshold in (0.75, 0.8):
        echo = ConfigureSuccess(thresholds=ThresholdsInForce(eot_threshold=threshold, eot_timeout_ms=5000))
        conversation.received(messages.received(threshold, 1, encode(echo)))
    assert [card.text for card in conversation.cards] == [
        "End of turn 0.70 → 0.75 at 0.8 s.",
        "End of turn 0.75 → 0.80 at 0.8 s.",
    ]
