"""Frames between the endpoint and its decode process survive any cutting of the pipe."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flux_desktop.local_endpoint.recognition.decode_protocol import READY, DecodeResult, Request, Unpacker, pack
from flux_desktop.local_endpoint.recognition.turn_taking import SpokenWord

REQUESTS = st.builds(
    Request,
    st.integers(0, 2**31),
    st.sampled_from(["audio", "pause", "end", "drop"]),
    st.binary(max_size=300),
    st.integers(0, 400),
    st.sampled_from(["", "en"]),
)


@given(st.lists(REQUESTS, max_size=8), st.lists(st.integers(0, 2000), max_size=6))
def test_messages_are_the_same_however_they_are_cut(requests: list[Request], cuts: list[int]) -> None:
    data, unpacker, received, at = b"".join(map(pack, requests)), Unpacker(Request), [], 0
    for cut in [*sorted(cuts), len(data)]:
        received += unpacker.feed(data[at:cut])
        at = max(at, cut)
    assert received == requests


def test_words_come_back_as_words() -> None:
    answer = DecodeResult(3, 12, (SpokenWord("He", 0.1, 0.3, 0.9, "en"),), final=True)
    assert Unpacker(DecodeResult).feed(pack(READY) + pack(answer)) == [READY, answer]
