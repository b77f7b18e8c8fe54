"""The controls for Flux's three turn parameters, wherever the window has them."""

from __future__ import annotations

from flux_desktop.flux import defaults
from flux_desktop.flux.options import EAGER_EOT_THRESHOLD, EOT_THRESHOLD, EOT_TIMEOUT_MS
from flux_desktop.ui.widgets.slider_field import SliderField

DEFAULT_EAGER = 0.5


def end_of_turn_field() -> SliderField:
    """The confidence from which a turn ends."""
    return SliderField(
        "End of turn",
        EOT_THRESHOLD.low,
        EOT_THRESHOLD.high,
        defaults.EOT_THRESHOLD,
        step=0.01,
        decimals=2,
        hint="0.50 faster – 1.00 more certain",  # noqa: RUF001
    )


def eager_field() -> SliderField:
    """The confidence from which Flux reports an early end; off at first."""
    field = SliderField(
        "Eager end of turn",
        EAGER_EOT_THRESHOLD.low,
        EAGER_EOT_THRESHOLD.high,
        DEFAULT_EAGER,
        step=0.01,
        decimals=2,
        hint="0.30 – 0.90",  # noqa: RUF001
        switch=True,
    )
    field.set_value(None)
    return field


def timeout_field(high_ms: float = EOT_TIMEOUT_MS.high) -> SliderField:
    """The silence after which a turn ends in any case, in seconds, up to `high_ms`."""
    low_s, high_s = EOT_TIMEOUT_MS.low / 1000, high_ms / 1000
    return SliderField(
        "Timeout",
        low_s,
        high_s,
        defaults.EOT_TIMEOUT_MS / 1000,
        step=0.1,
        decimals=1,
        suffix=" s",
        hint=f"{low_s:g} – {high_s:g} s of silence",  # noqa: RUF001
    )


def couple(eot: SliderField, eager: SliderField) -> None:
    """Flux refuses an eager threshold above the end-of-turn one, so it cannot be set."""
    eager.set_maximum(min(EAGER_EOT_THRESHOLD.high, eot.value or EAGER_EOT_THRESHOLD.high))
