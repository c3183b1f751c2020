"""The worked examples, ready to parametrize a test with."""

import json
from functools import lru_cache
from pathlib import Path

import pytest

_FILE = Path(__file__).parents[2] / "data" / "venezuela-vectors.json"


@lru_cache(maxsize=1)
def _all() -> dict[str, list[dict]]:
    return json.loads(_FILE.read_text(encoding="utf-8"))["vectors"]


def each(category: str):
    return pytest.mark.parametrize("vector", [pytest.param(v, id=v["id"]) for v in _all()[category]])
