"""Run the story: a sandbox and two planner processes, the first of which is killed."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from carloop_sandbox.remote import Controls
from carloop_story.appointments import today
from carloop_story.both_programs import own_environment, run_sandbox_program
from carloop_story.context import TOKEN_LABEL
from web_base.languages import Language


def run_story(language: Language) -> Iterator[dict[str, object]]:
    """Run the story and yield each step's result: step, ok, title, seen, seconds, facts."""
    with (
        tempfile.TemporaryDirectory(prefix="carloop-demo-") as folder,
        run_sandbox_program(locale=language.code) as sandbox,
    ):
        token = Controls(sandbox).add_token(TOKEN_LABEL)
        story = _Story(sandbox, token, Path(folder), language.code)
        yield from story.run("before_crash")
        yield from story.run("after_crash")


@dataclass(slots=True)
class _Story:
    sandbox: str
    token: str = field(repr=False)
    folder: Path
    locale: str
    day: date = field(default_factory=today)
    memory: dict[str, str] = field(default_factory=dict)

    def run(self, part: str) -> Iterator[dict[str, object]]:
        """Run one part in a process of its own and kill that afterwards, as a power cut would."""
        environ = own_environment(self.folder) | {
            "CARLOOP_BASE_URL": self.sandbox,
            "CARLOOP_TOKEN": self.token,
            "PYTHONIOENCODING": "utf-8",
        }
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "carloop_story.planner_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
            text=True,
            encoding="utf-8",
            # A Ctrl-C at the terminal is for this process, which ends the other.
            start_new_session=True,
        ) as process:
            try:
                yield from self._results(process, part)
            finally:
                process.kill()

    def _results(self, process: "subprocess.Popen[str]", part: str) -> Iterator[dict[str, object]]:
        task: dict[str, object] = {
            "part": part,
            "locale": self.locale,
            "base_url": self.sandbox,
            "token": self.token,
        }
        task |= {"day": self.day.isoformat(), "memory": self.memory}
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  # both are pipes
        process.stdin.write(json.dumps(task) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            document = json.loads(line)
            if "memory" in document:
                self.memory = document["memory"]
                return
            yield document
        # It ended before it said what to remember, so the part failed as a whole.
        yield {"step": part, "ok": False, "title": "", "seen": "", "seconds": 0.0, "facts": {}}
