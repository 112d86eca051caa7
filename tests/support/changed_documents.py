"""One place of a document changed, added or taken away."""

from typing import Any

GONE = object()


def changed(document: Any, pointer: str, value: object) -> Any:
    """Change a document at a JSON Pointer, and return it; `GONE` takes the place away."""
    *above, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    holder = document
    for step in above:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value
    return document
