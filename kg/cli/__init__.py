"""The kg command. Each command is its arguments, one verb of the library, and what it prints."""

from kg.cli import ask, check, compare, exchange, run, screen, show  # noqa: F401  (each adds its commands)
from kg.cli.group import main

__all__ = ["main"]
