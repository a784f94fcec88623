"""Mechanisms to test with, derived from the table of the notation: valid ones, and ones with a single fault.

``valid`` draws a mechanism in which any key of ``ontology/notation.tsv`` may stand, and that has a right shape and a
right meaning. ``spoilt`` draws such a mechanism and one fault of a kind that the table forbids. Each form of value of
the table has one row in ``_Maker.FORMS`` and one in ``FAULTS``; a form without a row fails at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, ClassVar

import yaml

from kg import checks, formats
from kg.checks.names import NO_THINGS
from kg.model import records as m
from kg.model import vocabulary
from kg.model.keys import RECORDS, RELATIONS, notation
from kg.model.mechanism import Mechanism
from kg.model.records import DEFINED, Frozen, Sentence
from kg.model.vocabulary import Term

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
    *("https://example.org/a(b)'c", "https://example.org/a;b,c", "https://[::1]/", "https://example.org/%7Ba%7D"),
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
        kinds = ("source", "place", "node", "edge", "reading", "assumption", "condition", "change")
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
        names = list(self.names[of]) if of in self.names and of != "change" else []
        if of in ("translation", "wording"):
            names = self.random.sample(LANGUAGES, self.random.randint(1, 2))
        elif of == "change":
            names = self.random.sample(self.names["edge"], 1)
        return Frozen({name: self.record(of, **({"key": name} if of != "change" else {"_": name})) for name in names})

    def values_of(self, of: str, required: bool) -> Frozen[str]:
        """A value that each of some nodes can have, or words and terms for kinds of context."""
        if of == "text":
            kinds = self.random.sample(("cell", "inducer", "dose", "time"), self.random.randint(0, 2))
            said = (lambda: text(self.random).replace(" ! ", " "), lambda: str(self.random.choice(TERMS)))
            return Frozen({kind: self.random.choice(said)() for kind in kinds})
        nodes = self.random.sample(self.names["node"], min(self.some(), len(self.names["node"])))
        return Frozen({name: self.random.choice((*VALUES, *self.nodes[name].levels)) for name in nodes})

    def named(self, of: str, required: bool) -> Frozen[str]:
        """Some parts of that kind, each with a name."""
        names = self.random.sample(self.names[of], min(self.some(), len(self.names[of])))
        return Frozen({name: text(self.random) for name in names})

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
    FORMS: ClassVar[dict[str, Callable[[_Maker, str, bool], Any]]] = {
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
        "licence": lambda self, of, _: self.random.choice(("CC-BY-4.0", "MIT", "https://example.org/terms?v=1#a")),
        "sha256": lambda self, of, _: f"{self.random.getrandbits(256):064x}",
        "term": lambda self, of, _: None if of and self.random.random() < 0.2 else self.random.choice(TERMS),
        "span": lambda self, of, _: (lambda first: (first, first + self.random.randint(1, 99)))(
            self.random.randint(0, 10**6)
        ),
        "yesno": lambda self, of, _: self.random.random() < 0.5,
        "sentence": lambda self, of, _: Sentence(),  # made with its edge
        "expect": expect,
        "values": values_of,
        "names": named,
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
        if "assay" in said:
            said["assay"] = self.random.choice(ASSAYS)
        return self.fix_condition(said)

    def fix_condition(self, said: dict[str, Any]) -> dict[str, Any]:
        """A species is one that there is."""
        said["taxon"] = (self.random.choice(SPECIES),) if said.get("taxon") else ()
        return said

    def fix_effect(self, said: dict[str, Any]) -> dict[str, Any]:
        said = {key: value for key, value in said.items() if key != "to"}  # which levels there are, the edge tells
        return self.fix_evidence(said) if "claim" in said else {"complete": said.get("complete", False)}

    def lowered(self, effect: m.Effect | None, object: str) -> m.Effect | None:
        """How far a decrease goes that is not complete: also to a level of its object."""
        levels = self.nodes[object].levels
        if effect is None or effect.complete or not levels:
            return effect
        return replace(effect, to=self.random.choice(("", m.ONE_LOWER, *levels[:-1])))

    def fix_source(self, said: dict[str, Any]) -> dict[str, Any]:
        if said.get("reports") == said["key"]:
            del said["reports"]
        if not any(said.get(key) for key in ("doi", "pmid", "url", "texts")):
            said["pmid"] = self.value("digits")
        return said

    def fix_node(self, said: dict[str, Any]) -> dict[str, Any]:
        things = [key for key, node in self.nodes.items() if not node.activity_of and node.drawn_as not in NO_THINGS]
        if said.pop("activity_of", "") and things:  # of what was there before: no circle
            said["activity_of"] = self.random.choice(things)
        said["levels"] = self.random.choice(((), ("none", "high"), ("0", "1", "2"), ("partial", "strong", "x+y")))
        if "at_start" in said:
            said["at_start"] = self.random.choice((*VALUES, *said["levels"]))
        return said

    def fix_requirement(self, said: dict[str, Any]) -> dict[str, Any]:
        levels = self.nodes[said["node"]].levels
        said["level"] = self.random.choice(("", *levels))
        return said

    def fix_stop(self, said: dict[str, Any]) -> dict[str, Any]:
        told = {
            name: replace(one, title=f"{name} {said['title']}") for name, one in said.get("translations", {}).items()
        }
        return {**said, "translations": Frozen(told)}

    def fix_wording(self, said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "title": said.get("title") or text(self.random)}

    def fix_change(self, said: dict[str, Any]) -> dict[str, Any]:
        """What the edge can have, and something that it does not have."""
        edge = next(one for one in self.edges if one.name == said["_"])
        said = {key: value for key, value in said.items() if key in self.able(edge) and value is not None}
        if "level" in said:
            said["level"] = self.random.choice(self.nodes[edge.sentence.object].levels)
        if "effect" in said:
            said["effect"] = self.lowered(said["effect"], edge.sentence.object)
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
        return replace(
            made, level=level, effect=self.lowered(made.effect, sentence.object) if "effect" in able else None
        )

    # -- the whole

    def mechanism(self) -> Mechanism:
        for kind, least in (
            ("source", 1),
            ("place", 0),
            ("node", 2),
            ("condition", 1),
            ("reading", 0),
            ("assumption", 0),
        ):
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
            spine=(),
        )
        made = self.whole(replace(made, spine=self.line(made)))
        for expected in self.list_of("expectation", False):
            more = replace(made, expectations=(*made.expectations, replace(expected, reading=self.name("reading"))))
            made = more if not checks.check(more, sources="").errors else made
        return made

    def line(self, made: Mechanism) -> tuple[str, ...]:
        """Some edges, each of which leads on from where the one before arrived."""
        found, at = [], self.random.choice([edge.subject for edge in made.edges])
        for _ in range(self.some()):
            on = [edge for edge in made.edges if edge.subject == at and edge.name not in found]
            if on:
                edge = self.random.choice(on)
                found.append(edge.name)
                at = made.object(edge)
        return tuple(found)

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
            if (verb.verb, self.nodes[object].activity_of) == (DEFINED, subject):  # it follows from the definition
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


# ---------------------------------------------------------------- nearly valid mechanisms

#: Form of a value -> what it must not be, as a text or as lists and mappings of texts.
FAULTS: dict[str, tuple[Any, ...]] = {
    "text": ("a\0b", "a\ud800b", "\x85", ["a"], {"a": "b"}),
    "value": ("a b", "no-value", ["present"], {"a": "b"}),
    "id": ("Ta1", "a/b", "../a", "a b", "-a", "x" * 65, "ä", "query", ["a"]),
    "key": ("nobody-here", "a b", "a/b", "-a", "ä", "<a>", "a\nb", ["a"], {"a": "b"}),
    "about": ("nobody-here", "a b", {"a": "b"}),
    "choice": ("agrees", "Finding ", "a|b", ["a"], {"a": "b"}),
    "date": ("2026-13", "2026-02-30", "June", "26", "2026-6", "2026-06-24T00:00", ["2026"]),
    "doi": ("11.1000/a", "10.1000", "10.1000/a b", "doi:10.1000/a", ["10.1000/a"]),
    "digits": ("PMID1", "-1", "1.5", "1e3", "١", ["1"]),
    "url": (
        "https://a b",
        "https://a|b",
        "https://{a}\\^`",
        "ftp://a",
        "javascript:alert(1)",
        'https://a"b',
        "https://<a>",
        "//a",
        ["https://a"],
    ),
    "licence": ("CC BY 4.0", "all rights reserved", "ftp://example.org/", "https://", ["MIT"]),
    "sha256": ("a" * 63, "A" * 64, "g" * 64, ["a"]),
    "term": (
        *("GO:0036019", "endolysosome", "GO:12 ! short", "NoPrefix:1 ! a", "GO:0036019 ! another label", ": ! a"),
        *(["GO:0036019 ! endolysosome", "a"], {"a": "b"}),
    ),
    "span": (["9", "3"], ["3", "3"], ["1"], ["1", "2", "3"], ["-1", "4"], ["a", "b"], "1-2", {"a": "b"}),
    "yesno": ("maybe", "2", "true", ["yes"]),
    "sentence": ("a", "a b", "a zaps b", "nobody activates nobody", "a/b activates c", "a b c d", ["a"], {"a": "b"}),
    "expect": ("a", "nobody is present", "a likes b", "a same as nobody", ["a is present"]),
    "values": ({"nobody-here": "present"}, {"a b": "present"}, "a", ["a"], {"a": ["present"]}),
    "names": ({"nobody-here": "a name"}, {"a b": "c"}, "a", ["a"], {"a": ["b"]}),
    "values:text": ({"a b": "c"}, "a", ["a"], {"a": ["b"]}),
    "rows": ([["nobody-here"]], "a", ["a"], [["a b"]], [[["a"]]], {"a": "b"}),
    "record": ("nonsense", ["a"], {"unheard-of": "a"}),
    "list": ({"unheard-of": "a"}, [{"unheard-of": "a"}], [["a"]]),
    "map": ("a", ["a"], {"a b": {}}, {"a": ["b"]}, {"a": {"unheard-of": "b"}}),
}
#: What no value of the model may be, whatever its form; a file of texts cannot hold it.
UNTYPED: tuple[Any, ...] = (5, 1.5, b"a", object(), ("a", 5), (None,), frozenset({"a"}))


@dataclass(frozen=True)
class Spoilt:
    """A valid mechanism, and what stands in the place of one value of one of its records."""

    mechanism: Mechanism
    path: tuple[Any, ...]  # to the record: fields, and numbers or names within them
    record: str
    key: str
    value: Any

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path))}: {self.key} of {self.record} is {self.value!r}"

    @property
    def text(self) -> str:
        """As a file in the notation."""
        tree = yaml.load(formats.text(self.mechanism, ".yaml"), yaml.BaseLoader)
        here, kind = tree, "mechanism"
        for step in self.path:
            of = {key.field: key for key in notation()[kind].values()}.get(step) if isinstance(here, dict) else None
            here, kind = (here[of.key], of.kind.partition(":")[2]) if of and step not in here else (here[step], kind)
        here[self.key] = self.value
        return str(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False))

    def built(self) -> Mechanism:
        """As a value of the model, by its constructors."""
        field = notation()[self.record][self.key].field
        made: Mechanism = _put(self.mechanism, self.path, lambda record: replace(record, **{field: self.value}))
        return made


def _put(value: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(value)
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping):
        return Frozen({key: _put(one, rest, change) if key == step else one for key, one in value.items()})
    if isinstance(value, tuple):
        return tuple(_put(one, rest, change) if i == step else one for i, one in enumerate(value))
    return replace(value, **{step: _put(getattr(value, step), rest, change)})


def records(
    value: Any, kind: str = "mechanism", path: tuple[Any, ...] = ()
) -> Iterator[tuple[tuple[Any, ...], str, Any]]:
    """Every record of a mechanism with its kind and the path to it, the whole first."""
    yield path, kind, value
    for key in notation()[kind].values():
        form, _, of = key.kind.partition(":")
        inner = getattr(value, key.field)
        if of not in RECORDS or form not in ("record", "list", "map") or not inner:
            continue
        if form == "record":
            yield from records(inner, of, (*path, key.field))
        for name, one in inner.items() if form == "map" else enumerate(inner) if form == "list" else ():
            if not getattr(one, "definition", False):  # it follows from a node, and no file holds it
                yield from records(one, of, (*path, key.field, name))


def spoilt(random: Random, untyped: bool = False) -> Spoilt:
    """A valid mechanism in which one value of one record is one that its kind forbids."""
    mechanism = valid(random, 2)
    kinds: dict[str, list[tuple[Any, ...]]] = {}
    for path, kind, _ in records(mechanism):
        kinds.setdefault(kind, []).append(path)
    kind = random.choice(list(kinds))  # each kind of record as often, however many of it there are
    key = random.choice(list(notation()[kind].values()))
    form, _, of = key.kind.partition(":")
    faults = FAULTS[key.kind if key.kind in FAULTS else form]
    if form == "list" and of not in RECORDS:
        faults = tuple([one] for one in FAULTS[of] if not (isinstance(one, list) and of == "key"))
        faults = tuple(one for one in faults if of != "key" or one != ["nobody-here"])  # a name that it gives
    if form == "key" and not of:  # a name of its own may be any
        faults = tuple(one for one in faults if one != "nobody-here")
    return Spoilt(mechanism, random.choice(kinds[kind]), kind, key.key, random.choice(UNTYPED if untyped else faults))
