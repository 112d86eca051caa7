"""The files of the cassettes: their folder, how they are written, and how requests are matched."""

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import vcr
import yaml
from vcr.serializers import yamlserializer

from tests.cassettes.recorder.scrub import HOST, scrub_request, scrub_response

FOLDER = Path(__file__).resolve().parents[3] / "cassettes"
MATCH = ("method", "path", "query", "body", "intent")
_INTENT = ("idempotency-key", "if-match", "if-none-match")


def cassette_of(name, *, folder=FOLDER):
    """Return the path of a scenario's cassette."""
    return folder / f"{name}.yaml"


@contextmanager
def recording(path, *, origin):
    """Record all requests to the interface at `origin` while the block runs; written if it does not raise."""
    with _recorder(origin).use_cassette(str(path), record_mode="all") as cassette:
        yield cassette


@contextmanager
def replaying(path):
    """Answer from a cassette while the block runs; a request that was not recorded fails."""
    if not path.exists():
        raise FileNotFoundError(f"{path.name} was never recorded: make cassettes")
    with _recorder(HOST).use_cassette(str(path), record_mode="none") as cassette:
        yield cassette


def _recorder(origin):
    recorder = vcr.VCR(
        before_record_request=scrub_request,
        before_record_response=lambda response: scrub_response(response, origin=origin),
        serializer="readable",
        match_on=MATCH,
        record_on_exception=False,
    )
    recorder.register_matcher("intent", _same_intent)
    serializer = SimpleNamespace(serialize=_write, deserialize=yamlserializer.deserialize)
    recorder.register_serializer("readable", serializer)
    return recorder


def _same_intent(one, other):
    for name in _INTENT:
        assert one.headers.get(name) == other.headers.get(name), name


class _Dumper(yaml.SafeDumper):
    """YAML as a person reads it; any YAML reader, vcrpy's own included, reads the same from it."""


def _represent_text(dumper, text):
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def _write(cassette):
    # never libyaml's writer, which folds lines elsewhere: the same recording is the same bytes everywhere
    return yaml.dump(cassette, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000)
