"""Providers and hosts, as the tests of the host kit have them."""

from tests.hookspecs.conftest import hanging, in_threads, make_host, make_provider, papers, release

__all__ = ["hanging", "in_threads", "make_host", "make_provider", "papers", "release"]
