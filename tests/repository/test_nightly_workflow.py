"""The example of a nightly job: its commands exist, in the order in which they need each other."""

from __future__ import annotations

import shlex
from pathlib import Path

import yaml

from flux_desktop.cli.main import build_parser

ROOT = Path(__file__).parents[2]


def test_its_commands_are_understood() -> None:
    workflow = yaml.safe_load((ROOT / "docs/nightly.yml").read_text("utf-8"))
    steps = workflow["jobs"]["compare"]["steps"]
    lines = [line for step in steps for line in step.get("run", "").splitlines() if line.startswith("flux-stress")]
    parsed = [build_parser(words[1]).parse_args(words[1:]) for words in map(shlex.split, lines)]
    run, imported, compared = parsed
    assert (run.command, imported.action, compared.command) == ("file", "import", "compare")
    assert compared.base.startswith(f"{imported.sessions_dir}/")
    assert compared.new.startswith(f"{run.sessions_dir}/")
    artifact_paths = next(step["with"]["path"] for step in steps if "upload-artifact" in step.get("uses", "")).split()
    assert sorted(artifact_paths) == sorted([run.report, run.junit, compared.junit, run.metrics_file])


def test_the_readme_names_it() -> None:
    assert "docs/nightly.yml" in (ROOT / "README.md").read_text("utf-8")
