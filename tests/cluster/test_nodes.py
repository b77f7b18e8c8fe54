"""Tests for cluster.nodes: what Dask must not do. That strangers get no answer is in test_coordinator."""

from __future__ import annotations

import logging

import dask
import pytest

from flux_desktop.cluster.membership import new_membership
from flux_desktop.cluster.nodes import SchedulerNode, WorkerNode, security


def test_no_task_runs_twice_and_none_moves() -> None:
    assert dask.config.get("distributed.scheduler.allowed-failures") == 0
    assert dask.config.get("distributed.scheduler.work-stealing") is False


@pytest.mark.parametrize("name", ["distributed.utils", "distributed.client", "distributed.gc", "tornado.application"])
def test_what_dask_logs_of_a_lost_peer_does_not_reach_the_user(name: str) -> None:
    assert not logging.getLogger(name).isEnabledFor(logging.ERROR)


@pytest.mark.parametrize("node", [SchedulerNode, WorkerNode])
def test_there_is_no_web_server(node) -> None:
    assert node.start_http_server(object()) is None
    assert node.http_server is None


def test_both_sides_of_every_connection_must_show_a_certificate() -> None:
    membership = new_membership("tls://127.0.0.1:9")
    tls_settings = security(membership)
    assert tls_settings.require_encryption
    for role in ("client", "scheduler", "worker"):
        assert tls_settings.get_tls_config_for_role(role) == {
            "ca_file": membership.ca,
            "cert": membership.cert,
            "key": membership.key,
            "ciphers": None,
        }
