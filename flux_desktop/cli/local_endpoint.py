"""``flux-stress local-endpoint``: runs the built-in Flux endpoint in this process."""

from __future__ import annotations

from flux_desktop.local_endpoint.http.arguments import add_arguments, run

__all__ = ["add_arguments", "run"]
