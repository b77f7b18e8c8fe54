"""What a confirmed change of parameters was, in words: ``End of turn 0.70 → 0.75``."""

from __future__ import annotations

from msgspec.structs import replace

from flux_desktop.flux.messages import ConfigureSuccess, parse_server_message
from flux_desktop.flux.options import FluxOptions


def confirmed(before: FluxOptions, message: str) -> FluxOptions:
    """The parameters in force after a `ConfigureSuccess`, given as its JSON."""
    echo = parse_server_message(message)
    if not isinstance(echo, ConfigureSuccess):
        return before
    after = before
    if echo.thresholds is not None:
        after = replace(
            after,
            eot_threshold=echo.thresholds.eot_threshold or before.eot_threshold,
            eager_eot_threshold=echo.thresholds.eager_eot_threshold,
            eot_timeout_ms=echo.thresholds.eot_timeout_ms or before.eot_timeout_ms,
        )
    return after if echo.keyterms is None else replace(after, keyterms=tuple(echo.keyterms))


def change_words(before: FluxOptions, after: FluxOptions, at_s: float) -> str:
    """The change and its place in the audio, as a sentence."""
    parts = []
    if before.eot_threshold_in_force != after.eot_threshold_in_force:
        parts.append(f"end of turn {before.eot_threshold_in_force:.2f} → {after.eot_threshold_in_force:.2f}")
    if before.eager_eot_threshold != after.eager_eot_threshold:
        parts.append(f"eager {_threshold(before.eager_eot_threshold)} → {_threshold(after.eager_eot_threshold)}")
    if before.eot_timeout_ms_in_force != after.eot_timeout_ms_in_force:
        old_s, new_s = before.eot_timeout_ms_in_force / 1000, after.eot_timeout_ms_in_force / 1000
        parts.append(f"timeout {old_s:g} → {new_s:g} s")
    if tuple(before.keyterms) != tuple(after.keyterms):
        parts.append(f"{len(before.keyterms)} → {len(after.keyterms)} keyterms")
    change = ", ".join(parts) or "the parameters were confirmed unchanged"
    return f"{change[:1].upper()}{change[1:]} at {at_s:.1f} s."


def _threshold(value: float | None) -> str:
    return "off" if value is None else f"{value:.2f}"
