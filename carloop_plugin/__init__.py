"""The Carloop provider for workshop planners."""

__version__ = "1.0.0"
