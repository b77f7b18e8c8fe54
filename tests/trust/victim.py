"""A front end to be killed: runs a plan on the built-in endpoint, and prints every event as soon as it hears of it.

Usage: python -m tests.trust.victim SESSIONS_DIR RECOGNISER
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

from flux_desktop.base.resources import resource_path
from flux_desktop.engine.records.commands import Watch
from flux_desktop.engine.records.events import Event, encode_event
from flux_desktop.engine.records.plan import RunPlan, WavSource
from flux_desktop.engine.supervision.supervisor import Supervisor


async def main(sessions_dir: str, recogniser: str) -> None:
    """Run until killed, or until all streams have failed because another process was."""

    def tell(event: Event) -> None:
        os.write(sys.stdout.fileno(), encode_event(event))

    supervisor = Supervisor(tell, sessions_dir=Path(sessions_dir))
    supervisor.send(Watch(connections=None))
    await supervisor.run(
        RunPlan(
            endpoint="local",
            source=WavSource(path=str(resource_path("sample_audio/conversation.wav")), loop=True),
            connections=3,
            local_arguments=("--recogniser", recogniser),
        )
    )


if __name__ == "__main__":
    logging.disable()  # what the killed ones' last words are is not the matter here
    asyncio.run(main(*sys.argv[1:]))
