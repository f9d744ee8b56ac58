"""The operations of the API, as its own description lists them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tests.support.server import ROOT


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    query: tuple[str, ...]
    body: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    def at(self, value: str) -> str:
        """The path with this value in place of each id."""
        return re.sub(r"\{\w+\}", lambda _: value, self.path)

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        return {name: json.loads(schema) for name, schema in self.body}


@cache
def described() -> list[Operation]:
    """Return every operation of the API description."""
    # The committed file, which CI compares with the code: generating it takes each worker seconds.
    schema: Any = yaml.load((ROOT / "docs/openapi.yaml").read_text(), Loader=yaml.CSafeLoader)

    def fields(operation: Any) -> Iterator[tuple[str, str]]:
        if "requestBody" not in operation:
            return
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        component = schema["components"]["schemas"][reference.rsplit("/", 1)[1]]
        for name, field in component["properties"].items():
            yield name, json.dumps(field, default=str)

    return [
        Operation(
            method,
            path,
            tuple(e["name"] for e in operation.get("parameters", []) if e["in"] == "query"),
            tuple(fields(operation)),
        )
        for path, item in schema["paths"].items()
        for method, operation in item.items()
    ]


WRITES = [each for each in described() if each.method != "get"]
READS = [each for each in described() if each.method == "get"]
