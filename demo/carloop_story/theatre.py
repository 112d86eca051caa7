"""Put the story on: a sandbox, two processes, and a kill between them. Nothing of the user's own is touched."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from carloop_plugin.cli.texts import Texts
from carloop_story.diary import today
from carloop_story.sandbox import SandboxControls, running_sandbox
from carloop_story.stage import TOKEN_LABEL


def told_story(texts: Texts) -> Iterator[dict[str, object]]:
    """Play the story and give each step as it is told: step, ok, title, seen, seconds, facts."""
    with (
        tempfile.TemporaryDirectory(prefix="carloop-demo-") as folder,
        running_sandbox(locale=texts.locale) as sandbox,
    ):
        play = _Play(sandbox, sandbox.new_token(TOKEN_LABEL), Path(folder), texts.locale)
        yield from play.act("first")
        yield from play.act("second")


@dataclass(slots=True)
class _Play:
    sandbox: SandboxControls
    token: str = field(repr=False)
    folder: Path
    locale: str
    day: date = field(default_factory=today)
    memory: dict[str, str] = field(default_factory=dict)

    def act(self, name: str) -> Iterator[dict[str, object]]:
        """Tell one act in a process of its own, and kill it where it stands, as a power cut would."""
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "carloop_story"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environ(),
            text=True,
            encoding="utf-8",
            # Ctrl-C is ours to answer.
            start_new_session=True,
        ) as process:
            try:
                yield from self._listen(process, name)
            finally:
                process.kill()

    def _listen(self, process: subprocess.Popen[str], name: str) -> Iterator[dict[str, object]]:
        if process.stdin is None or process.stdout is None:  # pragma: no cover - both are pipes
            return
        process.stdin.write(json.dumps(self._question(name)) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            document = json.loads(line)
            if "memory" in document:
                self.memory = document["memory"]
                return
            yield document
        yield {"step": f"{name}_act", "ok": False, "title": "", "seen": "", "seconds": 0.0, "facts": {}}

    def _question(self, name: str) -> dict[str, object]:
        return {
            "act": name,
            "locale": self.locale,
            "base_url": self.sandbox.base_url,
            "token": self.token,
            "day": self.day.isoformat(),
            "memory": self.memory,
        }

    def _environ(self) -> dict[str, str]:
        """Give the environment of an act: the sandbox, a store of its own, and nothing of the user's settings."""
        config = self.folder / "config.toml"
        config.touch()
        environ = {name: value for name, value in os.environ.items() if name != "WORKSHOP_PLANNER_DISABLE"}
        return environ | {
            "CARLOOP_BASE_URL": self.sandbox.base_url,
            "CARLOOP_TOKEN": self.token,
            "CARLOOP_STORE": str(self.folder / "carloop.sqlite3"),
            "CARLOOP_CONFIG": str(config),
            "PYTHONIOENCODING": "utf-8",
        }
