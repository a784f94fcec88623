"""Mechanisms to test with, derived from the table of the notation: valid ones, and ones with a single fault.

``valid`` draws a mechanism in which any key of ``ontology/notation.tsv`` may stand, and that has a right shape and a
right meaning. ``spoilt`` draws such a mechanism and one fault of a kind that the table forbids. Each form of value of
the table has one row in ``_Maker.FORMS`` and one in ``FAULTS``; a form without a row fails at once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import yaml

from kg import checks, vocabulary
from kg import mechanism as m
from kg.formats.yaml import RECORDS, RELATIONS, notation
from kg.mechanism import Frozen, Mechanism, Sentence
from kg.vocabulary import Term

# ---------------------------------------------------------------- odd but legal values

#: Texts that some syntax takes for something else.
AWKWARD = (
    *"NO null ~ 1e3 0x1F yes 2026-06-24 % @ ` << = | > ... \\".split(),
    *("- x", "[a", "{a", "!tag", "&a", "*a", "? a", "a: b", ": a", "a:", "# a", "a # b", "a, b", "a;b", "--- a"),
    *("'a", '"a"', "it's", 'a "b" c', '"""', "'''", "a\\nb", "a\\", "%s", "${a}", "{{a}}", "$$a"),
    *("=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-1", "<script>alert(1)</script>", "</script>", "<!-- a -->"),
    *("]]>", "&amp;", "a & b < c > d", "a|b", "https://example.org/a b", "PMID:1", "GO:1 ! a", "[]", "{}", '{"a": 1}'),
    *("Tα-1 ⟶ miR-146a", "e\u0301", "樹状細胞", "🧬 a", "العربية", "\u202ea\u202c", "a\u00a0b", "a\u200db", "a\ufeffb"),
    *("a\u2028b", "a\tb", "one\ntwo", "one\n\n two\n  three", "a \n b", "x" * 300, "a long text " * 200 + "ends"),
)
NAMES = tuple("NO null 1e3 0x1F yes a.b x+y TLR7 n-1 2026 true A a_b present is from Infinity x--y B1.".split())
URLS = (
    *("https://example.org/a#b", "http://example.org/?a=b&c=d:e,f", "https://example.org/ä%20ö", "http://a"),
    *("https://example.org/a(b)'c", "https://example.org/a;b|c", "https://[::1]/", "https://example.org/{a}\\^`"),
)
DOIS = ("10.1158/0008-5472.CAN-25-5547", "10.1000/a#b:c", '10.1002/(SICI)1097<1::"A">3.0;2-#', "10.12/ä|{}%^`\\")
LETTERS = "abcXYZ 0129 .,;:!?'\"()[]{}<>&|=+-*/\\@#%^~`$_ äßαβ→≥é樹🧬\u0301\u200b\n\t"

TERMS = [Term(one.id, one.label) for one in vocabulary.terms().values() if not one.obsolete]
SPECIES = [term for term in TERMS if term.prefix == "NCBITaxon"]
ASSAYS = [term for term in TERMS if term.prefix == "ECO"]
VERBS = list(vocabulary.predicates().values())
VALUES = ("present", "absent", "unknown")
LANGUAGES = ("de", "fr", "pt-BR", "zh-Hant", "ar")


def text(random: Random) -> str:
    """A text that the notation takes: no control character, no blank around it, never empty."""
    if random.random() < 0.6:
        return random.choice(AWKWARD)
    return "".join(random.choices(LETTERS, k=random.randint(1, 40))).strip() or "a"


def line(random: Random) -> str:
    """Such a text on one line."""
    return " ".join(text(random).split()) or "a"


# ---------------------------------------------------------------- valid mechanisms


