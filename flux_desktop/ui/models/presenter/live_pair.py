"""Two connections of the run that is shown, side by side on the audio that both are sent. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flux_desktop.datasets.clip import Span
from flux_desktop.engine.records.facts import ConnectionState
from flux_desktop.engine.records.plan import DataSetSource
from flux_desktop.evaluation.traces.trace import Setting
from flux_desktop.flux.options import FluxOptions
from flux_desktop.ui.models.audio_track import AudioTrack
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.presenter.answer import answer
from flux_desktop.ui.models.presenter.lines import InterimWords, pieces
from flux_desktop.ui.models.presenter.live_cuts import LiveCut, live_cuts
from flux_desktop.ui.models.presenter.split import WINDOW_S, Arm, ArmVerdict, Lane, Split, compared
from flux_desktop.ui.models.run_model import RunModel
from flux_desktop.ui.models.timeline_facts import MarkKind
from flux_desktop.ui.models.tune_ab import HeardWord

NEEDS_TWO = "A and B need two connections of a run, or a comparison from Tune or “flux-stress ab”."
NOT_JUDGED = "Cut-offs are not judged: the pauses are not stated."
SAME_END_S = 0.15
"""An end stands at the time of its event and a cut-off at the place of its message; they are the same within this."""
TrackOf = Callable[[int], AudioTrack | None]


class LivePair:
    """Follows two connections; keeps only which words were settled."""

    def __init__(self) -> None:
        self._interim = InterimWords(), InterimWords()

    def split(self, run: RunModel, selected: list[int], track_of: TrackOf = lambda _conn: None) -> Split:
        """The two selected connections, else the first two of the run; cut-offs are judged where pauses are stated."""
        chosen = arms_of(run, selected)
        if chosen is None:
            return Split(hint=NEEDS_TWO)
        both = tuple(run.conversations[conn] for conn in chosen)
        texts = [self._said(place, each) for place, each in enumerate(both)]
        same = _same(run, *both)
        words = compared(texts[0][0], texts[1][0]) if same else (_plain(texts[0][0]), _plain(texts[1][0]))
        position_s = min(_position_s(each, run) for each in both)
        cuts = [live_cuts(each.timeline, track_of(each.conn), position_s - WINDOW_S, position_s) for each in both]
        arms = tuple(
            Arm(
                title=f"{name}  #{each.conn}",
                setting=f"end of turn {setting_of(each.parameters.in_force).text}",
                words=arm_words,
                interim=text[1],
                lane=_lane(each, position_s, cut or ()),
                verdict=_verdict(each, run, cut),
            )
            for name, each, arm_words, text, cut in zip("AB", both, words, texts, cuts, strict=True)
        )
        title = both[0].clip if same else " and ".join(each.clip for each in both)
        common = same or "different audio"
        return Split(
            title=title or _source_name(run),
            same=f"{common} · cut-offs are not judged" if None in cuts else common,
            position_s=position_s,
            arms=arms,
        )

    def _said(self, place: int, conversation: Conversation) -> tuple[str, int]:
        cards = [card for card in conversation.cards[-4:] if card.tone != "note" and card.text]
        if not cards:
            return "", 0
        card = cards[-1]
        turn = conversation.conn, card.serial
        settled, interim = self._interim[place].take(turn, card.revision, card.text, final=card.tone == "final")
        return settled + interim, len(pieces(interim))


def arms_of(run: RunModel, selected: list[int]) -> tuple[int, int] | None:
    """The connections to compare: two that are selected, else the first and the next one with other settings."""
    known = [conn for conn in dict.fromkeys(selected) if conn in run.conversations]
    if len(known) >= 2:
        return known[0], known[1]
    every = list(run.conversations)
    if len(every) < 2:
        return None
    first = known[0] if known and known[0] != every[-1] else every[0]
    own = run.conversations[first].parameters.in_force
    later = [conn for conn in every if conn > first]
    other = next((conn for conn in later if run.conversations[conn].parameters.in_force != own), later[0])
    return first, other


def setting_of(options: FluxOptions) -> Setting:
    """Thresholds and timeout in force, for their words."""
    eot, timeout_ms = options.eot_threshold_in_force, options.eot_timeout_ms_in_force
    return Setting(eot=eot, eager=options.eager_eot_threshold, timeout_ms=timeout_ms)


def _same(run: RunModel, a: Conversation, b: Conversation) -> str:
    """What the arms have in common; empty where they hear different audio and cannot be compared."""
    differ = (a.clip_path, a.clip_offset_s) != (b.clip_path, b.clip_offset_s)
    if differ and run.plan is not None and isinstance(run.plan.source, DataSetSource):
        return ""
    equal = a.parameters.in_force == b.parameters.in_force
    return "same audio, same setting" if equal else "same audio, two settings"


def _source_name(run: RunModel) -> str:
    path = "" if run.plan is None else str(getattr(run.plan.source, "path", ""))
    return path.replace("\\", "/").rsplit("/", 1)[-1] or "microphone"


def _plain(transcript: str) -> tuple[HeardWord, ...]:
    return tuple(HeardWord(text=word) for word in pieces(transcript))


def _position_s(conversation: Conversation, run: RunModel) -> float:
    """How much has been sent: rows lag behind the run's clock, by which the marks are placed."""
    row, origin_s = conversation.row, conversation.audio_from_s
    if row is None or origin_s is None:
        return 0.0
    is_streaming = conversation.connection_state is ConnectionState.STREAMING
    return max(row.position_s, run.now_s - origin_s) if is_streaming else row.position_s


