"""A data set before its run: which clips cannot be sent, what is said about them, and how many connections are left."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from flux_desktop.datasets.clip import BadEntry, unusable
from flux_desktop.datasets.reader import read_data_set
from flux_desktop.datasets.usable import check_clips
from flux_desktop.engine.records.plan import DataSetSource, RunPlan

_SHOWN = 5
LIST = "“flux-stress data check” lists what cannot be used."


def checked_data_set(source: DataSetSource) -> tuple[DataSetSource, list[str]]:
    """The source with the places of clips that cannot be used, and sentences for the user about all that is left out.

    Blocks for a few seconds at most (`datasets.usable`). Raises `ProblemError`, as `strict` demands too.
    """
    data_set = read_data_set(source.path, source.columns)
    checked = check_clips(data_set.clips, source.channel)
    bad = [*data_set.bad, *checked.bad.values()]
    if len(checked.bad) == len(data_set.clips):
        raise unusable(data_set.path, first_of(bad), f"Correct the entries. {LIST}")
    if bad and source.strict:
        raise unusable(data_set.path, first_of(bad), "Correct the entries, or leave --strict out.")
    notes = [f"Left out: {entry.where}: {entry.why}" for entry in bad[:_SHOWN]]
    if len(bad) > _SHOWN:
        notes.append(f"Left out: {len(bad) - _SHOWN:,} more; flux-stress data check lists them.")
    recordings = len({clip.path for clip in data_set.clips})
    if checked.clipped:
        clipped = f"Clipped, having samples beyond full scale: {checked.clipped:,} of {recordings:,} recordings."
        notes.append(f"{clipped} Lower their level.")
    if checked.undecoded:
        count = f"{checked.undecoded:,} of {recordings:,} recordings were not"
        notes.append(f"{count} decoded before the run; flux-stress data check decodes all of them.")
    return msgspec.structs.replace(source, left_out=tuple(checked.bad)), notes


def fresh_connections(plan: RunPlan, clips: int) -> RunPlan:
    """The plan with a connection for each of `clips` in each pass; as many as it had are held at the same time."""
    assert isinstance(plan.source, DataSetSource)
    return msgspec.structs.replace(plan, connections=clips * plan.source.passes, held_max=plan.connections)


def with_source(plan: RunPlan, source: DataSetSource) -> RunPlan:
    """The plan with a source that was checked: a clip that is left out has no connection of its own."""
    assert isinstance(plan.source, DataSetSource)
    connections = plan.connections
    if source.fresh_connection:
        connections -= source.passes * (len(source.left_out) - len(plan.source.left_out))
    return msgspec.structs.replace(plan, source=source, connections=connections)


def first_of(bad: Sequence[BadEntry]) -> str:
    """The first entry that cannot be used, with the reason."""
    return f"{bad[0].where}: {bad[0].why}" if bad else "It has no clip that can be streamed."
