"""What lies about on the stage for a person to try: a folder, an appointment, a token's label."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carloop_story.diary import Diary, today


@contextmanager
def try_it_folder(data: Path | None) -> Iterator[Path]:
    """Give the folder for the demo's data: the one asked for, or a temporary one that is removed in the end."""
    if data is not None:
        data.mkdir(parents=True, exist_ok=True)
        yield data.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="carloop-demo-") as folder:
        yield Path(folder)


def write_appointment(folder: Path) -> Path:
    """Write an appointment to save, and give its path."""
    path = folder / "appointment.json"
    path.write_text(json.dumps(Diary(today()).main, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path


def new_label() -> str:
    """Give a label that no token of the sandbox has yet."""
    return f"demo {uuid.uuid4().hex[:8]}"
