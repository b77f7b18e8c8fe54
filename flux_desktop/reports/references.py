"""Reference turns of the clips that a connection was sent, on the time line of its audio."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from flux_desktop.audio.words import ReferenceWord, SpokenTurn
from flux_desktop.datasets.clip import Span
from flux_desktop.engine.measuring.ground_truth import TOLERANCE_S
from flux_desktop.engine.records.audio_events import ClipReference
from flux_desktop.evaluation.accuracy.heard_text import PAUSE_MIN_S, SpokenText
from flux_desktop.evaluation.accuracy.normalisers import normaliser_name
from flux_desktop.evaluation.accuracy.word_errors import unit_of
from flux_desktop.evaluation.turns.reference import reference_holds
from flux_desktop.evaluation.turns.turn_matching import TurnDecision
from flux_desktop.evaluation.turns.turn_scoring import ReferenceTurns
from flux_desktop.flux.options import FluxOptions
from flux_desktop.reports.heard_run import HeardConnection, Play

_ROUNDING_S = 0.05


class PlayedClip(Struct, frozen=True, kw_only=True):
    """One clip as a connection was sent it: from `start_s` to `until_s` of its audio, `heard_s` seconds of it."""

    reference: ClipReference
    start_s: float
    until_s: float
    """Where the next clip's first turn begins; infinite for the last clip."""
    heard_s: float
    silent_until_s: float
    """How far the clip and the silence after it were sent, from the clip's start; infinite if another clip follows."""
    gaps: tuple[Span, ...] = ()
    """What no stream heard of it, from the clip's start."""

    @property
    def is_whole(self) -> bool:
        return self.heard_s >= self.reference.length_s - _ROUNDING_S


def played_clips(connection: HeardConnection, references: Mapping[int, ClipReference]) -> list[PlayedClip]:
    """The clips of a connection whose reference is known, in order."""
    plays = connection.plays
    played = []
    for place, play in enumerate(plays):
        reference = references.get(play.number)
        following = plays[place + 1] if place + 1 < len(plays) else None
        if reference is None:
            continue
        end_s = connection.audio_s if following is None else min(following.start_s, connection.audio_s)
        played.append(
            PlayedClip(
                reference=reference,
                start_s=play.start_s,
                until_s=_until_s(plays, place, references),
                heard_s=end_s - play.start_s,
                silent_until_s=connection.sent_s - play.start_s if following is None else math.inf,
                gaps=tuple(
                    Span(start_s=gap.start_s - play.start_s, end_s=gap.end_s - play.start_s) for gap in connection.gaps
                ),
            )
        )
    return played


def without_reference(connection: HeardConnection, references: Mapping[int, ClipReference]) -> list[Span]:
    """Where clips were played of which nothing is known: what was transcribed there is compared with nothing."""
    plays = connection.plays
    return [
        Span(start_s=play.start_s, end_s=_until_s(plays, place, references))
        for place, play in enumerate(plays)
        if play.number not in references
    ]


def spoken_texts(played: PlayedClip, options: FluxOptions) -> list[SpokenText] | None:
    """The reference turns that were heard. None where a part was, and no word times say which words."""
    reference = played.reference
    pieces = _pieces(reference)
    if not played.is_whole:
        if not reference.words:
            return None
        pieces = _pieces(_heard_part(reference, played.heard_s))
    whole_text = " ".join(piece.text for piece in pieces)
    language = reference.language or _language(options)
    return [
        SpokenText(
            text=piece.text,
            start_s=played.start_s + piece.start_s,
            end_s=played.start_s + piece.end_s,
            in_clip_s=piece.start_s,
            clip=reference.clip,
            conversation=conversation_of(reference),
            number=number,
            normaliser=normaliser_name(language, whole_text),
            unit=unit_of(whole_text),
            keyterms=reference.keyterms or options.keyterms,
        )
        for number, piece in enumerate(pieces, 1)
    ]


def reference_turns(played: PlayedClip) -> ReferenceTurns | None:
    """What turns are scored against; None where the clip's turns are not known."""
    reference = played.reference
    if not reference.turns:
        return None
    # Of a clip that was not sent to its end, the turn that was cut is no turn to judge.
    cut = tuple(
        Span(start_s=turn.start_s, end_s=math.inf)
        for turn in reference.turns
        if turn.end_s > played.heard_s + _ROUNDING_S
    )
    return ReferenceTurns(
        clip=reference.clip,
        conversation=conversation_of(reference),
        turns=tuple(turn for turn in reference.turns if turn.end_s <= played.heard_s + _ROUNDING_S),
        holds=reference_holds(reference),
        ignore=(*reference.ignore, *cut[:1], *played.gaps),
        heard_until_s=played.silent_until_s,
    )


def decisions_in(played: PlayedClip, connection: HeardConnection) -> list[TurnDecision]:
    """The decisions made while the clip was played, in seconds from its start."""
    return [
        replace(
            decision,
            audio_s=decision.audio_s - played.start_s,
            heard_s=None if decision.heard_s is None else decision.heard_s - played.start_s,
        )
        for decision in connection.decisions
        if played.start_s <= decision.audio_s < played.until_s
    ]


def conversation_of(reference: ClipReference) -> str:
    """What is resampled for intervals: the conversation, or the clip where it belongs to none."""
    return reference.conversation or f"{reference.clip} {reference.number}"


def _pieces(reference: ClipReference) -> list[SpokenTurn]:
    if reference.turns and all(turn.text.strip() for turn in reference.turns):
        return list(reference.turns)
    if reference.words:
        return _between_pauses(reference.words)
    if reference.text and reference.text.strip():
        return [SpokenTurn(text=reference.text, start_s=0.0, end_s=reference.length_s)]
    return []


def _between_pauses(words: tuple[ReferenceWord, ...]) -> list[SpokenTurn]:
    groups: list[list[ReferenceWord]] = []
    for word in words:
        if groups and word.start_s - groups[-1][-1].end_s < PAUSE_MIN_S:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [
        SpokenTurn(text=" ".join(word.text for word in group), start_s=group[0].start_s, end_s=group[-1].end_s)
        for group in groups
    ]


def _heard_part(reference: ClipReference, heard_s: float) -> ClipReference:
    """The reference up to the last word that was sent whole."""
    words = tuple(word for word in reference.words if word.end_s <= heard_s + TOLERANCE_S)
    turns = []
    for turn in reference.turns:
        if turn.end_s <= heard_s + TOLERANCE_S:
            turns.append(turn)
        elif inside := [word for word in words if turn.start_s - _ROUNDING_S <= word.start_s]:
            text = " ".join(word.text for word in inside)
            turns.append(SpokenTurn(text=text, start_s=turn.start_s, end_s=inside[-1].end_s))
            break
    return replace(reference, words=words, turns=tuple(turns), text=None)


def _until_s(plays: Sequence[Play], place: int, references: Mapping[int, ClipReference]) -> float:
    """Where the first turn of the next clip begins; infinite for the last clip."""
    if place + 1 == len(plays):
        return math.inf
    following = plays[place + 1]
    return following.start_s + _first_start_s(references, following.number)


def _first_start_s(references: Mapping[int, ClipReference], number: int) -> float:
    reference = references.get(number)
    return 0.0 if reference is None or not reference.turns else reference.turns[0].start_s


def _language(options: FluxOptions) -> str | None:
    """The language of the speech, by the model and its only hint; None where several are possible."""
    if options.model.endswith("-en"):
        return "en"
    return options.language_hints[0] if len(options.language_hints) == 1 else None
