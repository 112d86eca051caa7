"""Look at every page and state in Chromium: both languages, light and dark, wide and narrow, with axe.

python -m proofs.browser [--short] [PYTEST ARGUMENTS]
"""

import sys

from proofs.suites import run_suite

QUICKEST = ("sandbox/test_token.py",)

if __name__ == "__main__":
    sys.exit(run_suite("browser", quickest=QUICKEST))