def _verdict(conversation: Conversation, run: RunModel, cuts: list[LiveCut] | None) -> ArmVerdict:
    turns = conversation.timeline.turns
    newest = [turns[-number] for number in (1, 2) if len(turns) >= number]
    if cuts and any(cuts[-1].turn.number == turn.number for turn in newest):
        return ArmVerdict("danger", "cut the caller off", cuts[-1].words)
    if conversation.turn_state != "Ready":
        return ArmVerdict("quiet", "listening", NOT_JUDGED if cuts is None else "")
    latest_answer = answer(conversation, run)
    return ArmVerdict(
        "ok" if latest_answer.comparable else "quiet",
        latest_answer.figure,
        latest_answer.caption if latest_answer.figure else "",
    )


def _lane(conversation: Conversation, position_s: float, cuts: Sequence[LiveCut]) -> Lane:
    """What is in view of the connection's states; marks and the playhead are positions in the audio."""
    origin_s = conversation.audio_from_s
    if origin_s is None:
        return Lane()
    from_s = position_s - WINDOW_S

    marks = conversation.timeline.marks_between(from_s, position_s)

    def in_view(kind: MarkKind) -> tuple[float, ...]:
        return tuple(mark.at_s for mark in marks if mark.kind is kind)

    spoken = [span for span in conversation.timeline.lane[-80:] if span.state in {"Speaking", "AwaitingEnd"}]
    turns: list[Span] = []
    ends: list[float] = []
    for span in spoken:
        end_s = position_s if span.end_s is None else span.end_s - origin_s
        if end_s < from_s:
            continue
        start_s = span.start_s - origin_s
        if turns and start_s - turns[-1].end_s < 0.01:  # speaking, then awaiting the end: one turn
            start_s = turns.pop().start_s
            ends = ends[:-1]
        turns.append(Span(start_s=start_s, end_s=end_s))
        ends.append(end_s)
    if turns and spoken[-1].end_s is None:
        ends.pop()
    cut_offs = tuple(cut.turn.end_s for cut in cuts if cut.turn.end_s is not None)
    regular_ends = tuple(end_s for end_s in ends if all(abs(end_s - cut_s) > SAME_END_S for cut_s in cut_offs))
    return Lane(tuple(turns), regular_ends, cut_offs, in_view(MarkKind.EAGER), in_view(MarkKind.RESUMED))
