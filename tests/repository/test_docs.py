"""README.md, CONTRIBUTING.md and docs/ against the program: links, commands, permissions, messages, figures, layout."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from flux_desktop.aws.errors.errors import INVOKE_ACTION
from flux_desktop.cli.main import build_parser
from flux_desktop.engine.records.facts import Verdict
from flux_desktop.engine.records.figure_names import FIGURES

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
GLOSSARY = ("connection", "stream", "channel", "run", "session folder", "clip", "turn")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def program() -> str:
    return "\n".join(path.read_text("utf-8") for path in (ROOT / "flux_desktop").rglob("*.py"))


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as they are made on the usual hosting sites."""
    headings = re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```", "", document.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_link_is_dead(document: Path) -> None:
    dead = []
    for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text("utf-8")):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert not dead


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_and_make_targets_that_are_named_exist(document: Path) -> None:
    text = document.read_text("utf-8")
    if document.name != "CHANGELOG.md":
        named = re.findall(r"`((?:resources|packaging|flux_desktop|tests|docs|\.github)(?:/[\w./-]+)?)`", text)
        assert not [name for name in named if not (ROOT / name).exists()]
    targets = set(re.findall(r"(?m)^([a-z]+):.*##", text_of("Makefile")))
    assert set(re.findall(r"(?m)(?:`|^)make ([a-z]+)", text)) <= targets


def test_every_document_is_reachable_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(([\w./-]+\.md)", text_of("README.md")))
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} | {"CONTRIBUTING.md"} <= linked


def test_the_readme_stays_short_and_has_a_picture() -> None:
    readme = text_of("README.md")
    assert len(readme.splitlines()) <= 150
    assert "![" in readme
    assert len(text_of("CONTRIBUTING.md").splitlines()) <= 90


def test_the_commands_of_the_readme_are_understood() -> None:
    lines = re.findall(r"(?m)^`?(flux-stress [^`\n]+)", text_of("README.md"))
    assert len(lines) > 6
    for line in lines:
        if "--help" in line or line == "flux-stress self-test":
            continue
        words = [word.strip('"') for word in line.split()]
        build_parser(words[1]).parse_args(words[1:])


def test_the_policy_grants_what_the_program_calls_and_no_more() -> None:
    policy = json.loads(re.search(r"```json\n(.*?)```", text_of("docs/aws.md"), re.DOTALL)[1])  # type: ignore[index]
    granted: set[str] = set()
    for statement in policy["Statement"]:
        actions = statement["Action"]
        granted |= set([actions] if isinstance(actions, str) else actions)
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "flux_desktop/aws").rglob("*.py"))
    called = set(re.findall(r"[\".]((?:list|describe)_(?:endpoint|model)\w*)[\"(]", source))
    names = {"".join(part.capitalize() for part in name.split("_")) for name in called}
    assert '"get_metric_data"' in source
    observed = set(re.findall(r"\"((?:cloudwatch|application-autoscaling):\w+)\"", source))
    assert {name.partition(":")[2] for name in observed} >= {"DescribeAlarms", "DescribeScalingActivities"}
    assert granted == {INVOKE_ACTION, *observed, *(f"sagemaker:{name}" for name in names)}


def test_the_messages_that_are_explained_are_the_program_s() -> None:
    rows = re.findall(r"(?m)^\| (.+?) \| (.*?) ?\| ", text_of("docs/troubleshooting.md"))
    rows = [row for row in rows if row[0] != "message"]
    assert len(rows) > 20
    source = program()
    pieces = [piece.strip() for sentence, _ in rows for piece in sentence.split("…")]
    assert not [piece for piece in pieces if piece and piece not in source]
    codes = {code.strip("`") for _, code in rows if code}
    assert not [code for code in codes if f'"{code}"' not in source]


def test_every_figure_and_verdict_is_explained() -> None:
    explained = text_of("docs/figures.md")
    assert not [name for name in FIGURES if not re.search(rf"`{name}`", explained)]
    assert not [verdict for verdict in Verdict if not re.search(rf"\b{verdict}\b", explained)]


def test_every_folder_of_the_package_is_described() -> None:
    described = text_of("CONTRIBUTING.md")
    folders = {path.parent.name for path in (ROOT / "flux_desktop").glob("*/__init__.py")}
    assert not [name for name in sorted(folders) if f"`flux_desktop/{name}`" not in described]


def test_the_glossary_opens_the_engine() -> None:
    glossary = text_of("flux_desktop/engine/__init__.py")
    assert not [word for word in GLOSSARY if f"\n- {word}: " not in glossary]
    assert not [word for word in GLOSSARY if f"\n| {word} | " not in text_of("CONTRIBUTING.md")]
