"""The inputs of the packages, as far as it can be checked without building it, also for systems other than this."""

from __future__ import annotations

import ast
import configparser
import plistlib
import re
import struct
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from xml.etree import ElementTree

import frozen_parts
import make_package
import pytest
import yaml

from flux_desktop import __version__
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging/bundle"


def spec_calls(name: str) -> list[ast.Call]:
    tree = ast.parse((PACKAGING / "flux_desktop.spec").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == name]


def keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def test_the_folder_has_two_programs_that_share_one_start() -> None:
    (collect,) = spec_calls("COLLECT")
    programs = [call.args[0] for call in spec_calls("program")]
    assert [ast.literal_eval(name) for name in programs] == ["flux-desktop", "flux-stress"]
    assert ast.literal_eval(keywords(collect)["name"]) == "flux-desktop"
    assert len(spec_calls("Analysis")) == 1


def test_every_process_of_ours_can_be_started_from_the_folder() -> None:
    """A module that is started as a process is imported by no other, so the spec must name it."""
    started = set()
    for path in (ROOT / "flux_desktop").rglob("*.py"):
        text = path.read_text("utf-8")
        if re.search(r'^if __name__ == "__main__":', text, re.MULTILINE):
            started.add(".".join(path.relative_to(ROOT).with_suffix("").parts))
    assert started == set(frozen_parts.MODULES)


def test_what_evaluation_needs_is_in_the_folder() -> None:
    """Random numbers, which an earlier version had no use for, and the table that the normaliser reads."""
    sources = [path.read_text("utf-8") for path in (ROOT / "flux_desktop").rglob("*.py")]
    used = {f"numpy.{name}" for source in sources for name in re.findall(r"\bnp\.([a-z]+)\.", source)}
    assert "numpy.random" in used
    assert used.isdisjoint(frozen_parts.LEFT_OUT)
    (collected,) = spec_calls("collect_data_files")
    assert ast.literal_eval(collected.args[0]) == "whisper_normalizer"
    assert frozen_parts.is_wanted("whisper_normalizer/normalizers/english.json")


def test_the_app_says_why_it_wants_the_microphone() -> None:
    (bundle,) = spec_calls("BUNDLE")
    info: dict[str, Any] = ast.literal_eval(keywords(bundle)["info_plist"])
    assert "microphone" in info["NSMicrophoneUsageDescription"]
    assert info["NSHighResolutionCapable"] is True
    assert info["LSBackgroundOnly"] is False
    assert plistlib.loads(plistlib.dumps(info)) == info
    assert isinstance(keywords(bundle)["version"], ast.Name)


def test_the_hardened_runtime_may_record() -> None:
    granted = plistlib.loads((PACKAGING / "macos/entitlements.plist").read_bytes())
    assert granted["com.apple.security.device.audio-input"] is True
    assert all(value is True for value in granted.values())
    # Those would undo what the hardened runtime is for.
    assert not set(granted) & {
        "com.apple.security.get-task-allow",
        "com.apple.security.cs.allow-dyld-environment-variables",
    }
    (program,) = spec_calls("EXE")
    assert "entitlements.plist" in ast.unparse(keywords(program)["entitlements_file"])


def test_windows_draws_it_sharp_and_asks_for_no_rights() -> None:
    root = ElementTree.parse(PACKAGING / "windows/flux-desktop.manifest").getroot()  # noqa: S314 - our own file
    texts = {element.tag.rpartition("}")[2]: (element.text or "").strip() for element in root.iter()}
    assert texts["dpiAwareness"] == "PerMonitorV2"
    assert texts["longPathAware"] == "true"
    level = next(element for element in root.iter() if element.tag.endswith("requestedExecutionLevel"))
    assert level.get("level") == "asInvoker"


def test_the_windows_version_is_the_program_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PACKAGING / "windows")
    from version_resource import version_resource

    call = ast.parse(version_resource("1.2.3"), mode="eval").body
    assert isinstance(call, ast.Call)
    fixed = keywords(keywords(call)["ffi"])  # type: ignore[arg-type]
    assert ast.literal_eval(fixed["filevers"]) == (1, 2, 3, 0)
    assert "StringStruct('ProductVersion', '1.2.3')" in version_resource("1.2.3")


