"""Transcripts as files: four formats, each written whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.flux.turns import Turn
from flux_desktop.ui.models.conversation import Conversation
from flux_desktop.ui.services.exporting import FORMATS, transcript, write


@pytest.fixture
def conversation() -> Conversation:
    conversation = Conversation(3)
    conversation.turns.append(Turn(index=0, transcript="hello there", start_s=1.0, end_s=2.5, ended_by="model"))
    return conversation


def test_every_format_holds_the_words(conversation: Conversation) -> None:
    texts = {suffix: transcript(conversation, suffix) for suffix in FORMATS}
    assert all("hello there" in content for content in texts.values())
    assert len(set(texts.values())) == len(FORMATS), "no format is another one"


def test_each_format_is_what_its_suffix_says(conversation: Conversation) -> None:
    document = json.loads(transcript(conversation, "json"))
    assert document["connection"] == 3
    assert [turn["transcript"] for turn in document["turns"]] == ["hello there"]
    assert transcript(conversation, "srt").startswith("1\n00:00:01,000 --> 00:00:02,500\n")
    assert transcript(conversation, "vtt").startswith("WEBVTT\n")
    assert transcript(conversation, "txt") == "[0:01.0] hello there\n"


def test_all_files_are_written(tmp_path: Path) -> None:
    write({tmp_path / "a.txt": "one", tmp_path / "b.txt": "two"})
    assert (tmp_path / "a.txt").read_text() == "one"
    assert (tmp_path / "b.txt").read_text() == "two"


def test_a_file_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        write({tmp_path / "missing" / "a.txt": "one"})
    assert raised.value.problem.code == "file_not_written"
