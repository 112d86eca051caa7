"""An intent to record."""

from tests.store.conftest import make_intent

__all__ = ["make_intent"]
