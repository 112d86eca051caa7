"""Make a host, fork before anything of the provider was used, call hooks in the child, and say what it imported."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from carloop_plugin import plugin
from mobility_hookspecs import MobilityHost


def calls(host: MobilityHost) -> list[Any]:
    """Call what a planner calls; give what was answered."""
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=400)
    period = {"start": start.isoformat(), "end": (start + timedelta(hours=9)).isoformat()}
    search: Any = {"site": "main", "period": period, "filters": {"vehicle_classes": [], "features": []}}
    cancel: Any = {
        "change_id": "5f0c2a52-6b0a-4d63-9d3e-111111111111",
        "provider": "carloop",
        "action": "cancel",
    }
    host.mobility_options({**search, "limit": 0})
    answers: list[Any] = [
        host.mobility_options(search, locale="en").answers.get("carloop"),
        host.reconcile().answers.get("carloop"),
        host.mobility_states(["A-1"]).answers.get("carloop"),
        host.check("carloop", "main"),
        host.change_rental({**cancel, "site": "main", "rental_id": "R-0"}),
    ]
    host.settings("carloop", "main")
    host.close()
    return [each for each in answers if each]


def main() -> None:
    """Fork."""
    host = MobilityHost.of(plugin, strict=True)
    child = os.fork()
    if child == 0:
        before = set(sys.modules)
        answers = calls(host)
        print(
            json.dumps({"answered": len(answers), "imported": sorted(set(sys.modules) - before)}), flush=True
        )
        os._exit(0)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
