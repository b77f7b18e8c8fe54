"""Tests for cluster.membership."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest

import flux_desktop
from flux_desktop.base.problem import ProblemError
from flux_desktop.cluster.membership import (
    Membership,
    check_versions,
    from_line,
    new_membership,
    present_versions,
    read_membership,
    source_digest,
    to_line,
)


@pytest.fixture(scope="module")
def membership() -> Membership:
    return new_membership("tls://10.0.0.5:8786")


def test_a_line_has_all_of_it_and_can_be_pasted(membership: Membership) -> None:
    line = to_line(membership)
    assert re.fullmatch(r"[A-Za-z0-9:=_-]+", line)
    assert len(line) < 3000
    assert from_line(f"  {line}\n") == membership
    assert membership.key not in repr(membership)
    assert read_membership(f"flux-stress cluster join {line}") == membership, "the printed command, pasted whole"


def test_a_file_may_have_it(tmp_path: Path, membership: Membership) -> None:
    (tmp_path / "line").write_text(f"{to_line(membership)}\n")
    assert read_membership(str(tmp_path / "line")) == read_membership(to_line(membership)) == membership
    for name in ("absent", "."):
        with pytest.raises(ProblemError, match=r"cannot be read\."):
            read_membership(str(tmp_path / name))


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no user IDs on this system")
def test_a_file_of_another_user_is_explained(tmp_path: Path) -> None:
    (tmp_path / "line").touch(mode=0o000)
    own = os.geteuid()
    try:
        if own == 0:  # root may read everything
            os.seteuid(65534)
        with pytest.raises(ProblemError, match=rf"Permission denied\. Make it readable .*\(ID {os.geteuid()}\)"):
            read_membership(str(tmp_path / "line"))
    finally:
        os.seteuid(own)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no user IDs on this system")
@pytest.mark.parametrize(("mode", "warnings"), [(0o600, 0), (0o640, 1), (0o604, 1)])
def test_a_file_that_others_can_read_is_warned_of(
    mode: int, warnings: int, tmp_path: Path, membership: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "line"
    file.write_text(to_line(membership))
    file.chmod(mode)
    assert read_membership(str(file)) == membership
    assert [f"Other users of this machine can read {file}, and so" in text for text in caplog.messages] == [
        True
    ] * warnings


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line[:-9],
        lambda line: line[: -(4 if line[-4:].count("=") < 2 else 8)],  # only a part of the checksum is missing
        lambda line: line + "!",
        lambda _: "flux-cluster-1:",
        str.upper,
    ],
)
def test_anything_else_is_refused_in_a_sentence(damage, membership: Membership) -> None:
    with pytest.raises(ProblemError, match="Copy the whole line"):
        from_line(damage(to_line(membership)))


OTHER = new_membership("tls://10.0.0.5:8786")


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "tcp://10.0.0.5:8786"},
        {"address": "tls://10.0.0.5"},
        {"address": "tls://:8786"},
        {"address": "tls://10.0.0.5:99999"},
        {"key": OTHER.key},
        {"key": "no key"},
        {"cert": OTHER.cert, "key": OTHER.key},
        {"ca": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"},
    ],
)
def test_a_line_whose_parts_do_not_belong_together_is_refused(changes, membership: Membership) -> None:
    line = to_line(msgspec.structs.replace(membership, **changes))
    with pytest.raises(ProblemError, match="Copy the whole line"):
        from_line(line)


def test_a_line_of_another_version_is_not_taken_for_a_file(membership: Membership) -> None:
    with pytest.raises(ProblemError, match="of another version of this program"):
        read_membership(to_line(membership).replace("flux-cluster-1:", "flux-cluster-2:"))


def test_a_line_ends_with_its_certificates(membership: Membership) -> None:
    line = to_line(membership)
    assert from_line(line, membership.until_s - 1) == membership
    with pytest.raises(ProblemError, match="has expired"):
        from_line(line, membership.until_s)


def test_two_clusters_share_nothing(membership: Membership) -> None:
    other = new_membership(membership.address)
    assert membership.ca != other.ca
    assert membership.key != other.key


def test_another_build_of_the_same_version_is_another_program(tmp_path: Path) -> None:
    for name in ("engine/a.py", "engine/records/b.py", "ui/c.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1")
    digests = [source_digest(tmp_path)]
    (tmp_path / "engine/records/b.py").write_text("x = 2")
    digests.append(source_digest(tmp_path))
    (tmp_path / "engine/records/b.py").rename(tmp_path / "engine/b.py")
    digests.append(source_digest(tmp_path))
    assert len(set(digests)) == 3, "of another content, or in another place"
    (tmp_path / "ui/c.py").unlink()
    assert source_digest(tmp_path) == digests[-1], "what does not measure may be left out"
    assert present_versions()["flux-desktop build"] == source_digest(Path(flux_desktop.__file__).parent)


def test_another_version_of_anything_is_refused_by_name() -> None:
    ours = present_versions()
    assert {"flux-desktop", "flux-desktop build", "Python", "aws-sdk-sagemaker-runtime-http2", "distributed"} == set(
        ours
    )
    check_versions(dict(ours), ours, "The coordinator")
    for name in ours:
        with pytest.raises(ProblemError, match=f"The coordinator has other versions: {name} 0.0.1, here"):
            check_versions({**ours, name: "0.0.1"}, ours, "The coordinator")
    with pytest.raises(ProblemError, match="of an unknown version"):
        check_versions({}, ours, "Generator a")
