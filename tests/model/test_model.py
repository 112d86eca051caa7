"""No story that hypothesis finds loses or doubles a rental, or tells a planner what is not so."""

from carloop_model.machine import Dealership
from hypothesis import HealthCheck, Phase, settings

TestDealership = Dealership.TestCase
TestDealership.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
