"""How a rule is registered, and how it complains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from kg.model.diagnostics import Diagnostic, Location
from kg.model.mechanism import Mechanism
from kg.model.plugins import plugged

Rule = Callable[[Mechanism], Iterable[Diagnostic]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Register a rule; rules run in the order of their files, and of each file."""
    RULES.append(function)
    return function


def rules() -> tuple[Rule, ...]:
    """Every rule: those of kg, then those of other packages, each an entry point of the group ``kg.rules``."""
    return (*RULES, *_of_others())


@cache
def _of_others() -> tuple[Rule, ...]:
    return tuple(found for _, found in plugged("kg.rules"))


def error(at: Location | None, code: str, message: str, help: str = "", steps: tuple[str, ...] = ()) -> Diagnostic:
    return Diagnostic(at or Location("<mechanism>", 1, 1), code, message, help, steps=steps)


def warning(at: Location | None, code: str, message: str, help: str = "") -> Diagnostic:
    return Diagnostic(at or Location("<mechanism>", 1, 1), code, message, help, "warning")


def hint(at: Location | None, code: str, message: str, help: str = "") -> Diagnostic:
    return Diagnostic(at or Location("<mechanism>", 1, 1), code, message, help, "hint")