def test_icons_hold_the_sizes_that_systems_ask_for() -> None:
    ico = (PACKAGING / "windows/flux-desktop.ico").read_bytes()
    reserved, kind, number = struct.unpack_from("<HHH", ico)
    assert (reserved, kind) == (0, 1)
    sides = set()
    for index in range(number):
        side, _, _, _, _, _, size, at = struct.unpack_from("<BBBBHHII", ico, 6 + 16 * index)
        assert png_side(ico[at : at + size]) == (side or 256)
        sides.add(side or 256)
    assert {16, 32, 48, 256} <= sides
    icns = (PACKAGING / "macos/flux-desktop.icns").read_bytes()
    assert icns[:4] == b"icns"
    assert struct.unpack(">I", icns[4:8])[0] == len(icns)
    at, sides = 8, set()
    while at < len(icns):
        length = struct.unpack(">I", icns[at + 4 : at + 8])[0]
        sides.add(png_side(icns[at + 8 : at + length]))
        at += length
    assert {16, 128, 512, 1024} <= sides
    for picture in (PACKAGING / "linux/icons").glob("*.png"):
        assert png_side(picture.read_bytes()) == int(picture.stem)


def png_side(data: bytes) -> int:
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert width == height
    return int(width)


def test_the_menu_entry_opens_recordings() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(PACKAGING / "linux/flux-desktop.desktop")
    fields = entry["Desktop Entry"]
    assert fields["Exec"] == "flux-desktop %f"
    assert {"audio/wav", "audio/x-wav", "audio/vnd.wave"} <= set(fields["MimeType"].split(";"))
    assert fields["Icon"] == "flux-desktop"
    assert fields["StartupWMClass"] == "flux-desktop"


def test_the_release_is_built_and_tried_out_on_each_system() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text("utf-8"))
    jobs = workflow["jobs"]
    systems = {name: job["runs-on"].split("-")[0] for name, job in jobs.items()}
    assert systems == {"linux": "ubuntu", "macos": "macos", "windows": "windows", "publish": "ubuntu"}
    for name in ("linux", "macos", "windows"):
        commands = " ".join(step.get("run", "") for step in jobs[name]["steps"])
        assert "self-test" in commands or "make smoke" in commands
        assert any("upload-artifact" in step.get("uses", "") for step in jobs[name]["steps"])
    assert set(jobs["publish"]["needs"]) == {"linux", "macos", "windows"}
    # A build may read; only publishing may write.
    assert workflow["permissions"] == {"contents": "read"}


def test_the_version_stands_in_one_place() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["dynamic"] == ["version"]
    assert project["tool"]["hatch"]["version"]["path"] == "flux_desktop/__init__.py"
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_the_changelog_keeps_its_form() -> None:
    headings = re.findall(r"(?m)^## (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert headings[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", heading) for heading in headings[1:])
    kinds = re.findall(r"(?m)^### (.+)$", (ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_what_is_packed_in_any_order_becomes_the_same_file(tmp_path: Path) -> None:
    paths = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for path, names in zip(paths, ("abc", "cab"), strict=True):
        with zipfile.ZipFile(path, "w") as file:
            for name in names:
                file.writestr(zipfile.ZipInfo(name), 2 * name)
        make_package.sort_members(path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as file:
        assert {name: file.read(name) for name in file.namelist()} == {"a": b"aa", "b": b"bb", "c": b"cc"}


def test_a_build_that_fails_has_said_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(
        make_package.subprocess, "run", lambda *_, check, **__: CompletedProcess([], 1 if not check else 0)
    )
    with pytest.raises(SystemExit) as ended:
        make_package.freeze(tmp_path / "flux-desktop", epoch_s=0)
    assert ended.value.code == 1


START = """
import runpy, signal, sys
runpy.run_path(sys.argv[1] + "/hooks/early_interrupt.py")
assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
entry = runpy.run_path(sys.argv[1] + "/frozen_entry.py")
sys.argv[1:] = ["--run-module", "flux_desktop.base.versions"]
entry["main"]()
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
"""


def test_an_interruption_ends_the_start_of_the_folder_silently_and_is_the_programs_afterwards() -> None:
    (analysis,) = spec_calls("Analysis")
    first = ast.unparse(keywords(analysis)["runtime_hooks"]).partition("for name in (")[2]
    assert first.startswith("'early_interrupt.py'")
    subprocess.run([sys.executable, "-c", START, str(PACKAGING)], check=True, timeout=PATIENCE_S)
