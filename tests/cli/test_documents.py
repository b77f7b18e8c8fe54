"""Tests of the documents that a run writes at its end."""

from __future__ import annotations

import argparse
from pathlib import Path

from flux_desktop.cli.documents import write_documents
from flux_desktop.cli.exit_codes import ExitCode
from tests.reports.documents.recorded_run import recorded


def test_each_flag_writes_its_document(tmp_path: Path) -> None:
    files = {name: str(tmp_path / name) for name in ("run.md", "limits.xml", "figures.prom")}
    args = argparse.Namespace(report=files["run.md"], junit=files["limits.xml"], metrics_file=files["figures.prom"])
    assert write_documents(args, recorded(tmp_path / "sessions")) == ExitCode.OK
    beginnings = [Path(path).read_text()[:6] for path in files.values()]
    assert beginnings == ["# my\\-", "<?xml ", "# TYPE"]


def test_without_flags_nothing_is_read(tmp_path: Path) -> None:
    args = argparse.Namespace(report=None, junit=None, metrics_file=None)
    assert write_documents(args, tmp_path / "nowhere") == ExitCode.OK


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path, capsys) -> None:
    args = argparse.Namespace(report=str(tmp_path / "missing" / "r.html"), junit=None, metrics_file=None)
    assert write_documents(args, recorded(tmp_path)) == ExitCode.USAGE
    assert "cannot be written" in capsys.readouterr().err
