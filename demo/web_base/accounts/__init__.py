"""Accounts, passwords, sessions, and the pages for signing in."""
