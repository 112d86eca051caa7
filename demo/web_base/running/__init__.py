"""Run a program: listen, serve, stop, and start one as a process."""
