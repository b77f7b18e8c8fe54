"""What was chosen for a run beside its endpoint, data, kind and number of connections, in words.

Figures of two runs that differ in it do not show that the endpoint has become better or worse.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from enum import Enum

import msgspec

from flux_desktop.engine.records.plan import DataSetSource, RunPlan, WavSource
from flux_desktop.engine.records.stages import Stage

_ELSEWHERE = {"endpoint", "source", "purpose", "on_demand", "connections", "options", "variants"}
"""Fields of a plan that are compared as such, or one level down."""
_NO_MATTER = {
    # where the run is made, and by whom
    "profile", "endpoint_url", "ca_file", "observe_account", "tags", "mip_opt_out",
    # its length, and what it is judged by
    "duration_s", "rotate_after_s", "rotate_latest_s", "limits", "loop",
    # the server's build: whether it has changed the figures is what one wants to know
    "bundle",
    # which of the clips are sent, and in which order
    "path", "seed", "columns", "strict", "entries", "left_out",
}  # fmt: skip
_DEFAULT = RunPlan(endpoint="default", source=WavSource(path=""))


def run_settings(plan: RunPlan) -> tuple[str, ...]:
    """Every choice that is not the default, such as ``eot_threshold 0.8`` or ``streams per channel 4``."""
    source = DataSetSource(path="") if isinstance(plan.source, DataSetSource) else None
    words = [*_changed(plan.options, _DEFAULT.options, spoken=False)]
    for number, options in enumerate(plan.variants, 1):
        of_variant = ", ".join(_changed(options, _DEFAULT.options, spoken=False)) or "defaults"
        words.append(f"parameters {number} of {len(plan.variants)}: {of_variant}")
    if source is not None:
        words += _changed(plan.source, source)
    elif isinstance(plan.source, WavSource):
        words += _changed(plan.source, WavSource(path=""))
    words += _changed(plan, _DEFAULT)
    return tuple(words)


def _changed(chosen: msgspec.Struct, default: msgspec.Struct, *, spoken: bool = True) -> Iterator[str]:
    """The fields that differ from the default; names of Flux's own parameters stay as they are sent."""
    for name in chosen.__struct_fields__:
        value = getattr(chosen, name)
        if name not in _ELSEWHERE | _NO_MATTER and value != getattr(default, name):
            said = shlex.join(value) if name == "local_arguments" else _words(value)
            yield f"{name.replace('_', ' ') if spoken else name} {said}"


def _words(value: object) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case Stage():
            return f"{value.connections}x{value.duration_s:g}s"
        case Enum() | str() | int() | None:
            return str(value)
        case tuple():
            return ",".join(map(_words, value))
        case _:
            return msgspec.json.encode(value).decode()
