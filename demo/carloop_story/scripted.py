"""Run the story: a sandbox and two planner processes, the first of which is killed."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

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
        own = {"CARLOOP_BASE_URL": sandbox, "CARLOOP_TOKEN": token, "PYTHONIOENCODING": "utf-8"}
        environ = own_environment(Path(folder)) | own
        # One day for both processes: the story may run over midnight.
        task = {"locale": language.code, "base_url": sandbox, "token": token, "day": today().isoformat()}
        memory: dict[str, str] = {}
        for part in ("before_crash", "after_crash"):
            yield from _run_part(task | {"part": part}, memory, environ=environ)


def _run_part(
    task: dict[str, Any], memory: dict[str, str], *, environ: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    """Run one part in a process of its own and kill that afterwards, as a power cut would."""
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
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  # both are pipes
            process.stdin.write(json.dumps(task | {"memory": memory}) + "\n")
            process.stdin.flush()
            for line in process.stdout:
                document = json.loads(line)
                if "memory" in document:
                    memory.update(document["memory"])
                    return
                yield document
            # It ended before it said what to remember, so the part failed as a whole.
            yield {"step": task["part"], "ok": False, "title": "", "seen": "", "seconds": 0.0, "facts": {}}
        finally:
            process.kill()
