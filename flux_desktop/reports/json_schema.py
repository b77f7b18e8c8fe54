"""JSON Schema of what the program prints and writes, made from the types that are encoded."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(kind: type[msgspec.Struct], name: str, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """The schema of a struct with a schema number, less the fields that are not encoded."""
    (schema,), definitions = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}", schema_hook=_counter)
    whole = definitions[schema["$ref"].rpartition("/")[2]]
    for field in without:
        whole["properties"].pop(field)
    if "required" in whole:
        whole["required"] = [field for field in whole["required"] if field not in without]
    number = whole["properties"]["schema"].get("default", 1)
    whole["properties"]["schema"] = {"const": number}
    return {"$schema": _DIALECT, "$id": f"flux-desktop-{name}-{number}", **schema, "$defs": definitions}


def _counter(kind: type) -> dict[str, Any]:
    if issubclass(kind, Counter):
        return {"type": "object", "additionalProperties": {"type": "integer"}}
    raise NotImplementedError
