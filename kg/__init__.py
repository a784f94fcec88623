"""Immune mechanisms as knowledge graphs: written once, then checked, drawn, exported and asked.

>>> import kg
>>> mechanism = kg.read("ta1-tlr7")                  # an id in seeds/, a file or its folder
>>> mechanism.node("TLR7").term.label
'Toll-Like Receptor 7'
>>> mechanism.edge("degradation").sentence.text
'RNase_A degrades miR146a'
>>> kg.check(mechanism).errors
()

Whatever kg raises of its own is a ``KgError``::

    KgError
    ├── InvalidMechanism   a file, or a mechanism made in Python, is wrong; ``diagnostics`` says where and why
    ├── UnknownName        no node, edge or condition has this name; it says which may have been meant
    │   └── AmbiguousName  several nodes have it; it lists them
    ├── MissingLibrary     an extra of kg that is needed is not installed
    ├── UnknownFormat      no format has this name or ending
    ├── QueryError         a question about a run has no answer: contradictory settings, or no such value
    ├── NoAnswer           a SPARQL query is wrong, too slow, or its endpoint does not answer
    └── BulkError          a whole graph cannot be converted: too many rejects, a missing library, a stopped engine

``kg.page``, ``kg.site`` and ``kg.bulk`` are modules: ``kg.page.html(mechanism)``, ``kg.site.write([mechanism], out)``,
``kg.bulk.bulk(nodes, edges, out)``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what a type checker sees; each name is imported on first use, so `import kg` costs nothing
    from kg import bulk as bulk
    from kg import page as page
    from kg import site as site
    from kg.bulk import BulkError as BulkError
    from kg.checks import check as check
    from kg.formats import UnknownFormat as UnknownFormat
    from kg.formats import convert as convert
    from kg.formats import read as read
    from kg.formats import seeds as seeds
    from kg.formats import write as write
    from kg.model.diagnostics import AmbiguousName as AmbiguousName
    from kg.model.diagnostics import InvalidMechanism as InvalidMechanism
    from kg.model.diagnostics import KgError as KgError
    from kg.model.diagnostics import MissingLibrary as MissingLibrary
    from kg.model.diagnostics import UnknownName as UnknownName
    from kg.model.grounding import ground as ground
    from kg.model.mechanism import Mechanism as Mechanism
    from kg.model.texts import locate as locate
    from kg.model.verbs import verbs as verbs
    from kg.page import embed as embed
    from kg.page.figure import figure as figure
    from kg.reasoning.disagreements import conflicts as conflicts
    from kg.reasoning.experiments import discriminate as discriminate
    from kg.reasoning.gaps import gaps as gaps
    from kg.reasoning.merge import merge as merge
    from kg.reasoning.network import QueryError as QueryError
    from kg.reasoning.reasons import why as why
    from kg.reasoning.routes import routes as routes
    from kg.reasoning.screens import screen as screen
    from kg.reasoning.whatif import whatif as whatif
    from kg.review.curate import add_source as add_source
    from kg.review.diff import diff as diff
    from kg.review.suggest import draft as draft
    from kg.site.build import build as build
    from kg.sparql import NoAnswer as NoAnswer
    from kg.sparql import ask as ask
    from kg.sparql import questions as questions
    from kg.sparql.push import push as push

__version__ = "0.2.0"

#: Where each public name lives.
_HOME = {
    "AmbiguousName": "kg.model.diagnostics",
    "BulkError": "kg.bulk",
    "InvalidMechanism": "kg.model.diagnostics",
    "KgError": "kg.model.diagnostics",
    "Mechanism": "kg.model.mechanism",
    "MissingLibrary": "kg.model.diagnostics",
    "NoAnswer": "kg.sparql",
    "QueryError": "kg.reasoning.network",
    "UnknownFormat": "kg.formats",
    "UnknownName": "kg.model.diagnostics",
    "add_source": "kg.review.curate",
    "ask": "kg.sparql",
    "build": "kg.site.build",
    "bulk": "kg",
    "check": "kg.checks",
    "conflicts": "kg.reasoning.disagreements",
    "convert": "kg.formats",
    "diff": "kg.review.diff",
    "discriminate": "kg.reasoning.experiments",
    "draft": "kg.review.suggest",
    "embed": "kg.page",
    "figure": "kg.page.figure",
    "gaps": "kg.reasoning.gaps",
    "ground": "kg.model.grounding",
    "locate": "kg.model.texts",
    "merge": "kg.reasoning.merge",
    "page": "kg",
    "push": "kg.sparql.push",
    "questions": "kg.sparql",
    "read": "kg.formats",
    "routes": "kg.reasoning.routes",
    "screen": "kg.reasoning.screens",
    "seeds": "kg.formats",
    "site": "kg",
    "verbs": "kg.model.verbs",
    "whatif": "kg.reasoning.whatif",
    "why": "kg.reasoning.reasons",
    "write": "kg.formats",
}
__all__ = sorted([*_HOME, "data_dir"])


def data_dir(name: str) -> Path:
    """The folder ``ontology`` or ``seeds``: inside an installed kg, or beside it in a checkout.

    >>> data_dir("ontology").joinpath("predicates.tsv").is_file()
    True
    """
    here = Path(__file__).resolve().parent
    return next(folder for folder in (here / name, here.parent / name) if folder.is_dir())


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            raise AttributeError(f"module 'kg' has no attribute {name!r}")
        if _HOME[name] == "kg":
            return import_module(f"kg.{name}")
        return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
