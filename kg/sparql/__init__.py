"""Asking in SPARQL: the library of questions, and one verb that runs a question over mechanisms, RDF or an endpoint.

The engine is pyoxigraph. It has no time limit of its own, so it works in a process that can be killed, and nothing
that an answer needs is ever taken from the network: ``SERVICE`` is refused by reading the query's tokens.
From below: ``query`` reads a query, ``library`` holds the questions, ``answer`` is what comes back, ``process`` works in
the process that can be killed, and ``engine`` and ``endpoint`` are the two that can be asked.

>>> questions()["what-protects"].summary
'From what is a node protected, by what, and where?'
>>> print(ask("what-protects", "ta1-tlr7", given={"node": "miR-146a-5p"}).text("csv"))
edge,protector,from,place
https://w3id.org/immune-kg/ta1-tlr7/edge/protection,Tα-1,RNase A,Endolysosome
<BLANKLINE>
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kg.sparql.answer import Answer, BoundValue
from kg.sparql.endpoint import remote
from kg.sparql.engine import ROWS, SECONDS, Engine
from kg.sparql.library import Parameter, Question, explained, places, questions, text_of
from kg.sparql.query import NoAnswer, Token, read, tokens

if TYPE_CHECKING:
    from kg.model.mechanism import Mechanism

__all__ = [
    "ROWS",
    "SECONDS",
    "Answer",
    "BoundValue",
    "Engine",
    "NoAnswer",
    "Parameter",
    "Question",
    "Token",
    "ask",
    "explained",
    "places",
    "questions",
    "tokens",
]


def ask(
    question: str | Path,
    *over: str | Path | Mechanism,
    given: Mapping[str, str] | None = None,
    endpoint: str = "",
    seconds: float = SECONDS,
    rows: int = ROWS,
    labels: bool = True,
) -> Answer:
    """The answer to a question of the library, a query, or a file that holds one.

    It is asked over mechanisms (ids in seeds/, files, folders, or values), RDF files, or all of seeds/ if nothing is
    named; a mechanism comes with what its runs derive. With ``endpoint`` a SPARQL server is asked instead. Simple
    patterns see the merge of all graphs; ``GRAPH ?g`` tells them apart. ``given`` replaces the defaults of parameters.
    ``labels`` looks up what IRIs are called, which only a table shows.

    >>> answer = ask("SELECT ?label { ?n kgv:outcome true ; rdfs:label ?label } ORDER BY ?label", "ta1-tlr7")
    >>> [row[0].text for row in answer.rows]
    ['CD8⁺ T-cell priming', 'miR-146a-5p', 'tumour control']

    Raises NoAnswer if the question is unknown, wrong, refused, or takes longer than ``seconds``.
    """
    query = read(*text_of(question, given or {}), remote=bool(endpoint))
    if endpoint:
        return remote(query, endpoint, seconds, rows)
    with Engine(seconds, names=query.names) as engine:
        engine.check(query)
        engine.load(*over)
        return engine.answer(query, rows, labels)
