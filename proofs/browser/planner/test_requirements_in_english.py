"""The requirements M1 to M15 on the English pages; the daily tests read the German ones."""

import pytest

from tests.browser.test_requirements import *  # noqa: F403 - the same tests, in another language
from tests.support.browser.texts import Texts


@pytest.fixture
def t():
    """The English texts."""
    return Texts("en")
