"""The notation: how a mechanism is written by hand."""

from kg.formats.notation.read import parse, parse_bytes
from kg.formats.notation.write import text

__all__ = ["parse", "parse_bytes", "text"]
