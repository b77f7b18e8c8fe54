"""Recordings whose words are known, and the check whether a stream carries one of them, byte by byte.

A stream matches while its samples equal a recording's from the first sample that is not zero. Zeros before,
after and in pauses are passed over, so that leading silence, keep-alive samples, trailing silence and looping
keep the match; the first differing sample ends it, until half a second of zeros gives a new chance. A stream may also
begin in the middle of a recording, as one does that carries on for another.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from flux_desktop.audio.recording import open_recording
from flux_desktop.audio.words import ReferenceTranscript, reference_transcript
from flux_desktop.base.problem import Problem, ProblemError
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord

_NEW_CHANCE_S = 0.5
JOIN_S = 0.04
"""So much of a stream's beginning is looked for in the middle of the recordings."""
_JOIN_MAX_S = 1.0
"""More of it, while it still stands at several places; then it is unknown."""


class Script(NamedTuple):
    """A recording with its words; `core` is its audio without the zeros at both ends.

    Word times are seconds from the start of `core`.
    """

    name: str
    sample_rate_hz: int
    core: bytes
    words: tuple[SpokenWord, ...]


def load_script(path: Path) -> Script:
    """Read a recording and the words file beside it (see `audio.words`). Raises `ProblemError` ``script_unusable``."""
    try:
        recording = open_recording(path)
        transcript = reference_transcript(path)
        pcm = recording.pcm()
    except ProblemError as error:
        raise _unusable(path, f"{error.problem.what} {error.problem.why}".rstrip()) from error
    if transcript is None:
        raise _unusable(path, "There is no words file beside it that names it.")
    core = pcm.lstrip(b"\x00")
    start = len(pcm) - len(core)
    start -= start % 2
    core = pcm[start:].rstrip(b"\x00")
    core += b"\x00" * (len(core) % 2)
    if not core:
        raise _unusable(path, "It holds nothing but silence.")
    rate_hz = recording.sample_rate_hz
    return Script(path.name, rate_hz, core, _spoken(transcript, start / 2 / rate_hz))


def _spoken(transcript: ReferenceTranscript, core_start_s: float) -> tuple[SpokenWord, ...]:
    written = transcript.text.split()
    aligned = written if len(written) == len(transcript.words) else [word.word for word in transcript.words]
    return tuple(
        SpokenWord(
            text=word.display or text,
            start_s=word.start_s - core_start_s,
            end_s=word.end_s - core_start_s,
            # No recogniser is at work here: a steady figure that varies a little from word to word.
            confidence=round(0.999 - 0.003 * (sum(word.word.encode()) % 17), 4),
        )
        for word, text in zip(transcript.words, aligned, strict=True)
    )


def _unusable(path: Path, why: str) -> ProblemError:
    return ProblemError(
        Problem(
            code="script_unusable",
            what=f"The recording {path.name} cannot be registered as a script.",
            why=why,
            todo="Choose a recording with a words file, NAME.words.json, beside it.",
        )
    )


class ScriptStore(Protocol):
    """Recordings that are read when a stream begins as one of them does."""

    loaded: tuple[Script, ...]

    def beginning_with(self, audio: bytes) -> Script | Literal["loading"] | None:
        """The recording whose first `JOIN_S` sound as `audio` does, if there is one."""


