"""`python -m carloop_story.planner_process`: one planner process of the story, started by `scripted`.

It reads one line: the part, the language, the sandbox's address, the token, what the part before remembered. It
writes a line for each step, then what is to be remembered. Then it waits to be killed.
"""

import json
import sys
from datetime import date

from carloop_story import after_crash, before_crash
from carloop_story.appointments import Appointments
from carloop_story.carloop import Carloop
from carloop_story.context import StepContext
from carloop_story.steps import language_of, run_step, steps_of

PARTS = {"before_crash": before_crash, "after_crash": after_crash}


def main() -> None:
    """Run one part of the story."""
    from mobility_hookspecs import MobilityHost

    task = json.loads(sys.stdin.readline())
    language = language_of(task["locale"])
    with MobilityHost.load(locale=language.code) as host:
        carloop = Carloop(task["base_url"], task["token"])
        appointments = Appointments(date.fromisoformat(task["day"]))
        context = StepContext(host, carloop, language.code, appointments, task["memory"])
        for step in steps_of(PARTS[task["part"]]):
            _write(run_step(step, context, language))
        _write({"memory": context.memory})
        # An end of its own would close the records in order, which a power cut does not.
        sys.stdin.readline()


def _write(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
