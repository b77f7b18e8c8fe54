"""Tests for cluster.generator; generators that join are in test_pool."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from flux_desktop.base.problem import ProblemError
from flux_desktop.cli.exit_codes import ExitCode
from flux_desktop.cli.outcome import problem_exit_code
from flux_desktop.cluster import generator
from flux_desktop.cluster.coordinator import coordinate
from flux_desktop.cluster.generator import default_name, join
from flux_desktop.cluster.membership import Membership, new_membership
from tests.waiting import PATIENCE_S


async def test_other_versions_are_refused_before_anything_is_connected() -> None:
    membership = new_membership("tls://127.0.0.1:9")
    other = msgspec.structs.replace(membership, versions={**membership.versions, "flux-desktop": "0.0.1"})
    with pytest.raises(ProblemError, match=r"The coordinator has other versions: flux-desktop 0\.0\.1"):
        await join(other, "a", lambda _: None)


async def test_a_coordinator_that_is_not_there_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generator, "_JOIN_MAX_S", 0.2)
    with pytest.raises(ProblemError, match=r"tls://127\.0\.0\.1:9 cannot be joined"):
        await join(new_membership("tls://127.0.0.1:9"), "a", lambda _: None)


async def started(listen: str) -> tuple[Membership, asyncio.Task[None]]:
    """A coordinator that is ready."""
    ready: asyncio.Future[Membership] = asyncio.get_running_loop().create_future()
    coordinator = asyncio.create_task(coordinate(listen, ready.set_result, lambda _: None))
    await asyncio.wait({coordinator, ready}, return_when=asyncio.FIRST_COMPLETED)
    return await ready, coordinator


async def test_a_name_that_is_taken_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    membership, coordinator = await started("127.0.0.1:0")
    joined = asyncio.Event()
    first = asyncio.create_task(join(membership, "a", lambda _: joined.set()))
    await joined.wait()
    with pytest.raises(ProblemError, match=r"named a has already joined the cluster\. Choose another name") as taken:
        await join(membership, "a", lambda _: None)
    assert problem_exit_code(taken.value.problem) == ExitCode.USAGE
    for task in (first, coordinator):
        task.cancel()
        await asyncio.wait({task})


@pytest.mark.parametrize(
    ("host", "why"),
    [("127.0.0.1", "Address already in use"), ("192.0.2.1", "Cannot assign requested address")],
)
async def test_an_address_that_it_cannot_listen_on_is_named(host: str, why: str) -> None:
    membership, coordinator = await started("127.0.0.1:0")
    listen = f"{host}:{urlsplit(membership.address).port}"
    with pytest.raises(ProblemError, match=rf"^{listen} cannot be listened on\. {why}\. Choose another address"):
        await join(membership, "a", lambda _: None, listen)
    coordinator.cancel()
    await asyncio.wait({coordinator})


async def test_what_dask_has_left_of_a_killed_generator_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    left = tmp_path / "flux-desktop" / "generator-4194305-x"  # above the highest process number of Linux
    left.mkdir(parents=True)
    membership, coordinator = await started("127.0.0.1:0")
    joined: asyncio.Future[list[Path]] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(join(membership, "a", lambda _: joined.set_result(list(left.parent.rglob("*")))))
    folders = await joined
    assert left not in folders
    assert any(folder.name.startswith("worker") for folder in folders), "Dask's folder is there"
    for each in (task, coordinator):
        each.cancel()
        await asyncio.wait({each})
    assert not list(left.parent.iterdir())


async def test_a_coordinator_whose_host_is_not_known_is_reported() -> None:
    with pytest.raises(ProblemError, match=r"The host name no-such-host\.invalid is not known"):
        await join(new_membership("tls://no-such-host.invalid:1"), "a", lambda _: None)


async def test_it_ends_when_another_clusters_coordinator_has_the_address_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(generator, "_AGAIN_S", 0.1)
    membership, coordinator = await started("127.0.0.1:0")
    address, others = membership.address.removeprefix("tls://"), []

    def joined(text: str) -> None:
        if text.startswith("Joined"):
            coordinator.cancel()
            coordinator.add_done_callback(lambda _: others.append(asyncio.create_task(started(address))))

    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(ProblemError, match=r"has ended: the coordinator at .* is now that of another cluster"):
            await join(membership, "a", joined)
    _, other = await others[0]
    other.cancel()
    await asyncio.wait({other})


async def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ProblemError, match=r"cannot be kept in .*file/flux-desktop\. Not a directory"):
        await join(new_membership("tls://127.0.0.1:9"), "a", lambda _: None)


def test_two_generators_of_a_machine_have_different_names() -> None:
    names = {default_name() for _ in range(5)}
    assert len(names) > 1, "also in containers, where each is process 1"
    assert all(name.rpartition("-")[2].isdigit() for name in names)


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("listen", ["127.0.0.1:0", "[::1]:0"])
async def test_without_its_coordinator_it_ends_once_the_line_has_expired(listen: str) -> None:
    if listen.startswith("[") and not has_ipv6():
        pytest.skip("this machine has no IPv6")
    membership, coordinator = await started(listen)
    assert membership.address.startswith(f"tls://{listen[:-1]}")
    expired = msgspec.structs.replace(membership, until_s=0.0)
    notices: list[str] = []

    def joined(text: str) -> None:
        notices.append(text)
        coordinator.cancel()

    with pytest.raises(ProblemError, match="has expired"):
        await join(expired, "a", joined, listen)
    await asyncio.wait({coordinator})
    assert notices == [
        f"Joined {membership.address} as a.",
        "The coordinator was lost; its streams end within 5 s. Trying to rejoin.",
    ]
