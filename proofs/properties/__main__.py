"""Properties tried on many generated examples: both validators agree, schemathesis finds nothing, the search is right.

python -m proofs.properties [--short] [PYTEST ARGUMENTS]
"""

import sys

from proofs.suites import run_suite

QUICKEST = (
    "test_engines_agree.py::test_engines_point_to_the_same_place[customer]",
    "test_search_model.py::test_the_search_equals_the_model[1-0]",
    "test_search_model.py::test_the_search_equals_the_model[1-45]",
)

if __name__ == "__main__":
    sys.exit(run_suite("properties", quickest=QUICKEST))
