"""The scripted demo: one rental's whole story, over real HTTP and the real hooks, each step checked.

It is told by two processes. The first is killed while a booking's outcome is unknown, the second starts from
what the first left in its records: so "also after a restart" is shown, not claimed.
"""

__version__ = "1.0.0"