class _Maker:
    """One mechanism in the making: first the names that others may refer to, then the records of the table."""

    def __init__(self, random: Random, most: int) -> None:
        self.random, self.most = random, most
        kinds = ("source", "place", "node", "edge", "reading", "assumption", "condition", "translation", "change")
        self.names: dict[str, list[str]] = {kind: [] for kind in kinds}
        self.nodes: dict[str, m.Node] = {}
        self.sources: dict[str, m.Source] = {}
        self.edges: list[m.Edge] = []

    # -- the walk over the table

    def record(self, kind: str, **fixed: Any) -> Any:
        """A record with the required keys, some of the others, and the fields that are given."""
        for key in notation()[kind].values():
            if key.field not in fixed and (key.required or self.random.random() < 0.4):
                fixed[key.field] = self.value(key.kind, bool(key.required))
        fix: Callable[[dict[str, Any]], Mapping[str, Any]] = getattr(self, f"fix_{kind}", lambda said: said)
        return RECORDS[kind](**fix(fixed))

    def value(self, kind: str, required: bool = True) -> Any:
        form, _, of = kind.partition(":")
        return self.FORMS[form](self, of, required)

    def some(self, least: int = 0) -> int:
        return self.random.randint(least, max(least, self.most))

    def list_of(self, of: str, required: bool) -> tuple[Any, ...]:
        made = [self.record(of) if of in RECORDS else self.value(of) for _ in range(self.some(int(required)))]
        return tuple(dict.fromkeys(one for one in made if one is not None))

    def map_of(self, of: str, required: bool) -> Frozen[Any]:
        names = list(self.names[of]) if of not in ("change", "translation") else []
        if of == "translation":
            names = self.random.sample(LANGUAGES, self.random.randint(1, 2))
        elif of == "change":
            names = self.random.sample(self.names["edge"], 1)
        return Frozen({name: self.record(of, **({"key": name} if of != "change" else {"_": name})) for name in names})

    def values_of(self, of: str, required: bool) -> Frozen[str]:
        """A value that each of some nodes can have."""
        nodes = self.random.sample(self.names["node"], min(self.some(), len(self.names["node"])))
        return Frozen({name: self.random.choice((*VALUES, *self.nodes[name].levels)) for name in nodes})

    def name(self, kind: str) -> str:
        return self.random.choice(self.names[kind]) if self.names[kind] else ""

    def expect(self, of: str, required: bool) -> m.Expect:
        node, relation = self.name("node"), self.random.choice(RELATIONS)
        of_node = (*VALUES, *self.nodes[node].levels)
        return m.Expect(node, relation, self.random.choice(of_node) if relation == "is" else self.name("condition"))

    def rows(self, of: str, required: bool) -> tuple[tuple[str, ...], ...]:
        """Each node in a row of its own, the nodes of a place in rows that follow each other: no box closes wrongly."""
        column, rows = self.random.randint(0, 2), []
        for key in sorted(self.nodes, key=lambda key: self.around(self.nodes[key].place)):
            rows.append((*"." * column, key, *"." * (2 - column)))
        return tuple(rows)

    def around(self, place: str) -> tuple[str, ...]:
        """The places around a place, outermost first."""
        return (*self.around(self.inside[place]), place) if place else ()

    #: Form of a value -> how one is made; ``of`` is what stands behind the colon of a kind.
    FORMS: dict[str, Callable[[_Maker, str, bool], Any]] = {
        "text": lambda self, of, _: text(self.random),
        "id": lambda self, of, _: self.random.choice(("a", "0", "a-b", "mechanism-1", "x" * 64, "con")),
        "key": lambda self, of, _: self.name(of) if of else self.free(()),
        "about": lambda self, of, _: self.name(self.random.choice(("node", "edge"))),
        "value": lambda self, of, _: self.random.choice(VALUES),
        "choice": lambda self, of, _: self.random.choice(of.split("|")),
        "date": lambda self, of, _: self.random.choice(("2026", "2024-02", "2024-02-29", "0001-01-01")),
        "doi": lambda self, of, _: self.random.choice(DOIS),
        "digits": lambda self, of, _: str(self.random.randint(0, 10 ** self.random.randint(1, 12))),
        "url": lambda self, of, _: self.random.choice(URLS),
        "sha256": lambda self, of, _: f"{self.random.getrandbits(256):064x}",
        "term": lambda self, of, _: None if of and self.random.random() < 0.2 else self.random.choice(TERMS),
        "span": lambda self, of, _: (lambda first: (first, first + self.random.randint(1, 99)))(
            self.random.randint(0, 10**6)
        ),
        "yesno": lambda self, of, _: self.random.random() < 0.5,
        "sentence": lambda self, of, _: Sentence(),  # made with its edge
        "expect": expect,
        "values": values_of,
        "rows": rows,
        "record": lambda self, of, _: self.record(of),
        "list": list_of,
        "map": map_of,
    }

    # -- what the meaning of a record asks for beyond the table

    def free(self, taken: Any) -> str:
        """A name that nobody has."""
        word = self.random.choice(NAMES)
        return next(name for n in range(10**6) if (name := f"{word}-{n}" if n else word) not in taken)

    def fix_evidence(self, said: dict[str, Any]) -> dict[str, Any]:
        claim = vocabulary.claims()[said.setdefault("claim", "finding")]
        said["anchor"] = " ".join(said.get("anchor", "").split()[:8])
        source = self.sources[said.get("source") or next(iter(self.sources))]
        if said["anchor"] or claim.locator == "no":
            said["span"] = None
        if claim.locator == "no":
            said |= {"because": said.get("because") or text(self.random), "taxon": (), "anchor": ""}
        elif claim.locator == "yes" and source.read == "full" and not (said["anchor"] or said.get("span")):
            said["anchor"] = " ".join(line(self.random).split()[:8])
        said["taxon"] = (self.random.choice(SPECIES),) if said.get("taxon") else ()
        if "assay" in said:
            said["assay"] = self.random.choice(ASSAYS)
        return said

    def fix_effect(self, said: dict[str, Any]) -> dict[str, Any]:
        return self.fix_evidence(said) if "claim" in said else {"complete": said["complete"]}

    def fix_source(self, said: dict[str, Any]) -> dict[str, Any]:
        if said.get("reports") == said["key"]:
            del said["reports"]
        if not any(said.get(key) for key in ("doi", "pmid", "url", "texts")):
            said["pmid"] = self.value("digits")
        return said

    def fix_node(self, said: dict[str, Any]) -> dict[str, Any]:
        said["levels"] = self.random.choice(((), ("none", "high"), ("0", "1", "2"), ("partial", "strong", "x+y")))
        if "at_start" in said:
            said["at_start"] = self.random.choice((*VALUES, *said["levels"]))
        return said

    def fix_requirement(self, said: dict[str, Any]) -> dict[str, Any]:
        levels = self.nodes[said["node"]].levels
        said["level"] = self.random.choice(("", *levels))
        return said

    def fix_stop(self, said: dict[str, Any]) -> dict[str, Any]:
        told = {name: replace(one, title=f"{name} {said['title']}") for name, one in said.get("translations", {}).items()}
        return {**said, "translations": Frozen(told)}

    def fix_change(self, said: dict[str, Any]) -> dict[str, Any]:
        """What the edge can have, and something that it does not have."""
        edge = next(one for one in self.edges if one.name == said["_"])
        said = {key: value for key, value in said.items() if key in self.able(edge) and value is not None}
        if "level" in said:
            said["level"] = self.random.choice(self.nodes[edge.sentence.object].levels)
        return {**said, "run": not edge.run}

    def able(self, edge: m.Edge) -> set[str]:
        """The keys that an edge of this verb can have among those of a change."""
        levels = edge.role == "increases" and self.nodes[edge.sentence.object].levels
        return {"requires", "unless", "run", *(["effect"] if edge.role == "decreases" else ["level"] if levels else [])}

    def edge(self, sentence: Sentence) -> m.Edge:
        said = m.Edge(sentence=sentence)
        taken = {*self.names["node"], *(one.name for one in self.edges)}
        name = self.free(taken) if self.random.random() < 0.3 or sentence.name in taken else sentence.name
        made: m.Edge = self.record("edge", sentence=sentence, name=name)
        able = self.able(said)
        level = self.random.choice(self.nodes[sentence.object].levels) if "level" in able and made.level else ""
        return replace(made, level=level, effect=made.effect if "effect" in able else None)

    # -- the whole

    def mechanism(self) -> Mechanism:
        for kind, least in (("source", 1), ("place", 0), ("node", 2), ("condition", 1), ("reading", 0), ("assumption", 0)):
            for _ in range(self.some(least)):
                self.names[kind].append(self.free(self.names[kind]))
        for name in self.names["source"]:
            self.sources[name] = self.record("source", key=name)
        self.inside: dict[str, str] = {}
        places = {}
        for name in self.names["place"]:  # each within one that was there before: no circle
            around = self.random.choice(("", *self.inside))
            self.inside[name] = around
            places[name] = self.record("place", key=name, inside=around)
        for name in self.names["node"]:
            self.nodes[name] = self.record("node", key=name)
        self.sentences()
        fixed = {kind + "s": self.map_of(kind, True) for kind in ("reading", "assumption", "condition")}
        made: Mechanism = self.record(
            "mechanism",
            **fixed,
            sources=Frozen(self.sources),
            places=Frozen(places),
            nodes=Frozen(self.nodes),
            edges=tuple(self.edges),
            expectations=(),
        )
        made = self.whole(made)
        for expected in self.list_of("expectation", False):
            more = replace(made, expectations=(*made.expectations, replace(expected, reading=self.name("reading"))))
            made = more if not checks.check(more, sources="").errors else made
        return made

    def whole(self, made: Mechanism) -> Mechanism:
        if made.status == "outline":
            read = {name: replace(one, read="excerpt") for name, one in made.sources.items() if one.read == "full"}
            made = replace(made, sources=Frozen({**made.sources, **read}))
        return made

    def sentences(self) -> None:
        """Edges of verbs that fit their ends; of opposite signs on one pair none; protections of what there is."""
        signs: dict[tuple[str, str], str] = {}
        for _ in range(self.some(1) + 2):
            subject, object = self.name("node"), self.name("node")
            ends = [self.nodes[end].drawn_as for end in (subject, object)]
            fitting = [
                one
                for one in VERBS
                if one.role != "blocks"
                and all(
                    not kinds or kind == "other" or kind in kinds
                    for kind, kinds in zip(ends, (one.subject_kinds, one.object_kinds), strict=True)
                )
                and (one.role == "none" or signs.get((subject, object), one.role) == one.role)
            ]
            verb = self.random.choice(fitting)
            if any(one.sentence == Sentence(subject, verb.verb, object) for one in self.edges):
                continue
            signs.setdefault((subject, object), verb.role) if verb.role != "none" else None
            self.add(Sentence(subject, verb.verb, object))
        for target in list(self.edges):
            if self.random.random() < 0.3:
                self.add(Sentence(self.name("node"), "blocks", target.name))
            same = [
                one
                for one in self.edges
                if one.role == "decreases"
                and (one.subject, one.sentence.object) == (target.subject, target.sentence.object)
            ]
            protects = vocabulary.predicates()["protects"]
            subject = self.name("node")
            fits = [
                (self.nodes[end].drawn_as in kinds or self.nodes[end].drawn_as == "other")
                for end, kinds in (
                    (subject, protects.subject_kinds),
                    (target.sentence.object, protects.object_kinds),
                )
            ]
            if same == [target] and all(fits):
                self.add(Sentence(subject, "protects", target.sentence.object, target.subject))

    def add(self, sentence: Sentence) -> None:
        if all(one.sentence != sentence for one in self.edges):
            made = self.edge(sentence)
            self.edges.append(made)
            self.names["edge"].append(made.name)


def valid(random: Random, most: int = 3) -> Mechanism:
    """A mechanism in which ``kg.check`` finds no error, with at most about so many records of each kind."""
    return _Maker(random, most).mechanism()
