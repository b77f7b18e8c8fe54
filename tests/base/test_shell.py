"""Words of commands survive being pasted into a shell."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from flux_desktop.base.plain_text import plain
from flux_desktop.base.shell import option, word

TEXTS = [
    "talk.wav",
    "my talk.wav",
    "it's “here”.wav",
    "$(touch x); `id` & > out | cat #",
    "-i.wav",
    "two\nlines\tand 'quotes' \\n",
    "bell\a back\u202eward \x9b2J",
    "日本語 音声.wav",
    os.fsdecode(b"not-utf8-\xff.wav"),
    "",
]


@pytest.mark.skipif(shutil.which("bash") is None, reason="this machine has no bash")
@pytest.mark.parametrize("text", TEXTS)
def test_a_word_is_read_back_by_the_shell(text: str) -> None:
    command = f"printf %s {word(text)}"
    assert plain(command) == command, "what is shown is what is pasted"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, check=True, env=os.environ | {"LC_ALL": "C.UTF-8"}
    )
    assert os.fsdecode(done.stdout) == text


def test_an_option_and_its_value_stay_together() -> None:
    assert option("--profile", None) == option("--profile", "") == ""
    assert option("--profile", "voice-dev") == " --profile voice-dev"
    assert option("--profile", "my team") == " --profile 'my team'"
    assert option("--profile", "-x") == " --profile=-x"
