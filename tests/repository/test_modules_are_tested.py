"""Every module of the package is imported by a test, or started by its name as a process. Sources are only read."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "flux_desktop"

_BY_READER = "Chosen by datasets.reader, through which tests/datasets/test_reader.py reads a folder of this format."
UNTESTED = {
    "flux_desktop.cli.data": "Imported by cli.main on its command, which tests/cli/test_data.py runs.",
    "flux_desktop.cli.recogniser": "Imported by cli.main on its command, which tests/cli/test_recogniser.py runs.",
    "flux_desktop.cli.run_streams": "Imported by cli.main on its command, which tests/cli/test_examples.py runs.",
    "flux_desktop.cli.summary": "Imported by cli.run_streams; tests/cli/test_summary.py runs it through cli.main.",
    "flux_desktop.datasets.kaldi": _BY_READER,
    "flux_desktop.datasets.librispeech": _BY_READER,
}
"""Modules that no test names, each with the reason. It should become empty; do not add to it."""


@functools.cache
def modules() -> set[str]:
    """Modules with a content of their own; a package's `__init__` only describes it."""
    names = set()
    for path in (ROOT / PACKAGE).rglob("*.py"):
        if path.name != "__init__.py" and path.read_bytes().strip():
            names.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return names


def named(source: str) -> Iterator[str]:
    """Modules that a source may import, by their full names, and those in its texts, such as ``python -m`` takes.

    A name that is imported from a package may be a module.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(rf"{PACKAGE}[\w.]*\w", node.value)


@functools.cache
def named_by_tests() -> set[str]:
    """This file's own list of what is not tested does not count."""
    sources = (path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
    return {name for path in sources for name in named(path.read_text("utf-8"))}


def test_every_module_is_named_by_a_test() -> None:
    assert f"{PACKAGE}.cli.main" in modules() & named_by_tests(), "the package was found"
    untested = modules() - named_by_tests() - UNTESTED.keys()
    assert sorted(untested) == [], "write a test of the module's name in the same place of tests/"


def test_the_list_of_untested_modules_names_existing_ones() -> None:
    assert sorted(UNTESTED.keys() - modules()) == []


def test_names_of_every_form_are_seen() -> None:
    source = f"""import a.b
from c import d as e
from . import f
def g():
    from h.i import J
    run("-m {PACKAGE}.cli.main, now")
"""
    assert set(named(source)) - {"-m", "now"} == {"a.b", "c", "c.d", "h.i", "h.i.J", f"{PACKAGE}.cli.main"}
