"""The quick part of the self-test: each thing that can be wrong is told as what to do, and nothing escapes."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from flux_desktop import __version__
from flux_desktop.base import program
from flux_desktop.base.problem import ProblemError
from flux_desktop.engine.self_test import quick_checks
from flux_desktop.engine.self_test.quick_checks import QuickCheckResult, quick_findings


def found(name: str) -> QuickCheckResult:
    return next(each for each in quick_findings() if each.name == name)


def test_nothing_is_wrong_here() -> None:
    findings = list(quick_findings())
    assert [each.name for each in findings] == ["versions", "resources", "open files", "CA bundle", "recordings"]
    assert [each.problem for each in findings] == [None] * 5
    assert f"flux-desktop {__version__} from a checkout, Python 3." in findings[0].observation


def test_a_missing_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux_desktop.base.versions.PARTS", ("numpy", "no-such-part"))
    problem = found("versions").problem
    assert problem
    assert problem.sentence() == "Parts of the program are missing: no-such-part. Install the program again."


def test_a_folder_copied_in_part_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in quick_checks.RESOURCES[2:]:
        (tmp_path / "_resources" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "_resources" / name).write_text("something")
    empty = tmp_path / "_resources" / quick_checks.RESOURCES[0]
    empty.parent.mkdir(parents=True, exist_ok=True)
    empty.touch()
    monkeypatch.setattr("flux_desktop.base.resources._PACKAGE", tmp_path)
    problem = found("resources").problem
    assert problem
    assert ", ".join(quick_checks.RESOURCES[:2]) in problem.what
    assert quick_checks.RESOURCES[2] not in problem.what


def test_few_open_files_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "allow_many_files", lambda: 1024)
    problem = found("open files").problem
    assert problem
    assert "is 1024" in problem.what
    assert "limits.conf" in problem.todo


def test_the_soft_limit_is_raised_to_what_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        allowed = program.allow_many_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == allowed
        assert allowed == (10_240 if before[1] == resource.RLIM_INFINITY else min(10_240, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_a_bundle_without_authorities_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path))
    problem = found("CA bundle").problem
    assert problem
    assert problem.code == "no_authorities"
    assert str(tmp_path) in problem.why


def test_a_bundle_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "gone.pem"))
    problem = found("CA bundle").problem
    assert problem
    assert problem.code == "ca_file_unusable"


def test_a_folder_that_cannot_be_written_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(quick_checks, "default_sessions_dir", lambda: tmp_path / "file" / "sessions")
    problem = found("recordings").problem
    assert problem
    assert "cannot be recorded" in problem.what


def test_the_look_at_the_folder_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(quick_checks, "default_sessions_dir", lambda: tmp_path / "sessions")
    assert found("recordings").problem is None
    assert not os.listdir(tmp_path / "sessions")


def test_a_check_that_breaks_is_a_finding() -> None:
    def broken() -> str:
        raise RuntimeError("something nobody thought of")

    problem = quick_checks.finding("everything", broken).problem
    assert problem
    assert problem.why == "something nobody thought of."


def test_problems_are_told_as_they_are() -> None:
    def refused() -> str:
        raise ProblemError(quick_checks.unforeseen("a thing", ValueError("why")))

    assert quick_checks.finding("a thing", refused).problem == quick_checks.unforeseen("a thing", ValueError("why"))
