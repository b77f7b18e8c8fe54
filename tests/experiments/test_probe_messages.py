"""What the messages of a probe's conversation contain."""

from __future__ import annotations

from flux_desktop.engine.records.events import ConnectionEnded, Received, Sent
from flux_desktop.engine.records.facts import LedgerClass
from flux_desktop.experiments.probe_checks import Prober
from flux_desktop.experiments.probe_messages import connected_finding, finding_of, message_findings
from flux_desktop.flux.messages import ForceEndTurn, encode
from flux_desktop.flux.options import FluxOptions
from tests.engine.connection.fake_transport import FakeTransport, polite
from tests.experiments.test_probe_stream import stream_on
from tests.stepped_loop import run


def test_a_conversation_says_what_the_build_sends() -> None:
    async def live() -> None:
        async with stream_on(FakeTransport(polite)) as stream:
            stream.begin_audio()
            stream.send(encode(ForceEndTurn()))
            await stream.wait_for(lambda: bool(stream.turn_infos("EndOfTurn")), 5.0)
        findings = {each.key: each for each in message_findings(stream)}
        assert findings["message:EndOfTurn"].outcome == "yes"
        assert findings["message:word times"].seen == "no words were received"
        assert findings["message:Update interval"].outcome == "no", "there was none"
        events = stream.events(3, 0.0)
        assert any(isinstance(event, Sent) and "ForceEndTurn" in event.text for event in events)
        assert [event.type for event in events if isinstance(event, Received)][:1] == ["Connected"]
        assert {event.conn for event in events if isinstance(event, Received)} == {3}
        ended = events[-1]
        assert isinstance(ended, ConnectionEnded)
        assert ended.summary.ledger is LedgerClass.COMPLETED
        assert ended.t >= max(event.t for event in events if isinstance(event, Received))

    run(live())


def test_findings_are_worded() -> None:
    assert connected_finding(0.044).seen == "after 44 ms"
    assert finding_of("a:b", "b", "yes", "no", "x").outcome == "no"


def test_nothing_is_sent_before_it_runs() -> None:
    prober = Prober(FakeTransport(polite), FluxOptions(), b"")
    assert prober.traffic(0.0) == []
