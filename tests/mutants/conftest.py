"""The tool, importable for the tests of this folder."""

import sys
from pathlib import Path

# the command is run by its path and finds itself the same way
sys.path.insert(0, str(Path(__file__).parent))
