"""``flux-stress local-endpoint``: starts the built-in Flux endpoint as this process."""

from __future__ import annotations

from flux_desktop.local_endpoint.http.arguments import add_arguments, run

__all__ = ["add_arguments", "run"]
