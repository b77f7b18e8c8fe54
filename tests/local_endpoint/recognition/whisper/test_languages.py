"""Which language a window is decoded in: prompts, detection and words with a model of many languages.

The multilingual model is not part of set-up, so CTranslate2 is stood in for; its vocabulary has the real one's shape.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ctranslate2
import numpy as np
import pytest

from flux_desktop.local_endpoint.recognition.whisper.model import WhisperModel, Window

TEXT_TOKENS = 50_257
LANGUAGES = ("en", "de", "ja")
SPECIAL = ("endoftext", "startoftranscript", *LANGUAGES, "translate", "transcribe", "notimestamps")
HALLO, WELT = 100, 101


class Engine:
    """Says the same words in every window and remembers what it was asked."""

    def __init__(self, *_arguments: object, **_options: object) -> None:
        self.prompts: list[list[int]] = []
        self.aligned_with: list[int] = []

    def encode(self, features: Any) -> Any:
        return features

    def detect_language(self, features: Any) -> list[list[tuple[str, float]]]:
        return [[("<|ja|>", 0.7), ("<|de|>", 0.2)] for _ in range(features.shape[0])]

    def generate(self, _encoded: Any, prompts: list[list[int]], **_options: object) -> list[SimpleNamespace]:
        self.prompts = prompts
        result = SimpleNamespace(sequences_ids=[[HALLO, WELT]], scores=[-0.1], no_speech_prob=0.01)
        return [result for _ in prompts]

    def align(self, _encoded: Any, prompt: list[int], texts: list[list[int]], _lengths: object) -> list[Any]:
        self.aligned_with = prompt
        return [SimpleNamespace(alignments=[(0, 0), (1, 20), (2, 40)], text_token_probs=[0.9, 0.8]) for _ in texts]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WhisperModel:
    tokens = [f"x{number}" for number in range(TEXT_TOKENS)]
    tokens[HALLO], tokens[WELT] = "ĠHallo", "ĠWelt"
    (tmp_path / "vocabulary.txt").write_text("\n".join([*tokens, *(f"<|{name}|>" for name in SPECIAL)]), "utf-8")
    monkeypatch.setattr(ctranslate2.models, "Whisper", Engine)
    return WhisperModel(tmp_path, threads=1)


def windows(*languages: str) -> list[Window]:
    return [Window(np.zeros(16_000, dtype=np.float32), 3.0, language) for language in languages]


def names(tokens: list[int]) -> list[str]:
    return [SPECIAL[token - TEXT_TOKENS] for token in tokens]


def test_a_known_language_is_asked_for_and_an_unknown_one_detected(model: WhisperModel) -> None:
    engine: Engine = model._model
    assert model.languages == frozenset(LANGUAGES)
    decoded = model.decode(windows("de", "", "xx"))
    assert [names(prompt) for prompt in engine.prompts] == [
        ["startoftranscript", language, "transcribe", "notimestamps"] for language in ("de", "ja", "ja")
    ]
    assert names(engine.aligned_with) == ["startoftranscript", "de", "transcribe"]
    assert [each.language for each in decoded] == ["de", "ja", "ja"]
    assert [word.text for word in decoded[0].words] == ["Hallo", "Welt"]
    assert {word.language for each in decoded[1:] for word in each.words} == {"ja"}
