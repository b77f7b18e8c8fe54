"""Dask's nodes as this program uses them: mutual TLS only, no web server, nothing repeated and nothing stolen.

Importing this module loads Dask and changes its settings for the whole process.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

import dask
from distributed import Client, Scheduler, Worker
from distributed.security import Security

from flux_desktop.cluster.membership import Membership

dask.config.set(
    {
        # By default a lost worker's tasks run again elsewhere, which would double the load.
        "distributed.scheduler.allowed-failures": 0,
        "distributed.scheduler.work-stealing": False,
        "distributed.scheduler.worker-ttl": None,
        "distributed.scheduler.validate": False,
        "distributed.worker.memory.target": False,
        "distributed.worker.memory.spill": False,
        "distributed.worker.memory.pause": False,
        "distributed.worker.memory.terminate": False,
        "distributed.worker.use-file-locking": False,
        "distributed.comm.require-encryption": True,
        "distributed.comm.timeouts.connect": "10s",
        "distributed.admin.tick.limit": "1h",
        "distributed.worker.profile.enabled": False,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
)
warnings.filterwarnings("ignore", message="Couldn't detect a suitable IP address", category=RuntimeWarning)
warnings.filterwarnings("ignore", message="get_ipv6 is deprecated", category=FutureWarning)
# What fails is reported in words of this program; Dask's own tracebacks are for those who asked for details.
_LEVEL = logging.ERROR if logging.getLogger().isEnabledFor(logging.DEBUG) else logging.CRITICAL
for _name in ("distributed", "distributed.client", "distributed.gc", "tornado", "tornado.application"):
    logging.getLogger(_name).setLevel(_LEVEL)


class _WithoutWebServer:
    """Dask serves its state over plain HTTP besides; here no port is open without TLS."""

    http_server = None

    def start_http_server(self, *_: Any, **__: Any) -> None:
        """Open nothing."""


class SchedulerNode(_WithoutWebServer, Scheduler):  # type: ignore[misc]
    """Dask's scheduler."""


class WorkerNode(_WithoutWebServer, Worker):  # type: ignore[misc]
    """Dask's worker, in this process: no nanny starts another one when it ends."""


def security(membership: Membership) -> Security:
    """Both sides of every connection show a certificate of the cluster's own authority."""
    ca, cert, key = membership.ca, membership.cert, membership.key
    return Security(
        require_encryption=True,
        tls_min_version=771,  # TLS 1.2
        tls_ca_file=ca,
        tls_client_cert=cert,
        tls_client_key=key,
        tls_scheduler_cert=cert,
        tls_scheduler_key=key,
        tls_worker_cert=cert,
        tls_worker_key=key,
    )


def client(membership: Membership, timeout_s: float = 10.0) -> Client:
    """To be awaited or entered. It becomes the process's default client, by which Dask's actors find theirs."""
    return Client(
        membership.address,
        asynchronous=True,
        security=security(membership),
        timeout=timeout_s,
        name="flux-stress",
    )
