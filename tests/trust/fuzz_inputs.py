"""Inputs for a reader: any bytes, a good input with changed places, and JSON of the right names with wild values."""

from __future__ import annotations

import contextlib
import json

from hypothesis import strategies as st

from tests.trust.fuzz_targets import Target

_WILD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([1e308, -1e308, 5e-324, 2**31, 2**53 + 1, -1, 0, "", "\0", "\ud800", "<b>", "[bold]", "\x1b[31m"]),
    st.text(max_size=20),
    st.lists(st.one_of(st.text(max_size=5), st.integers(), st.none()), max_size=3),
    st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=5)), max_size=2),
)
_EDITS = st.lists(
    st.tuples(
        st.integers(0, 4096),
        st.integers(0, 8),
        st.one_of(
            st.binary(max_size=8),
            st.sampled_from(
                [b"\xff\xff\xff\xff", b"\0\0\0\0", b"1e999", b"-1", b"9" * 400, b"[" * 3000, b"null", b'"', b"{}"]
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)


def inputs(name: str, target: Target) -> st.SearchStrategy[bytes]:
    """What to feed a target of this name with."""
    seeds = [seed for seed in target.seeds if len(seed) <= target.longest]
    ways = [
        st.binary(max_size=512),
        st.tuples(st.sampled_from(seeds), _EDITS).map(lambda seed_and_edits: _edited(*seed_and_edits)),
    ]
    objects = [line for seed in seeds for line in seed.splitlines() if _is_object(line)]
    if objects:
        ways.append(st.sampled_from(objects).flatmap(_with_wild_values))
    return st.one_of(ways)


def _edited(data: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for at, length, put in edits:
        at %= len(data) + 1
        data = data[:at] + put + data[at + length :]
    return data


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(fields := json.loads(line), dict) and bool(fields)
    except (ValueError, RecursionError):
        return False


def _with_wild_values(line: bytes) -> st.SearchStrategy[bytes]:
    """The object with some of its values, at any depth one below the top, replaced."""
    fields = json.loads(line)
    names = [(name,) for name in fields] + [
        (name, inner) for name, value in fields.items() if isinstance(value, dict) for inner in value
    ]
    names += [
        (name, 0, inner)
        for name, value in fields.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
        for inner in value[0]
    ]

    def changed(changes: dict[tuple[object, ...], object]) -> bytes:
        fresh = json.loads(line)
        for path, value in changes.items():
            with contextlib.suppress(TypeError, KeyError, IndexError):  # what is above it has been replaced already
                place = fresh
                for step in path[:-1]:
                    place = place[step]
                place[path[-1]] = value
        return json.dumps(fresh).encode("utf-8", "surrogatepass")

    return st.dictionaries(st.sampled_from(names), _WILD, min_size=1, max_size=4).map(changed)
