"""JSON-LD with its context inside."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rdflib import RDF, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from kg import data_dir
from kg.formats.rdf.names import BIOLINK, KGV, OA, PREFIXES, iri
from kg.formats.shared.losses import Ledger
from kg.model.keys import shortened
from kg.model.mechanism import Mechanism


class JsonLd:
    """JSON-LD for people who read JSON: one object, the mechanism, and in it lists of edges, nodes and so on.

    ontology/context.jsonld gives the keys, their order and their types; it goes into the file, so nothing is fetched.
    What belongs to one thing alone stands inside it: evidence in its edge, a selector in its evidence.
    """

    NESTED = (KGV.scope, KGV.requires, KGV.unless, KGV.effectEvidence, KGV.evidence, KGV.sets, OA.hasSelector)
    LISTS = (
        ("sources", KGV.Source),
        ("places", KGV.Place),
        ("nodes", KGV.Node),
        ("edges", BIOLINK.Association),
        ("conditions", KGV.Condition),
        ("contexts", KGV.Context),
        ("assumptions", KGV.Assumption),
        ("readings", KGV.Reading),
        ("expectations", KGV.Expectation),
        ("notes", KGV.Note),
        ("matches", KGV.Match),
        ("terms", None),  # ontology terms and our own words: what they are called and mean
    )

    def __init__(self, mechanism: Mechanism, data: Graph) -> None:
        self.data, self.root = data, URIRef(iri(mechanism))
        self.context = _own()
        self.context["@base"] = f"{self.root}/"
        self.keys: dict[str, tuple[int, str]] = {}  # IRI -> where its key stands, and the key
        for place, (key, meaning) in enumerate(self.context.items()):
            name = meaning.get("@id", "") if isinstance(meaning, dict) else str(meaning)
            prefix, _, local = name.partition(":")
            if prefix in PREFIXES and local:
                self.keys.setdefault(f"{PREFIXES[prefix]}{local}", (place, key))
        self.inside = {o for s, p, o in data if p in self.NESTED}

    def text(self) -> str:
        whole = {"@context": self.context, **self.thing(self.root)}
        left = set(self.data.subjects()) - self.inside - {self.root}
        for key, kind in self.LISTS:
            these = left if kind is None else left & set(self.data.subjects(RDF.type, kind))
            left = left - these
            if these:
                whole[key] = [self.thing(one) for one in sorted(these, key=str)]
        return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"

    def thing(self, about: Node) -> dict[str, object]:
        """What is said of one IRI, in the order of the context."""
        said: dict[str, list[Node]] = {}
        for predicate, value in self.data.predicate_objects(about):
            said.setdefault(str(predicate), []).append(value)
        found: dict[str, object] = {"id": self.reference(about)}
        if kinds := said.pop(str(RDF.type), []):
            found["type"] = _one_or_all([self.word(kind) for kind in sorted(kinds, key=str)])
        unknown = len(self.context)
        for name in sorted(said, key=lambda name: (self.keys.get(name, (unknown, "")), name)):
            key = self.keys[name][1] if name in self.keys else self.short(name)
            meaning = self.context.get(key)
            typed = meaning if isinstance(meaning, dict) else {}
            if typed.get("@container") == "@language":
                by_tag = {str(one.language): str(one) for one in said[name] if isinstance(one, Literal)}
                found[key] = dict(sorted(by_tag.items()))
                continue
            values = [
                self.value(one, typed.get("@type", ""), name)
                for one in sorted(said[name], key=lambda one: (str(one), repr(one)))
            ]
            found[key] = values if typed.get("@container") == "@set" else _one_or_all(values)
        return found

    def value(self, value: Node, type: str, predicate: str) -> object:
        if isinstance(value, Literal):
            if value.datatype in (None, XSD.boolean, XSD.integer):
                return value.toPython() if value.datatype else str(value)
            return {"@type": self.short(str(value.datatype)), "@value": str(value)}
        if URIRef(predicate) in self.NESTED:
            return self.thing(value)
        shown = self.word(value) if type == "@vocab" else self.reference(value)
        return shown if type else {"id": shown}

    def word(self, name: Node) -> str:
        """A class, a verb or a claim: its key in the context, or its name in our vocabulary."""
        ours = str(name).removeprefix(str(KGV))
        return (
            self.keys[str(name)][1] if str(name) in self.keys else ours if ours != str(name) else self.short(str(name))
        )

    def reference(self, name: Node) -> str:
        """An IRI, short: a path below the mechanism, or with a prefix."""
        below = str(name).removeprefix(self.context["@base"])
        return below if below != str(name) else self.short(str(name))

    @staticmethod
    def short(name: str) -> str:
        for prefix, namespace in PREFIXES.items():
            local = name.removeprefix(str(namespace))
            if local != name and re.fullmatch(r"\w[\w.-]*", local):
                return f"{prefix}:{local}"
        return name


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _own() -> dict[str, Any]:
    """The context of our own: ontology/context.jsonld."""
    found: dict[str, Any] = json.loads((data_dir("ontology") / "context.jsonld").read_text(encoding="utf-8"))[
        "@context"
    ]
    return found


#: What no IRI holds: JSON-LD drops a statement with such a name without a word.
NO_IRI = re.compile(r'[\s<>"{}|\\^`]')


def examine(value: Any, ledger: Ledger) -> None:
    """Complain of what a reader of JSON-LD fetches, and of what it drops; record what a context says beside our own."""
    own = _own()
    names = {"@id", "@type", *_names(own)}  # the keys whose values are IRIs
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            contexts = one.get("@context", [])
            for context in contexts if isinstance(contexts, list) else [contexts]:
                names |= _context(context, own, ledger)
            for key, inner in one.items():
                values = inner if isinstance(inner, list) else [inner]
                said = [key, *(values if key in names else [])]
                if odd := next((text for text in said if isinstance(text, str) and NO_IRI.search(text)), None):
                    ledger.complain(None, "no-iri", f"{shortened(odd)} is not a name of a thing", "percent-encode it")
        todo += one.values() if isinstance(one, dict) else one if isinstance(one, list) else []


def _names(context: Mapping[str, Any]) -> set[str]:
    """The keys whose values a context makes IRIs."""
    kinds = {key: one.get("@type") if isinstance(one, dict) else one for key, one in context.items()}
    return {key for key, kind in kinds.items() if kind in ("@id", "@vocab", "@type")}


def _context(context: Any, own: Mapping[str, Any], ledger: Ledger) -> set[str]:
    """Record what a context says beside our own; the keys whose values it makes IRIs."""
    said = context if isinstance(context, dict) else {}
    if away := context if isinstance(context, str) else said.get("@import"):
        message = f"the context {str(away)[:80]!r} would have to be fetched"
        raise ledger.stop(None, "remote-context", message, "put the context into the file")
    if other := {key: {key: one} for key, one in said.items() if key != "@base" and own.get(key) != one}:
        ledger.record("context", "", {"other": other}).changed("other", "kg writes a context of its own")
    return _names(said)
