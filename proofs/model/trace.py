"""The trace of a run, a line for each action: how a counterexample is printed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class Violation(AssertionError):
    """Something that must hold does not."""


@dataclass
class Trace:
    """Lines; those of what happened during an action are indented."""

    lines: list[str] = field(default_factory=list)
    _depth: int = 0

    def add(self, line: str) -> None:
        """Add a line."""
        self.lines.append("    " * self._depth + line)

    def add_result(self, begun: int, result: str) -> None:
        """Add the result of the action in line `begun`, in a line of its own if others follow it."""
        if begun == len(self.lines) - 1:
            self.lines[begun] += f" → {result}"
        else:
            self.add(f"→ {result}")

    @contextmanager
    def meanwhile(self, where: str) -> Iterator[None]:
        """Add what happens during an action."""
        self.add(f"  meanwhile, before {where}:")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def __str__(self) -> str:
        return "\n".join(f"{number:3}  {line}" for number, line in enumerate(self.lines, 1))
