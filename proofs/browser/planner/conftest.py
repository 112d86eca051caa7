"""A planner with several providers."""

import pytest

from proofs.browser.providers import install_providers
from tests.support.browser import programs


@pytest.fixture(scope="session")
def planner_with_providers(carloop_program, tmp_path_factory):
    """A planner with Carloop, a taxi, a bus that fails and a ship that cannot be loaded."""
    providers = tmp_path_factory.mktemp("providers")
    install_providers(providers)
    folder = tmp_path_factory.mktemp("planner-with-providers")
    with programs.planner_program(folder, carloop_url=carloop_program.url, providers=providers) as program:
        yield program
