"""Cassettes: how they are written, matched and played."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import vcr
import yaml
from vcr.cassette import Cassette
from vcr.request import Request
from vcr.serializers import yamlserializer

from carloop_scenes.scrub import HOST, scrub_request, scrub_response

FOLDER = Path(__file__).resolve().parents[3] / "cassettes"
MATCH = ("method", "path", "query", "body", "intent")
_INTENT = ("idempotency-key", "if-match", "if-none-match")


def cassette_of(name: str, *, folder: Path = FOLDER) -> Path:
    """Name the file of a scene's cassette."""
    return folder / f"{name}.yaml"


@contextmanager
def recording(path: Path, *, origin: str) -> Iterator[Cassette]:
    """Record all that is said to the interface at `origin` while the block runs; kept where it ends well."""
    with _recorder(origin=origin).use_cassette(str(path), record_mode="all") as cassette:
        yield cassette


@contextmanager
def replaying(path: Path) -> Iterator[Cassette]:
    """Answer from a cassette while the block runs; what was not recorded cannot be asked."""
    if not path.exists():
        raise FileNotFoundError(f"{path.name} was never recorded: make cassettes")
    with _recorder(origin=HOST).use_cassette(str(path), record_mode="none") as cassette:
        yield cassette


def _recorder(*, origin: str) -> vcr.VCR:
    recorder = vcr.VCR(
        before_record_request=scrub_request,
        before_record_response=lambda response: scrub_response(response, origin=origin),
        serializer="readable",
        match_on=MATCH,
        record_on_exception=False,
    )
    recorder.register_matcher("intent", _same_intent)
    recorder.register_serializer(
        "readable", SimpleNamespace(serialize=_write, deserialize=yamlserializer.deserialize)
    )
    return recorder


def _same_intent(one: Request, other: Request) -> None:
    for name in _INTENT:
        assert one.headers.get(name) == other.headers.get(name), name


class _Dumper(yaml.SafeDumper):
    """YAML as a person reads it; any YAML reader, vcrpy's own included, reads the same from it."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def _write(cassette: dict[str, Any]) -> str:
    # never libyaml's writer, which folds lines elsewhere: the same recording is the same bytes everywhere
    return str(yaml.dump(cassette, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000))
