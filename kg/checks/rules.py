"""How a rule is registered, and how it complains."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from kg.model.diagnostics import Diagnostic, Location
from kg.model.mechanism import Mechanism

Rule = Callable[[Mechanism], Iterable[Diagnostic]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Register a rule; rules run in the order of their files, and of each file."""
    RULES.append(function)
    return function


def error(at: Location | None, code: str, message: str, help: str = "", steps: tuple[str, ...] = ()) -> Diagnostic:
    return Diagnostic(at or Location("<mechanism>", 1, 1), code, message, help, steps=steps)


def warning(at: Location | None, code: str, message: str, help: str = "") -> Diagnostic:
    return Diagnostic(at or Location("<mechanism>", 1, 1), code, message, help, "warning")