class ScriptMatcher:
    """Follows one linear16 stream; feed it every frame in order.

    `state` is ``silence`` (nothing but zeros since the start or since a recording's end), ``scripted``, ``joining``
    (it has not begun as a recording does; its place in the middle of one is looked for) or ``unknown``.
    """

    def __init__(self, scripts: Sequence[Script], sample_rate_hz: int, store: ScriptStore | None = None) -> None:
        self._registered_scripts = tuple(scripts)
        self._store = store
        self._rate_hz = sample_rate_hz
        self._candidates: tuple[Script, ...] = ()
        self._core_at = 0
        self._stream_at = 0
        self._words_given = 0
        self._zero_run = 0
        # What has come since the silence, for as long as its place is not settled.
        self._begun: bytes | None = None
        self.state = "silence"
        self.script_name = ""

    def feed(self, frame: bytes) -> tuple[SpokenWord, ...]:
        """Take the next bytes (whole samples); returns the words that have ended in them, in stream time."""
        words: list[SpokenWord] = []
        at = 0
        while at < len(frame):
            if self.state == "unknown":
                at = self._wait_for_zeros(frame, at)
            elif self.state == "silence":
                at = self._skip_zeros(frame, at)
            elif self.state == "joining":
                at = self._join(frame, at)
            else:
                at = self._compare(frame, at, words)
        self._stream_at += len(frame)
        return tuple(words)

    def _skip_zeros(self, frame: bytes, at: int) -> int:
        at += _zeros(frame, at)
        if at < len(frame):
            self._candidates, self._core_at, self._words_given = self._known(), 0, 0
            otherwise = "unknown" if self._store is None else "joining"
            self.state = "scripted" if self._candidates else otherwise
            self._zero_run = 0
            self._begun = b""
        return at

    def _known(self) -> tuple[Script, ...]:
        known = self._registered_scripts if self._store is None else self._registered_scripts + self._store.loaded
        return tuple(script for script in known if script.sample_rate_hz == self._rate_hz)

    def _join(self, frame: bytes, at: int) -> int:
        """Look for the beginning in the store, and in the middle of the recordings, until it can be only one place."""
        before = self._begun or b""
        join_bytes = int(JOIN_S * self._rate_hz) * 2
        begun = before + frame[at : at + join_bytes]
        if len(begun) < join_bytes:
            self._begun = begun
            return len(frame)
        stored = self._store.beginning_with(begun[:join_bytes]) if self._store is not None else None
        if stored == "loading":
            self._begun = before + frame[at:]
            return len(frame)
        known = self._known() if stored is None else (stored,) if stored.sample_rate_hz == self._rate_hz else ()
        match = next(((s, places) for s in known if (places := _places(s.core, begun))), None)
        if match is not None and len(match[1]) > 1 and len(begun) < _JOIN_MAX_S * self._rate_hz * 2:
            self._begun = before + frame[at:]
            return len(frame)
        self._begun = None
        if match is None or len(match[1]) > 1:
            self.state, self._zero_run = "unknown", 0
            return at
        script, (place,) = match
        self._candidates, self._core_at = (script,), place + len(before)
        self._words_given = sum(word.start_s < place / 2 / self._rate_hz for word in script.words)
        self.state, self.script_name = "scripted", script.name
        return at

    def _compare(self, frame: bytes, at: int, words: list[SpokenWord]) -> int:
        """Go on where the recordings go on alike; of several with one beginning the first registered speaks."""
        end = min(len(frame), at + min(len(s.core) for s in self._candidates) - self._core_at)
        piece, start = frame[at:end], self._core_at
        matching = tuple(s for s in self._candidates if s.core.startswith(piece, start))
        if not matching:
            return self._mismatch(frame, at, end, words)
        if matching[0] is not self._candidates[0]:
            core_s = start / 2 / self._rate_hz
            self._words_given = sum(word.end_s <= core_s for word in matching[0].words)
        self.script_name = matching[0].name
        self._core_at += end - at
        if self._begun is not None:
            self._begun = self._begun + piece if self._core_at < JOIN_S * self._rate_hz * 2 else None
        self._candidates = matching
        self._give_words(end, words)
        if self._core_at >= len(matching[0].core):
            self.state = "silence"
        self._candidates = tuple(s for s in matching if len(s.core) > self._core_at)
        return end

    def _mismatch(self, frame: bytes, at: int, end: int, words: list[SpokenWord]) -> int:
        """Zeros where the recording has none are a pause of the sender; anything else ends the match."""
        core, start = self._candidates[0].core, self._core_at
        same = 0
        while frame[at + same : at + same + 2] == core[start + same : start + same + 2] and at + same < end:
            same += 2
        is_new = self._begun is not None and self._core_at + same < JOIN_S * self._rate_hz * 2
        if is_new and not _zeros(frame, at + same):
            self.state = "joining"
            return at
        self._core_at += same
        self._give_words(at + same, words)
        if zeros := _zeros(frame, at + same):
            return at + same + zeros
        self.state, self._zero_run = "unknown", 0
        return at + same

    def _wait_for_zeros(self, frame: bytes, at: int) -> int:
        rest = frame[at:]
        trailing = len(rest) - len(rest.rstrip(b"\x00"))
        self._zero_run = self._zero_run + len(rest) if trailing == len(rest) else trailing
        if self._zero_run >= _NEW_CHANCE_S * self._rate_hz * 2:
            self.state = "silence"
        return len(frame)

    def _give_words(self, at: int, words: list[SpokenWord]) -> None:
        known = self._candidates[0].words
        shift_s = (self._stream_at + at - self._core_at) / 2 / self._rate_hz
        core_s = self._core_at / 2 / self._rate_hz
        while self._words_given < len(known) and known[self._words_given].end_s <= core_s + 1e-6:
            word = known[self._words_given]
            words.append(word._replace(start_s=max(0.0, word.start_s + shift_s), end_s=word.end_s + shift_s))
            self._words_given += 1


def _places(core: bytes, piece: bytes) -> list[int]:
    """Where the piece stands in the recording, on whole samples: the first two places at most."""
    places: list[int] = []
    at = core.find(piece)
    while at >= 0 and len(places) < 2:
        if at % 2 == 0:
            places.append(at)
        at = core.find(piece, at + 1)
    return places


def _zeros(frame: bytes, at: int) -> int:
    """Length of the run of zero samples that begins at `at`, in bytes (even)."""
    rest = frame[at:]
    run = len(rest) - len(rest.lstrip(b"\x00"))
    return run - run % 2
