"""The transport of a run over Amazon SageMaker: where its streams go, and the keys that new ones are opened with."""

from __future__ import annotations

from flux_desktop.aws.stream.opener import StreamOpener
from flux_desktop.aws.stream.receive_queue import SharedWakeUps
from flux_desktop.aws.target import Credentials, StreamListener, StreamTarget, StreamTimeouts
from flux_desktop.engine.connection.transport import OpenStream
from flux_desktop.engine.records.plan import RunPlan


class SageMakerTransport:
    """Opens SageMaker streams (a `Transport`). Made for one event loop."""

    def __init__(
        self,
        plan: RunPlan,
        credentials: Credentials,
        timeouts: StreamTimeouts | None = None,
        wake_ups: SharedWakeUps | None = None,
    ) -> None:
        """With `wake_ups` messages may wait for the loop's next one (`aws.stream.receive_queue`)."""
        self._credentials = credentials
        self._opener = StreamOpener(
            StreamTarget(
                endpoint_name=plan.endpoint,
                region=plan.region,
                endpoint_url=plan.endpoint_url,
                ca_file=plan.ca_file,
                target_variant=plan.target_variant,
            ),
            timeouts,
            wake_ups,
            plan.streams_per_channel,
        )

    def renew(self, credentials: Credentials) -> None:
        """Open streams with these keys from now on; open ones keep theirs."""
        self._credentials = credentials

    async def open(self, query_string: str, listener: StreamListener) -> OpenStream:
        """Open a stream; raises `ProblemError`."""
        return await self._opener.open(query_string, self._credentials, listener)

    async def close(self) -> None:
        """Close every stream that is still open, within two seconds."""
        await self._opener.close()
