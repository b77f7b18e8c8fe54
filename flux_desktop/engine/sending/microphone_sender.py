"""Sends the frames of a microphone as they are captured. Runs on the engine's event loop."""

from __future__ import annotations

from collections import deque
from typing import Any

from flux_desktop.engine.records.plan import RunPlan
from flux_desktop.engine.sending.base import BaseSender

HELD_S = 5.0
"""Audio kept while sending is paused. The oldest frames beyond that are skipped, as if they had fallen into a gap."""


class MicrophoneSender(BaseSender):
    """Takes frames by `push` from the moment it is started; the other arguments are those of `BaseSender`.

    A frame is due when its last sample was captured. `duration_s` (None: until stopped) ends the audio; frames go on
    until the last turn has ended.
    """

    def __init__(self, plan: RunPlan, duration_s: float | None, *arguments: Any, **callbacks: Any) -> None:
        super().__init__(plan, *arguments, **callbacks)
        self._duration_s = duration_s
        self._held: deque[tuple[bytes, float]] = deque()
        self._held_max = round(HELD_S / plan.chunk_s)
        self._open = False
        self._in_gap = False
        self._ended = False
        self._silent_due_s: float | None = None
        self._continues_without: bool | None = None

    def push(self, chunk: bytes, captured_s: float) -> None:
        """One encoded frame and the moment at which its last sample was captured."""
        if self.started_s is None or self._ended or (self._open and captured_s <= self.started_s):
            return
        if self._in_gap:
            self._skip(len(chunk), captured_s)
        elif not self._open:
            self._held.append((chunk, captured_s))
            if len(self._held) > self._held_max:
                oldest, due_s = self._held.popleft()
                self._skip(len(oldest), due_s)
        elif self._is_over():
            self.stop()
            self._on_done()
        else:
            self._send(chunk, captured_s)

    def device_lost(self, *, go_on: bool) -> None:
        """No more frames will come: continue with silence at the same pace, or end."""
        if self.started_s is None:
            self._continues_without = go_on
        elif go_on:
            self._silent_due_s = self._clock() + self._chunk_s
            if self._open:
                self._wait()
        else:
            self.stop()
            self._on_done()

    def _continue(self) -> None:
        self._open, self._in_gap = True, False
        lost, self._continues_without = self._continues_without, None
        if lost is not None:  # the device was lost before the audio could begin
            self.device_lost(go_on=lost)
            return
        while self._held and self._open:
            self._send(*self._held.popleft())
        if self._silent_due_s is not None:
            self._wait()

    def lose(self) -> None:
        """The stream is lost: frames fall into the gap, including those held back."""
        super().lose()
        self._in_gap = self.started_s is not None
        while self._held and self._in_gap:
            chunk, captured_s = self._held.popleft()
            self._skip(len(chunk), captured_s)

    def _skip_until(self, now_s: float) -> None:
        self._in_gap = False
        while self._silent_due_s is not None and self._silent_due_s <= now_s:
            self._skip(len(self._silence), self._silent_due_s)
            self._silent_due_s += self._chunk_s

    def _end(self) -> None:
        self._ended = True
        self._open = self._in_gap = False
        self._held.clear()

    def pause(self) -> None:
        """Hold back frames; up to `HELD_S` of them are kept and sent late, the others are skipped."""
        super().pause()
        self._open = False

    def _is_over(self) -> bool:
        # The sum of many frames may be a little less than their number times their length.
        return self._duration_s is not None and self._paced_s >= self._duration_s - 1e-6 and self._is_settled()

    def _wait(self) -> None:
        assert self._timers is not None
        assert self._silent_due_s is not None
        self._timer = self._timers.call_later(max(0.0, self._silent_due_s - self._clock()), self._silent_tick)

    def _silent_tick(self) -> None:
        assert self._silent_due_s is not None
        due_s, self._silent_due_s = self._silent_due_s, self._silent_due_s + self._chunk_s
        self.push(self._silence, due_s)
        if self._open:
            self._wait()
