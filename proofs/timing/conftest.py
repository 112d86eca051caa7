"""Providers and hosts, as the tests of the host kit have them."""

from tests.hookspecs.conftest import documents, hanging, in_threads, make_host, make_provider, release

__all__ = ["documents", "hanging", "in_threads", "make_host", "make_provider", "release"]
