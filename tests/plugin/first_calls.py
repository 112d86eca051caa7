"""Make a host, fork before anything of the provider was used, call hooks in the child, and print what it imported."""

import json
import os
import sys
from datetime import UTC, datetime, timedelta

from carloop_plugin import plugin
from mobility_hookspecs import MobilityHost


def count_answers(host):
    """Call what a planner calls, and return how many calls were answered."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
    period = {"start": start.isoformat(), "end": (start + timedelta(hours=9)).isoformat()}
    search = {"site": "main", "period": period, "filters": {"vehicle_classes": [], "features": []}}
    change_id = "5f0c2a52-6b0a-4d63-9d3e-111111111111"
    cancel = {"change_id": change_id, "provider": "carloop", "action": "cancel", "rental_id": "R-0"}
    host.mobility_options({**search, "limit": 0})
    answers = [
        host.mobility_options(search, locale="en").answers.get("carloop"),
        host.reconcile().answers.get("carloop"),
        host.mobility_states(["A-1"]).answers.get("carloop"),
        host.check("carloop", "main"),
        host.change_rental({**cancel, "site": "main"}),
    ]
    host.settings("carloop", "main")
    host.close()
    return sum(bool(each) for each in answers)


if __name__ == "__main__":
    made = MobilityHost.of(plugin, strict=True)
    child = os.fork()
    if child:
        os.waitpid(child, 0)
    else:
        before = set(sys.modules)
        answered = count_answers(made)
        imported = sorted(set(sys.modules) - before)
        print(json.dumps({"answered": answered, "imported": imported}), flush=True)
        os._exit(0)
