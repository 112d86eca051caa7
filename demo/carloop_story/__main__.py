"""`python -m carloop_story`: tell one act, told on standard input which; for `demo` alone.

One line in: act, language, the sandbox's address, the token, what the act before remembered. Lines out: a step
each, then what is to be remembered. Then it waits: `demo` kills the first act in the middle of its life.
"""

from __future__ import annotations

import json
import sys
from datetime import date

from carloop_plugin.cli.texts import Texts
from carloop_story import first_act, second_act
from carloop_story.diary import Diary
from carloop_story.sandbox import SandboxControls
from carloop_story.stage import Stage
from carloop_story.telling import tell

ACTS = {"first": first_act.STEPS, "second": second_act.STEPS}


def main() -> None:
    """Tell an act."""
    from mobility_hookspecs import MobilityHost

    asked = json.loads(sys.stdin.readline())
    texts = Texts(asked["locale"])
    with MobilityHost.load(locale=texts.locale) as host:
        sandbox = SandboxControls(asked["base_url"])
        stage = Stage(
            host,
            sandbox,
            asked["token"],
            texts.locale,
            Diary(date.fromisoformat(asked["day"])),
            asked["memory"],
        )
        for step in ACTS[asked["act"]]:
            _say(tell(step, stage, texts).document())
        _say({"memory": stage.memory})
        sys.stdin.readline()


def _say(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
