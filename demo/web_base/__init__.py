"""What the planner host and the sandbox have in common: serving, the command line, sign-in, safe pages, languages.

The two programs stand for different vendors and know nothing of each other; what must be right in both (sessions, the
same-origin rule, the headers) exists once, here. This package knows no other package of the project.
"""
