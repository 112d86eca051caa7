import keyring
import pytest
from keyring.backends import fail


@pytest.fixture(autouse=True)
def no_keyring():
    """Start without a keyring, and put the tester's own back."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)
