"""The schema files as they are written by hand: the contract's, and the components of Carloop's OpenAPI document."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TypeAlias, cast

Schema: TypeAlias = dict[str, object]

PACKAGE = Path(__file__).parent / "mobility_schemas"
CARLOOP = "carloop/"
"""Starts the name of a component of Carloop's OpenAPI document."""


@cache
def contract_schemas() -> dict[str, Schema]:
    """Return the contract's schemas by the name of their file, sorted."""
    # Sorted, so that what is generated from them is the same on every machine.
    return {
        path.stem: json.loads(path.read_bytes()) for path in sorted((PACKAGE / "contract").glob("*.json"))
    }


@cache
def carloop_schemas() -> dict[str, Schema]:
    """Return Carloop's schemas, each by `CARLOOP` and the name of its component."""
    document = json.loads((PACKAGE / "carloop" / "openapi.json").read_bytes())
    components = cast("dict[str, Schema]", document["components"]["schemas"])
    return {CARLOOP + name: schema for name, schema in components.items()}
