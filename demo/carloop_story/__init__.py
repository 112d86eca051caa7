"""`carloop demo`: both programs connected to each other, or a rental's whole story over real HTTP and real hooks.

The story runs in two processes. The first is killed while a booking's outcome is unknown, the second starts from
the records of the first: this shows that a restart loses nothing.
"""

__version__ = "1.1.0"
