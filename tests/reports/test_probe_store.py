"""Tests of the stored probes."""

from __future__ import annotations

from pathlib import Path

from flux_desktop.flux.probe_findings import ProbeReport
from flux_desktop.reports.probe_store import load_probe, save_probe


def test_the_latest_probe_of_each_endpoint_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "probes"
    assert load_probe("a", "us-east-1", folder) is None
    for version in ("1", "2"):
        assert save_probe(ProbeReport(endpoint="a", region="us-east-1", version=version), folder) == ""
    save_probe(ProbeReport(endpoint="a", region="eu-west-1", version="3"), folder)
    latest_report = load_probe("a", "us-east-1", folder)
    assert latest_report is not None
    assert latest_report.version == "2"


def test_a_damaged_file_is_no_probe(tmp_path: Path) -> None:
    save_probe(ProbeReport(endpoint="a", region="r"), tmp_path)
    (path,) = tmp_path.glob("*.json")
    path.write_text("{")
    assert load_probe("a", "r", tmp_path) is None


def test_a_folder_that_cannot_be_written_gives_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "could not be" in save_probe(ProbeReport(endpoint="a"), tmp_path / "file" / "probes")
