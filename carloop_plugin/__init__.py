"""The Carloop provider for workshop planners."""

__version__ = "1.1.0"
