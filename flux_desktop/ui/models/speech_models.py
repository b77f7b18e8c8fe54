"""What the window knows of the speech models: which are installed, and the downloads under way. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from flux_desktop.base.problem import Problem
from flux_desktop.speech_models import store
from flux_desktop.speech_models.catalogue import ENGLISH, MODELS, MULTILINGUAL, SpeechModel

_PURPOSES = {
    ENGLISH.name: "English: transcribes your recordings and your voice on the built-in endpoint.",
    MULTILINGUAL.name: "Other languages: used on the built-in endpoint with the Flux model flux-general-multi.",
}


@dataclass(slots=True)
class SpeechModelState:
    """One model. `folder` is None while it is not installed; `step` is what the download does, empty without one."""

    model: SpeechModel
    folder: Path | None = None
    step: str = ""
    received_bytes: int = 0
    total_bytes: int = 0
    cancelling: bool = False
    problem: Problem | None = None

    @property
    def purpose(self) -> str:
        """What the model is for, in a sentence."""
        return _PURPOSES[self.model.name]

    @property
    def needed(self) -> bool:
        """Whether the built-in endpoint transcribes nothing without it."""
        return self.model.name == ENGLISH.name

    @property
    def fetching(self) -> bool:
        """Whether a download is under way."""
        return bool(self.step)

    @property
    def percent(self) -> int | None:
        """How much has been received; None where the source does not say."""
        return 100 * self.received_bytes // self.total_bytes if self.total_bytes else None

    @property
    def progress_text(self) -> str:
        """The download in a sentence."""
        if self.cancelling:
            return "Cancelling the download…"
        if not self.total_bytes:
            return self.step
        return f"{self.step} {self.received_bytes / 1e6:.0f} of {self.total_bytes / 1e6:.0f} MB."


def _all_models() -> dict[str, SpeechModelState]:
    return {name: SpeechModelState(model) for name, model in MODELS.items()}


@dataclass(slots=True)
class SpeechModelStates:
    """All models by name; `known` is False until `look` has been called."""

    by_name: dict[str, SpeechModelState] = field(default_factory=_all_models)
    known: bool = False

    def look(self) -> list[str]:
        """See which models are installed (sizes only, no file is read); returns those that have appeared since."""
        appeared = []
        for name, state in self.by_name.items():
            folder = store.find(state.model)
            if folder is not None and state.folder is None and self.known:
                appeared.append(name)
            state.folder = folder
        self.known = True
        return appeared

    @property
    def english(self) -> SpeechModelState:
        """The model that the built-in endpoint needs at least."""
        return self.by_name[ENGLISH.name]

    @property
    def summary(self) -> str:
        """What the endpoint panel says of speech recognition, in one short line."""
        under_way = next((state for state in self.by_name.values() if state.fetching), None)
        if under_way is not None:
            percent = "…" if under_way.percent is None else f": {under_way.percent} %"
            return f"Downloading {under_way.model.name}{percent}"
        return f"Speech: {'no model installed' if self.english.folder is None else self.english.model.title}"

    @property
    def sentence(self) -> str:
        """What that means."""
        if self.english.folder is None:
            return f"Only the sample is transcribed: {self.english.model.title} is not installed."
        return f"Your recordings and your voice are transcribed with {self.english.model.title} on this computer."
