"""How loud the audio of each connection was lately, from the shapes of the recordings that are sent. No Qt."""

from __future__ import annotations

from flux_desktop.engine.records.plan import WavSource
from flux_desktop.ui.models.app_state import AppState
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.sound import WavShape

SHAPES_MAX = 400
"""Recordings whose shapes are kept."""


class Loudness:
    """Shapes of the recordings in use, by path. `wanted` are those that somebody should read and `put`."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._shapes: dict[str, WavShape | None] = {}
        self._tops: dict[str, float] = {}
        self.wanted: list[str] = []

    def put(self, path: str, shape: WavShape | None) -> None:
        """Keep the shape of a recording; None where it cannot be read."""
        if path in self.wanted:
            self.wanted.remove(path)
        while len(self._shapes) >= SHAPES_MAX:
            self._shapes.pop(next(iter(self._shapes)))
        self._shapes[path] = shape

    def shape_of(self, conversation: Conversation) -> tuple[WavShape, float] | None:
        """The recording that a connection sends, and where in it the connection's audio began; None if not known."""
        plan = self._state.run.plan
        if plan is None:
            return None
        path, from_s = conversation.clip_path, conversation.clip_offset_s - conversation.clip_from_s
        if isinstance(plan.source, WavSource):
            path, from_s = plan.source.path, 0.0
        shape = self._shape(path)
        return None if shape is None or not len(shape.peaks) or not shape.duration_s else (shape, from_s)

    def bars(self, conversation: Conversation, newest: int, number: int, bar_s: float) -> tuple[float, ...]:
        """The loudness (0 to 1) in the `number` stretches of `bar_s` up to the one that is the connection's `newest`.

        Empty where the recording's shape is not known.
        """
        found = self.shape_of(conversation)
        if found is None:
            return ()
        shape, from_s = found
        top = self._top(shape)
        is_looped = isinstance(getattr(self._state.run.plan, "source", None), WavSource)
        return tuple(
            level(shape, from_s + bar * bar_s, from_s + (bar + 1) * bar_s, looped=is_looped) / top
            for bar in range(newest - number, newest)
        )

    def playing(self, conversation: Conversation) -> tuple[WavShape, float] | None:
        """The clip of a data set that a connection sends now, and the position in it; None of any other source."""
        found = self.shape_of(conversation)
        plan = self._state.run.plan
        if found is None or conversation.row is None or plan is None or isinstance(plan.source, WavSource):
            return None
        position_s = min(max(0.0, found[1] + conversation.row.position_s), found[0].duration_s)
        return found[0], position_s

    def level_at(self, path: str, start_s: float, end_s: float) -> float | None:
        """The loudness (0 to 1) between two positions of a recording; None where its shape is not known."""
        shape = self._shape(path)
        return None if shape is None or not len(shape.peaks) else level(shape, start_s, end_s) / self._top(shape)

    def _top(self, shape: WavShape) -> float:
        """The loudest sample, so that quiet recordings are seen too."""
        return self._tops.setdefault(str(shape.path), max(0.05, float(shape.peaks.max())))

    def _shape(self, path: str) -> WavShape | None:
        chosen = self._state.recording
        if chosen is not None and str(chosen.path) == path:
            return chosen
        if path and path not in self._shapes and path not in self.wanted:
            self.wanted.append(path)
        return self._shapes.get(path)


def level(shape: WavShape, start_s: float, end_s: float, *, looped: bool = False) -> float:
    """The loudest sample between two positions of a recording, 0 to 1; 0 outside of it."""
    if looped and end_s > shape.duration_s:
        start_s, end_s = start_s % shape.duration_s, (start_s % shape.duration_s) + end_s - start_s
    if end_s <= 0 or start_s >= shape.duration_s:
        return 0.0
    per_s = len(shape.peaks) / shape.duration_s
    first = max(0, int(start_s * per_s))
    return float(shape.peaks[first : max(first + 1, int(end_s * per_s))].max(initial=0.0))
