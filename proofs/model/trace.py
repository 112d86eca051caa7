"""The story of a run, a line a deed: what a counterexample reads as."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


class Violation(AssertionError):
    """Something does not hold that must."""


@dataclass
class Trace:
    """Lines, those of what happened in the middle of a deed set in."""

    lines: list[str] = field(default_factory=list)
    _depth: int = 0

    def add(self, line: str) -> None:
        """Add a line."""
        self.lines.append("    " * self._depth + line)

    def add_result(self, begun: int, result: str) -> None:
        """Say what came of the deed that line number `begun` tells; in a line of its own where others came between."""
        if begun == len(self.lines) - 1:
            self.lines[begun] += f" → {result}"
        else:
            self.add(f"→ {result}")

    @contextmanager
    def meanwhile(self, where: str) -> Iterator[None]:
        """Tell what happens in the middle of a deed."""
        self.add(f"  meanwhile, before {where}:")
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def __str__(self) -> str:
        return "\n".join(f"{number:3}  {line}" for number, line in enumerate(self.lines, 1))
