"""Run these tests with pytest, which takes the arguments: `python -m proofs.browser -k outage`."""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__).parent), *sys.argv[1:]]))
