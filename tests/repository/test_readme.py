"""README.md against the program: pictures, commands, permissions, and the sentences that it explains."""

from __future__ import annotations

import json
import re
from pathlib import Path

from flux_desktop.aws.errors.errors import INVOKE_ACTION
from flux_desktop.engine.records.figure_names import FIGURES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def section(heading: str) -> str:
    return README.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_pictures_and_files_that_it_names_are_there() -> None:
    named = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert len(named) >= 3
    named += re.findall(r"`((?:resources|packaging|\.github)/[\w./-]+)`", README)
    assert not [name for name in named if not (ROOT / name).exists()]


def test_make_targets_that_it_names_are_there() -> None:
    targets = set(re.findall(r"(?m)^([a-z]+):.*##", (ROOT / "Makefile").read_text("utf-8")))
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets


def test_the_policy_grants_what_the_program_calls_and_no_more() -> None:
    policy = json.loads(re.search(r"```json\n(.*?)```", section("A real endpoint"), re.DOTALL)[1])  # type: ignore[index]
    granted: set[str] = set()
    for statement in policy["Statement"]:
        actions = statement["Action"]
        granted |= set([actions] if isinstance(actions, str) else actions)
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "flux_desktop/aws").rglob("*.py"))
    called = set(re.findall(r"[\".]((?:list|describe)_(?:endpoint|model)\w*)[\"(]", source))
    names = {"".join(part.capitalize() for part in name.split("_")) for name in called}
    assert '"get_metric_data"' in source
    assert granted == {INVOKE_ACTION, "cloudwatch:GetMetricData", *(f"sagemaker:{name}" for name in names)}


def test_the_sentences_that_it_explains_are_the_program_s() -> None:
    rows = re.findall(r"(?m)^\| (.+?) \| ", section("When something is wrong"))
    sentences = [row for row in rows if row != "it says"]
    assert len(sentences) > 20
    program = "\n".join(path.read_text("utf-8") for path in (ROOT / "flux_desktop").rglob("*.py"))
    pieces = [piece.strip() for sentence in sentences for piece in sentence.split("…")]
    assert not [piece for piece in pieces if piece and piece not in program]


def test_every_figure_is_explained() -> None:
    explained = section("How to read the figures")
    assert not [name for name in FIGURES if not re.search(rf"\b{name}\b", explained)]
