"""The container of a generator as far as it can be checked without building it: Dockerfile, compose file, ECS task."""

from __future__ import annotations

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml
from botocore.validate import ParamValidator

from flux_desktop.cli.main import build_parser
from flux_desktop.cluster import LINE_VARIABLE

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "packaging/cluster"


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order: name and the rest."""
    text = re.sub(r"(?m)^#.*\n", "", (CLUSTER / "Dockerfile").read_text("utf-8")).replace("\\\n", " ")
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def copied() -> list[str]:
    """What is copied from the repository."""
    return [
        source
        for name, rest in instructions()
        if name == "COPY" and "--from" not in rest
        for source in rest.split()[:-1]
    ]


def value(name: str) -> Any:
    """The value of an instruction that is JSON and stands there once."""
    (rest,) = [rest for each, rest in instructions() if each == name]
    return json.loads(rest)


def task() -> Any:
    return json.loads((CLUSTER / "ecs-task.json").read_text("utf-8"))


def compose() -> Any:
    return yaml.safe_load((CLUSTER / "compose.yaml").read_text("utf-8"))


def test_what_is_copied_exists_and_is_sent_to_the_builder_and_nothing_else() -> None:
    lines = [line for line in (CLUSTER / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[:1] != "#"]
    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied())
    left_out = [line for line in lines[1:] if not line.startswith("!")]
    for source in copied():
        assert (ROOT / source).exists(), source
        assert not [pattern for pattern in left_out if fnmatch(source, pattern)]


def test_the_build_installs_the_lock_that_it_copies() -> None:
    runs = " ".join(rest for name, rest in instructions() if name == "RUN")
    (lock,) = re.findall(r"--require-hashes -r (\S+)", runs)
    assert lock in copied()
    assert "--no-deps --no-build-isolation ." in runs


def test_what_the_wheel_is_made_of_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    wanted = [*wheel["packages"], *wheel["force-include"], *project["project"]["license-files"]]
    assert [path for path in wanted if not any(Path(path).is_relative_to(source) for source in copied())] == []


@pytest.mark.parametrize("command", [value("CMD"), task()["containerDefinitions"][0]["command"]])
def test_the_commands_are_understood(command: list[str]) -> None:
    (program,) = value("ENTRYPOINT")
    assert program in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    args = build_parser(command[0]).parse_args(command)
    assert (args.action, args.line) == ("join", None), f"{LINE_VARIABLE} is read without an argument only"


def test_the_compose_file_builds_this_and_ends_with_a_line_that_is_refused() -> None:
    service = compose()["services"]["generator"]
    context = (CLUSTER / service["build"]["context"]).resolve()
    assert context == ROOT.resolve()
    assert (context / service["build"]["dockerfile"]).is_file()
    assert re.fullmatch(r"on-failure:\d+", service["restart"])
    assert service["init"] is True


def test_the_line_is_needed_by_up_alone() -> None:
    """A required variable would be demanded by “down” and “logs”, too; an empty line is refused by the generator."""
    text = (CLUSTER / "compose.yaml").read_text("utf-8")
    assert compose()["services"]["generator"]["environment"] == {LINE_VARIABLE: f"${{{LINE_VARIABLE}-}}"}
    assert len(re.findall(r"(?m)^ *[^#\s].*\$\{", text)) == 1


def test_the_line_is_never_an_argument() -> None:
    """Every user of a machine can read the arguments of its processes, and the line has a private key."""
    lines = [line for line in (ROOT / "docs/cluster.md").read_text("utf-8").splitlines() if "cat line.txt" in line]
    assert lines
    for line in lines:
        assert re.match(rf'{LINE_VARIABLE}="\$\(cat line.txt\)" docker ', line), line
        assert "cat" not in line.partition(" docker ")[2]


def test_down_finds_the_generators_of_up() -> None:
    """podman-compose ends as many as the file names, whatever number “up” was given."""
    service = compose()["services"]["generator"]
    assert service["scale"] == 3
    assert "container_name" not in service, "there is one for all"
    assert "three generators" in (ROOT / "docs/cluster.md").read_text("utf-8")
    # “name” is refused by the Compose 1.29 of Debian 12.
    assert list(compose()) == ["services"]


def test_ecs_accepts_the_task() -> None:
    model = botocore.session.get_session().get_service_model("ecs").operation_model("RegisterTaskDefinition")
    report = ParamValidator().validate(task(), model.input_shape)
    assert not report.has_errors(), report.generate_report()
    (container,) = task()["containerDefinitions"]
    assert [secret["name"] for secret in container["secrets"]] == [LINE_VARIABLE]
    assert container["linuxParameters"] == {"initProcessEnabled": True}
    # Of Fargate: 2 virtual CPUs with 4 to 16 GB.
    assert task()["cpu"] == "2048"
    assert 4096 <= int(task()["memory"]) <= 16384


def test_the_document_uses_these_files() -> None:
    text = (ROOT / "docs/cluster.md").read_text("utf-8")
    named = set(re.findall(r"packaging/cluster/([\w.-]+\w)", text))
    assert named == {"Dockerfile", "compose.yaml", "ecs-task.json"}
