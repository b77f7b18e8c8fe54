"""How long the last turn's end took, in words for an audience, and where the text comes from. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from flux_desktop.base.amounts import amount
from flux_desktop.flux.bundles import UNKNOWN
from flux_desktop.ui.models import text
from flux_desktop.ui.models.card import Card
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.models.run_model import RunModel

PEOPLE = "people take 0.2–0.3 s"  # noqa: RUF001 - an en dash is meant
PEOPLE_SOURCE = (
    "People leave about 0.2 to 0.3 s between their turns, according to published studies of conversation "
    "(Stivers et al. 2009, Levinson and Torreira 2015). It is not measured here."
)
DEFINITION = (
    "Time from the end of the last word, by the reference words of the recording, until the end of turn arrived "
    "on this computer. An answer of an agent cannot begin earlier, except after an eager end of turn."
)


@dataclass(frozen=True, slots=True)
class AnswerWait:
    """The figure, what belongs to it, and whether it is the wait that an audience can compare."""

    figure: str
    caption: str
    many: str = ""
    """The median over the run, because a single turn says little."""
    comparable: bool = False


NOTHING_YET = AnswerWait("", "The wait is shown when a turn has ended.")


def answer(conversation: Conversation, run: RunModel) -> AnswerWait:
    """The wait after the newest ended turn of a connection."""
    card = last_measured(conversation)
    if card is None or card.end_ms is None:
        return NOTHING_YET
    if card.decision_ms is None:
        words = f"delivered after {text.milliseconds(card.latency_ms)}"
        return AnswerWait(
            words, "end of turn, from its audio · measured here", "The end of the last word is not known."
        )
    is_answer = card.ended_by in {"model", "unknown"}
    what = "answered" if is_answer else text.ENDED_BY_WORDS.get(card.ended_by or "", "forced")
    return AnswerWait(f"{what} after {seconds(card.end_ms)}", f"measured here · {PEOPLE}", _many(run), comparable=True)


def last_measured(conversation: Conversation) -> Card | None:
    """The newest turn whose end was measured."""
    cards = conversation.cards[-20:]
    return next((card for card in reversed(cards) if card.tone == "final" and card.latency_ms is not None), None)


def seconds(value_ms: float) -> str:
    """Milliseconds as seconds with two digits."""
    return f"{value_ms / 1000:.2f} s"


def _many(run: RunModel) -> str:
    """The median of the run with its n."""
    shot = run.snapshot
    figure = None if shot is None else shot.figures.get("end_of_turn")
    if figure is None or figure.n < 2 or figure.p50_ms is None:
        return "one turn so far"
    return f"median of {amount(figure.n, 'turn')} {seconds(figure.p50_ms)}"


def source_words(conversation: Conversation | None, run: RunModel) -> str:
    """Endpoint, model and build, and the recogniser where it is not Flux."""
    plan = run.plan
    if plan is None:
        return ""
    options = plan.options if conversation is None else conversation.parameters.in_force
    bundle = plan.bundle if run.started is None else run.started.plan.bundle
    build = "" if bundle == UNKNOWN.name else f"build {bundle}"
    parts = [plan.endpoint, options.model, build]
    if plan.is_stand_in:
        heard_by = () if conversation is None else conversation.transcript_from
        parts = [f"{plan.endpoint}: not Flux", build, _provenance(heard_by)]
    return " · ".join(part for part in parts if part)


def _provenance(heard_by: tuple[str, ...]) -> str:
    """Where the built-in endpoint's text comes from; the name of a script is left out."""
    names = dict.fromkeys("a script" if name.startswith("script") else name for name in heard_by)
    return f"text from {' and '.join(names)}" if names else ""
