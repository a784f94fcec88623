"""SBML-qual: each species is a node, each transition the functions of the levels of its output.

It is read without a library: what a hostile file could make one do, the guards of ``kg.formats.shared.bounded`` refuse. It is written
by libsbml (the extra ``kg[sbml]``), with the levels as they are, and beside that as a copy that is Boolean throughout.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from kg.formats.boolean import formulas
from kg.formats.boolean.formulas import Function
from kg.formats.shared import bounded, drafting
from kg.formats.shared.bounded import Element
from kg.formats.shared.losses import FIRMEST, ForeignRecord, Ledger
from kg.model import foreign, vocabulary
from kg.model.diagnostics import Diagnostic, InvalidMechanism, Location, install
from kg.model.limits import most
from kg.model.mechanism import Mechanism
from kg.model.records import Evidence, Frozen, Node, Note, Place
from kg.model.vocabulary import Term
from kg.reasoning import outward

IDENTIFIERS = "https://identifiers.org/"
XHTML = "http://www.w3.org/1999/xhtml"
LOST = {
    "mechanism": "a model of SBML-qual has an id and a name",
    **dict.fromkeys(("source.pmid", "source.url"), FIRMEST),
    "source": "an annotation holds only the identifier of a publication",
    "evidence": "an annotation is a publication or a species only",
    "place.in": "compartments of SBML Level 3 are not nested",
    "place": "a compartment is there for the species in it, and is known by its term",
    "node.at start": "a transition states a condition, not a starting value",
    "node": "a species has an id, a name, a term and levels",
    "edge": "the transition of its object states its effect, as other edges; an edge that does not run is in no transition",
    "requirement": "the transition of the object states it, as another edge",
    "effect": "the transition of the object states it, as another edge",
    "*": "SBML-qual holds only species and transitions",
}
MOST_LEVELS = most("levels")  # of one species
TURNED = {"geq": "leq", "leq": "geq", "lt": "gt", "gt": "lt"}
SIGNS = {"positive": 1, "negative": -1}
DESCRIBED = re.compile(r"\.isDescribedBy\.\d+\..*\.resource$")  # a publication, as MIRIAM has it
TAXON = re.compile(r"\.(hasTaxon|occursIn)\.\d+\..*\.resource$")  # a species; older files have the second word
AGAIN = "the edges are called by their sentences"


#: What holds the parts of a model, and those of its children that do; all else in it is a value of its record.
FRAME = {
    "model": ("listOfCompartments", "listOfQualitativeSpecies", "listOfTransitions"),
    "transition": ("listOfInputs", "listOfOutputs", "listOfFunctionTerms"),
}
#: Elements that are records with all that is in them.
WHOLE = (
    "listOfCompartments/compartment",
    "listOfQualitativeSpecies/qualitativeSpecies",
    *("listOfInputs/input", "listOfOutputs/output"),
)
LOGIC = ("apply", "and", "or", "not", "true", "false", "eq", "neq", "geq", "leq", "gt", "lt")
#: The other elements where they may stand, and those of their attributes that are read.
PARTS: dict[str, Container[str]] = {
    "/sbml": ("level", "version"),
    "sbml/model": bounded.Anything(),
    "listOfTransitions/transition": bounded.Anything(),
    **{f"{one}/{part}": () for one, parts in FRAME.items() for part in parts},
    **dict.fromkeys(("listOfFunctionTerms/defaultTerm", "listOfFunctionTerms/functionTerm"), ("resultLevel",)),
    "functionTerm/math": (),
    **{f"{outer}/{inner}": () for outer in ("math", "apply") for inner in LOGIC},
    "apply/ci": (bounded.TEXT,),
    "apply/cn": ("type", bounded.TEXT),
}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """The model of an SBML-qual file. Species without the compartment that SBML asks for are read, with a warning."""
    text = bounded.text(file, ledger)
    root = bounded.elements(text, ledger)
    models = list(root.all("model"))
    if root.tag != "sbml" or len(models) != 1:
        message = f"<{root.tag}> holds {len(models)} models"
        raise ledger.stop(root.at, "no-graph", message, "an SBML file is <sbml><model>...")
    if (of := [root.attributes.get(name, "") for name in ("level", "version")]) not in (["3", "1"], ["3", "2"]):
        ledger.complain(
            root.at, "wrong-kind", f"this is SBML of level {of[0]!r}, version {of[1]!r}", "qual is of level 3"
        )
    if root.attributes.get("required") == "true":
        del root.attributes["required"]  # so it is in all of SBML-qual
    bounded.unread(_frame(root), PARTS, ledger)
    return _SbmlReader(drafting.Draft(file, ledger, text), ledger, models[0]).mechanism()


def _frame(element: Element) -> Element:
    """An element without what goes into the records of the parts of a model."""
    known = FRAME.get(element.tag)
    children = [
        _frame(child)
        for child in element.children
        if f"{element.tag}/{child.tag}" not in WHOLE and (known is None or child.tag in known)
    ]
    return replace(element, content=[*children, *([] if known else [element.text])])


def _said(element: Element, apart: Sequence[str] = ()) -> dict[str, object]:
    """The attributes of an element, its text, and below them what its children say, for the ledger."""
    said: dict[str, object] = dict(element.attributes)
    said |= {"text": element.text.strip()} if element.text.strip() else {}
    for i, child in enumerate(child for child in element.children if child.tag not in apart):
        said[f"{child.tag}.{i}"] = _said(child) or {"element": child.tag}
    return said


def _below(element: Element, tag: str) -> Iterator[Element]:
    """All elements with a tag, however deep below."""
    todo = [element]
    while todo:
        one = todo.pop()
        todo += one.children
        if one.tag == tag:
            yield one


class _SbmlReader:
    """One pass over the model: compartments and species first, so that transitions find them."""

    def __init__(self, draft: drafting.Draft, ledger: Ledger, model: Element) -> None:
        self.draft, self.ledger, self.model = draft, ledger, model
        self.places: dict[str, Place] = {}
        self.homes: dict[str, str] = {}  # the id of a compartment -> the key of its place
        self.notes: list[Note] = []
        self.highest: dict[str, int] = {}  # the id of a species -> its highest level

    def parts(self, part: str, tag: str) -> list[Element]:
        return [one for parts in self.model.all(part) for one in parts.all(tag)]

    def mechanism(self) -> Mechanism:
        head = self.ledger.record("model", "", _said(self.model, apart=FRAME["model"]), self.model.at)
        named = "name" if head.text("name", carry=False) else "id"
        self.draft.about["title"] = head.text(named)
        if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", head.text("id", carry=False)):
            self.draft.about["id"] = head.text("id")
        self.works(head)
        for one in self.parts("listOfCompartments", "compartment"):
            self.compartment(one)
        species = self.parts("listOfQualitativeSpecies", "qualitativeSpecies")
        homeless = [one for one in species if not one.attributes.get("compartment")]
        if homeless:
            message = f"{len(homeless)} species have no qual:compartment, which SBML-qual asks for"
            self.ledger.complain(
                homeless[0].at, "no-compartment", message, "they are read all the same", severity="warning"
            )
        transitions = self.parts("listOfTransitions", "transition")
        outputs = (one for each in transitions for part in each.all("listOfOutputs") for one in part.all("output"))
        moved = {one.attributes.get("qualitativeSpecies", "") for one in outputs}
        for one in species:
            self.species(one, moved)
        for one in transitions:
            self.transition(one)
        return self.draft.mechanism(places=Frozen(self.places), notes=tuple(self.notes))

    def term(self, element: Element, record: ForeignRecord, label: str) -> Term | None:
        """The first term that an annotation says an element is, of those that kg knows."""
        said = [one for one in record.values() if one.field.endswith(".resource") and ".is." in one.field]
        terms = ((one, drafting.term(one.said, label, element.at)) for one in said)
        known, term = next(((one, term) for one, term in terms if term), (None, None))
        for one in said if known else ():
            record.take(one.field) if one == known else record.lost(one.field, "kg has one term for a node")
        return term

    def works(self, record: ForeignRecord, about: str = "") -> tuple[Evidence, ...]:
        """The publications that an element is described by, as items of evidence, with the species that it names; of a
        node or the whole, publications in a note."""
        rests = record.kind in ("transition", "input")
        found, taxa = dict[str, None](), dict[Term, None]()
        for one in [one for one in record.values() if DESCRIBED.search(one.field)]:
            said = vocabulary.compress(one.said) or unquote(one.said)
            if source := self.draft.cite(said):
                found[source] = None
                record.take(one.field)
            else:
                record.lost(one.field, "it is not a PubMed number, a DOI or a web address")
        for one in [one for one in record.values() if rests and TAXON.search(one.field)]:
            if taxon := drafting.taxon(re.split("[:/_]", unquote(one.said))[-1]):
                taxa[replace(taxon, at=None)] = None
                record.take(one.field)
        sources = tuple(found) or ("file",) * bool(taxa)
        item = Evidence(claim=drafting.UNCLASSIFIED, taxon=tuple(taxa), at=record.at)
        items = tuple(replace(item, source=source) for source in sources)
        if items and not rests:
            told = f"{about} is described by this, as the file says." if about else "The file is described by this."
            self.notes.append(Note(note=told, about=(about,) if about else (), evidence=items, at=record.at))
        return items

    def compartment(self, element: Element) -> None:
        id = element.attributes.get("id", "")
        record = self.ledger.record("compartment", id, _said(element), element.at)
        label = " ".join(record.text("name", carry=False).split())
        term = self.term(element, record, label or id)
        if term is None or id in self.homes:
            for field in ("id", "name"):
                record.lost(field, "a place needs an ontology term")
            return
        record.take("id")
        record.take("name")
        key = drafting.unused(drafting.as_key(id), self.places)
        self.homes[id] = key
        self.places[key] = Place(key=key, term=term, name="" if label in ("", term.label) else label)

    def species(self, element: Element, moved: set[str]) -> None:
        id = element.attributes.get("id", "")
        record = self.ledger.record("species", id, _said(element), element.at)
        if not id or id in self.highest:
            message = f"the species {id!r} occurs twice" if id else "a species has no qual:id"
            self.ledger.complain(element.at, "no-element", message)
            return
        highest = record.text("maxLevel") or "1"
        if not re.fullmatch(r"[0-9]{1,3}", highest) or not 1 <= int(highest) <= MOST_LEVELS:
            message = f"{id!r} has levels up to {highest}; 1 to {MOST_LEVELS} can be read"
            self.ledger.complain(element.at, "no-levels", message)
            highest = "1"
        self.highest[id] = int(highest)
        label = record.text("name")
        record.take("id")
        term = self.term(element, record, label or id)
        says: dict[str, Any] = {"term": term, "levels": self.levels(element, record, int(highest))}
        if home := self.homes.get(record.text("compartment", carry=False)):
            record.take("compartment")
            says["place"] = home
        else:
            record.lost("compartment", "a place needs an ontology term")
        initial = record.text("initialLevel", carry=False)
        if initial and id in moved:
            record.lost(
                "initialLevel", "the function of the variable decides its value, so a starting value has no effect"
            )
        elif initial.isdigit() and int(initial) <= int(highest):
            record.take("initialLevel")
            says["at_start"] = (says["levels"] or ("absent", "present"))[int(initial)]
        if record.text("constant", carry=False) in ("true", "false"):
            record.changed("constant", "a node without edges to it stays as it starts")
        key = self.draft.node(id, label, at=element.at, **says)
        if id not in (key, self.draft.nodes[key].label):
            record.changed("id", f"the node is called {key}")
        self.works(record, key)

    def levels(self, element: Element, record: ForeignRecord, highest: int) -> tuple[str, ...]:
        """The names of more levels than two, as kg wrote them beside the species; else numbers."""
        stated = next(iter(_below(element, "levels")), None)
        words = tuple(stated.text.split()) if stated else ()
        fit = len(words) == highest + 1 == len(set(words)) and all(re.fullmatch(drafting.KEY, word) for word in words)
        if fit:
            for field in record.fields():
                if re.search(r"\.levels\.\d+\.text$", field):
                    record.take(field)
            return words
        return ("none", *(f"level{k}" for k in range(1, highest + 1))) if highest > 1 else ()

    def transition(self, element: Element) -> None:
        """The functions of each output of a transition: its terms, and what holds where none of them does."""
        terms = [one for part in element.all("listOfFunctionTerms") for one in part.children]
        inputs = [one for part in element.all("listOfInputs") for one in part.all("input")]
        outputs = [one for part in element.all("listOfOutputs") for one in part.all("output")]
        id = element.attributes.get("id", "")
        record = self.ledger.record("transition", id, _said(element, FRAME["transition"]), element.at)
        record.changed("id", AGAIN)
        rests = {"": self.works(record)}
        if inputs and not any(one.tag == "functionTerm" for one in terms):
            self.influences(inputs, outputs, terms, rests[""])
            return
        known = {one.attributes.get("qualitativeSpecies", "") for one in outputs} & self.highest.keys()
        highest = max((self.highest[name] for name in known), default=1)
        thresholds = {one.attributes.get("id", ""): one.attributes.get("thresholdLevel", "") for one in inputs}
        try:
            said = self.functions(element, terms, thresholds, highest)
            functions = formulas.together(said)
        except formulas.NoFunction as error:
            hint = "terms of and, or, not and comparisons of a species with a level"
            self.ledger.complain(element.at, "no-function", str(error), hint)
            return
        for name in map(formulas.of_threshold, functions[0].variables):
            if name[0] not in self.draft.keys:
                message = f"the function of {id!r} speaks of {name[0]!r}, which is not a species"
                self.ledger.complain(element.at, "unknown-node", message)
                return
        for one in inputs:
            of = one.attributes.get("qualitativeSpecies", "")
            rests[of] = (*rests.get(of, ()), *self.input(one, functions))
        for one in outputs:
            self.output(one, element.at, said, functions, rests)

    def influences(
        self, inputs: list[Element], outputs: list[Element], terms: list[Element], rests: tuple[Evidence, ...]
    ) -> None:
        """Edges of a transition without a function: all that it says is the sign of each input."""
        for one in terms:
            default = self.ledger.record(one.tag, "", _said(one), one.at)
            default.lost("resultLevel", "no term of a function says when it does not hold")
        targets = []
        for one in outputs:
            target = one.attributes.get("qualitativeSpecies", "")
            record = self.ledger.record("output", target, _said(one), one.at)
            if not self.known(one, f"the output {target!r}", target):
                continue
            record.take("qualitativeSpecies")
            record.changed("id", AGAIN)
            record.changed("transitionEffect", "the sign of the input says what becomes of it")
            targets.append(self.draft.keys[target])
        for one in inputs:
            name = one.attributes.get("qualitativeSpecies", "")
            record = self.ledger.record("input", name, _said(one), one.at)
            if not self.known(one, f"the input {name!r}", name):
                continue
            record.take("qualitativeSpecies")
            record.changed("id", AGAIN)
            if record.text("transitionEffect", carry=False) == "none":
                record.take("transitionEffect")
            word = foreign.relation(record.text("sign", carry=False) or "unknown")
            evidence = (*rests, *self.works(record))
            for target in targets:
                sentence = self.draft.sentence(record, "sign", self.draft.keys[name], target, word)
                self.draft.edge(sentence, record, evidence)

    def known(self, element: Element, what: str, name: str) -> bool:
        """Whether an input or an output is a species of the model; else a complaint says that it is none."""
        if name not in self.draft.keys:
            self.ledger.complain(element.at, "unknown-node", f"{what} is not a species")
        return name in self.draft.keys

    def output(
        self, element: Element, at: Location, said: list[str], functions: list[Function], rests: formulas.Rests
    ) -> None:
        """The function of an output as edges, which rest on what the transition and its inputs are described by."""
        target = element.attributes.get("qualitativeSpecies", "")
        whole = " ; ".join(said)
        record = self.ledger.record("output", target, {**_said(element), "function": whole}, element.at)
        for name in ("qualitativeSpecies", "function"):
            record.take(name)
        if record.text("transitionEffect", carry=False) == "assignmentLevel":
            record.take("transitionEffect")
        else:
            self.ledger.complain(element.at, "not-boolean", f"the output {target!r} is not assigned its level")
        record.changed("id", AGAIN)
        if not self.known(element, f"the output {target!r}", target):
            return
        highest = self.highest[target]
        own = (function.is_variable(formulas.threshold(target, k)) for k, function in enumerate(functions[:highest], 1))
        if not all(own):  # else a free input
            try:
                formulas.express(self.draft, target, functions[:highest], at, rests)
            except formulas.NoFunction as error:
                hint = "split it: introduce species for parts of it"
                self.ledger.complain(at, "no-function", str(error), hint)

    def input(self, element: Element, functions: list[Function]) -> tuple[Evidence, ...]:
        """What an input rests on. The functions say it again: its sign is carried where they have the same."""
        name = element.attributes.get("qualitativeSpecies", "")
        record = self.ledger.record("input", name, _said(element), element.at)
        record.take("qualitativeSpecies")
        record.changed("id", AGAIN)
        record.changed("thresholdLevel", "the function says which level counts")
        mine = [(f, v) for f in functions for v in f.variables if formulas.of_threshold(v)[0] == name]
        signs = {
            formulas.sign(function, variable) for function, variable in mine if formulas.depends(function, variable)
        }
        if not signs:
            for field in ("qualitativeSpecies", "sign"):
                record.lost(field, "the function does not depend on it")
            return ()
        if record.text("transitionEffect", carry=False) == "none":
            record.take("transitionEffect")
        sign = record.text("sign", carry=False)
        if {SIGNS.get(sign)} == signs or (sign == "dual" and signs not in ({1}, {-1})):
            record.take("sign")
        elif sign:
            record.lost("sign", "the function does not say so")
        return self.works(record)

    # -- functions --------------------------------------------------------------

    def functions(
        self, element: Element, terms: list[Element], thresholds: Mapping[str, str], highest: int
    ) -> list[str]:
        """For each level from 1 the function that says where at least that holds, as text. Raises NoFunction.

        Of terms that hold together with different results the first counts, and a warning tells of them.
        """
        default, results, texts = 0, list[int](), list[str]()
        for term in terms:
            said = term.attributes.get("resultLevel", "")
            if not re.fullmatch(r"[0-9]{1,3}", said) or int(said) > highest:
                raise formulas.NoFunction(f"a term results in the level {said!r}; the highest is {highest}")
            if term.tag == "defaultTerm":
                default = int(said)
                continue
            math = [formula for one in term.all("math") for formula in one.children]
            if len(math) != 1:
                raise formulas.NoFunction(f"a function term has {len(math)} formulas")
            results.append(int(said))
            texts.append(self.math(math[0], thresholds))
        earlier: list[str] = []
        exact: list[tuple[int, str]] = []  # a result, and where no term before gives another
        for result, formula in zip(results, texts, strict=True):
            others = [f for r, f in zip(results, earlier, strict=False) if r != result]
            clash = formulas.parsed(f"({formula}) & ({' | '.join(f'({one})' for one in others)})") if others else None
            if clash and not clash.never():
                message = "two terms hold together and give different levels; the first counts"
                self.ledger.complain(element.at, "terms-clash", message, "terms that exclude each other", "warning")
                formula_only = f"({formula}) & !({' | '.join(f'({one})' for one in others)})"
            else:
                formula_only = formula
            exact.append((result, formula_only))
            earlier.append(formula)
        found = []
        for level in range(1, highest + 1):
            above = [f"({formula})" for result, formula in exact if result >= level]
            below = [f"({formula})" for result, formula in exact if result < level]
            if default >= level:
                found.append(f"!({' | '.join(below)})" if below else "1")
            else:
                found.append(" | ".join(above) or "0")
        return found

    def math(self, element: Element, thresholds: Mapping[str, str]) -> str:
        """A formula in MathML as a text with &, | and !, over thresholds. Raises NoFunction for what is not logical."""
        if element.tag in ("true", "false"):
            return "1" if element.tag == "true" else "0"
        if element.tag != "apply" or not element.children:
            raise formulas.NoFunction(f"<{element.tag}> is no logical formula")
        operator, *of = element.children
        if operator.tag in ("and", "or") and of:
            joint = " & " if operator.tag == "and" else " | "
            return f"({joint.join(self.math(one, thresholds) for one in of)})"
        if operator.tag == "not" and len(of) == 1:
            return f"!{self.math(of[0], thresholds)}"
        if len(of) != 2:
            raise formulas.NoFunction(f"<{operator.tag}/> of {len(of)} is no logical formula")
        (one, other), word = of, operator.tag
        level = _level(other, thresholds)
        if level is None:
            one, other, word = other, one, TURNED.get(word, word)
            level = _level(other, thresholds)
        if one.tag != "ci" or level is None or word not in ("eq", "neq", *TURNED):
            raise formulas.NoFunction(f"<{operator.tag}/> does not compare a species with a level")
        return self.compared(one.text.strip(), word, level)

    def compared(self, name: str, word: str, level: int) -> str:
        """A comparison of a species with a level, over its thresholds."""

        def least(k: int) -> str:
            return "1" if k <= 0 else "0" if k > self.highest.get(name, 1) else formulas.threshold(name, k)

        exactly = f"({least(level)} & !{least(level + 1)})"
        shapes = {"geq": least(level), "gt": least(level + 1), "eq": exactly}
        shapes |= {"lt": f"!{shapes['geq']}", "leq": f"!{shapes['gt']}", "neq": f"!{exactly}"}
        return shapes[word]


def _level(element: Element, thresholds: Mapping[str, str]) -> int | None:
    """A number, or the threshold of an input by its id."""
    if element.attributes.get("type", "integer") not in ("integer", "real"):
        return None
    said = element.text.strip() if element.tag == "cn" else thresholds.get(element.text.strip(), "")
    return int(said) if re.fullmatch(r"[0-9]{1,3}", said) else None


# ---------------------------------------------------------------- writing


#: A function cannot say what in it is an inference, so none is written unless all is asked for.
without_inferences = outward.functions_without_inferences


def text(mechanism: Mechanism, name: str = "sbml") -> str:
    """A mechanism as it runs, as SBML-qual; by the name of its second ending a copy in which every level is a species.

    What the file leaves open is a species named with two underscores, as in .bnet. Raises InvalidMechanism if libsbml
    is not installed.
    """
    try:
        import libsbml
    except ImportError:
        at = mechanism.at or Location(mechanism.file or mechanism.id, 1, 1)
        raise InvalidMechanism(
            [Diagnostic(at, "no-library", "libsbml, which writes SBML, is missing", install("sbml"))]
        ) from None
    return str(libsbml.writeSBMLToString(_SbmlWriter(mechanism, boolean_copy=name != "sbml", sbml=libsbml).document))


SPECIES = "species__"  # before a name in a formula, so that it is none of libsbml's words


class _SbmlWriter:
    """One pass over a mechanism, adding to a document of libsbml."""

    def __init__(self, mechanism: Mechanism, boolean_copy: bool, sbml: Any) -> None:
        self.m, self.boolean, self.sbml = mechanism, boolean_copy, sbml
        self.net = formulas.Net(mechanism)
        functions = dict(self.net.functions())
        self.document = sbml.SBMLDocument(sbml.SBMLNamespaces(3, 1, "qual", 1))
        self.document.setPackageRequired("qual", True)
        self.model = self.document.createModel()
        self.model.setId(formulas.word(mechanism.id))
        self.model.setName(_literal(mechanism.title))
        self.model.setNotes(f'<p xmlns="{XHTML}">{escape(outward.caveat(mechanism))}</p>')
        self.qual = self.model.getPlugin("qual")
        self.homes: dict[str, str] = {}
        self.behind: dict[tuple[str, str], list[outward.Statement]] = {}  # what is said of two nodes
        for one in outward.statements(mechanism):
            own = one.kind not in ("requires", "unless") or any(
                needed.node == one.subject and needed.evidence for needed in getattr(one.edge, one.kind)
            )
            if one.edge.executes and not one.negated and own:
                self.behind.setdefault((one.subject, one.object), []).append(one)
        self.nodes: dict[str, str] = {}  # the id of a species -> the key of its node
        #: What a variable of a function is here: the id of a species, and the level that it must have.
        self.known = {name: (name, 1) for name in (*functions, *self.net.extra)}
        variables = {
            node.key: [self.net.variable(node, rank) for rank in range(1, max(2, len(node.levels)))]
            for node in mechanism.nodes.values()
        }
        if not self.boolean:
            self.known |= {name: (names[0], k) for names in variables.values() for k, name in enumerate(names, 1)}
        for node in mechanism.nodes.values():
            self.nodes |= dict.fromkeys(variables[node.key], node.key)
        for node in mechanism.nodes.values():
            names = variables[node.key]
            if self.boolean:
                for name, level in zip(names, node.levels[1:] or ("",), strict=True):
                    self.species(name, f"{node.label} ({level})" if node.levels else node.label, 1, node)
                    self.transition(name, [functions[name]])
            else:
                self.species(names[0], node.label, len(names), node)
                self.transition(names[0], [functions[name] for name in names])
        for name in self.net.extra:
            self.species(name, name, 1, None)

    def compartment(self, place: str) -> str:
        """The id of the compartment of a place; where none is stated, of one that says so."""
        if place not in self.homes:
            made = self.model.createCompartment()
            self.homes[place] = self.net.name(formulas.word(place or "not_stated"), "place", place)
            made.setId(self.homes[place])
            made.setConstant(True)
            one = self.m.places.get(place)
            made.setName(_literal(one.label) if one else "not stated")
            self.is_(made, one.term if one else None)
        return self.homes[place]

    def is_(self, element: Any, term: Term | None) -> None:
        """Say of an element which term it is."""
        if term:
            self.annotate(element, self.sbml.BQB_IS, [term.iri])

    def annotate(self, element: Any, qualifier: Any, addresses: Sequence[str]) -> None:
        """Say something of an element by addresses, as MIRIAM does."""
        element.setMetaId(f"meta_{element.getId()}")
        said = self.sbml.CVTerm(self.sbml.BIOLOGICAL_QUALIFIER)
        said.setBiologicalQualifierType(qualifier)
        for address in addresses:
            said.addResource(_literal(address))
        element.addCVTerm(said)

    def rests(self, element: Any, subject: str, object: str) -> None:
        """Say of an input by which publications it is described, and in which species."""
        behind = self.behind.get((self.nodes.get(subject, ""), self.nodes.get(object, "")), [])
        works = dict.fromkeys(_address(work) for one in behind for work in one.publications)
        stated: dict[str, set[str]] = {}  # each publication, and the species that it states
        for item in [item for one in behind for item in one.behind]:
            for work in outward.credited(self.m, item) or ("",):
                stated.setdefault(work, set()).update(taxon.id for taxon in item.taxon)
        common = sorted(next(iter(stated.values()), ()))
        same = all(taxa == set(common) for taxa in stated.values())  # else nobody can tell whose they are
        taxa = [f"{IDENTIFIERS}taxonomy/{_local(taxon)}" for taxon in common if same]
        for qualifier, addresses in ((self.sbml.BQB_IS_DESCRIBED_BY, works), (self.sbml.BQB_HAS_TAXON, taxa)):
            if addresses:
                self.annotate(element, qualifier, list(addresses))

    def species(self, id: str, label: str, highest: int, node: Node | None) -> None:
        made = self.qual.createQualitativeSpecies()
        made.setId(id)
        made.setName(_literal(label))
        made.setCompartment(self.compartment(node.place if node else ""))
        made.setMaxLevel(highest)
        made.setConstant(True)
        if node is None:
            return
        self.is_(made, node.term)
        if highest > 1:
            made.appendAnnotation(f'<levels xmlns="{vocabulary.BASE}vocab/">{" ".join(node.levels)}</levels>')

    def transition(self, target: str, said: list[str]) -> None:
        """The transition of a species, unless it is a free input or never changes; that is its initial level."""
        species = self.qual.getQualitativeSpecies(target)
        if [self.known.get(one) for one in said] == [(target, k) for k in range(1, len(said) + 1)]:
            return
        if set(said) <= {"0", "1"}:
            species.setInitialLevel(said.count("1"))
            return
        species.setConstant(False)
        made = self.qual.createTransition()
        made.setId(self.net.name(f"t_{target}", "transition", target))
        used = dict.fromkeys(self.known[name][0] for one in said for name in _variables(one))
        signs = self.signs(said)
        for name in used:
            taken = made.createInput()
            taken.setId(self.net.name(f"t_{target}_from_{name}", "input", target, name))
            taken.setQualitativeSpecies(name)
            taken.setTransitionEffect(self.sbml.INPUT_TRANSITION_EFFECT_NONE)
            if signs is not None:
                names = {frozenset({1}): "POSITIVE", frozenset({-1}): "NEGATIVE", frozenset(): "UNKNOWN"}
                word = names.get(frozenset(signs.get(name, ())), "DUAL")
                taken.setSign(getattr(self.sbml, f"INPUT_SIGN_{word}"))
            self.rests(taken, name, target)
        output = made.createOutput()
        output.setId(self.net.name(f"t_{target}_output", "output", target))
        output.setQualitativeSpecies(target)
        output.setTransitionEffect(self.sbml.OUTPUT_TRANSITION_EFFECT_ASSIGNMENT_LEVEL)
        made.createDefaultTerm().setResultLevel(0)
        for level in range(len(said), 0, -1):
            above = f" && !({self.formula(said[level])})" if level < len(said) else ""
            term = made.createFunctionTerm()
            term.setResultLevel(level)
            math = self.sbml.parseL3Formula(f"({self.formula(said[level - 1])}){above}")
            for name in used:
                math.renameSIdRefs(f"{SPECIES}{name}", name)
            term.setMath(math)

    def signs(self, said: list[str]) -> dict[str, set[int]] | None:
        """Of each species, whether more of it can only raise, or only lower, what functions say; None if they are too large."""
        found: dict[str, set[int]] = {}
        try:
            functions = formulas.together(said)
        except formulas.NoFunction:
            return None
        for function in functions:
            for variable in function.variables:
                if formulas.depends(function, variable):
                    found.setdefault(self.known[variable][0], set()).add(formulas.sign(function, variable))
        return found

    def formula(self, said: str) -> str:
        """A function as libsbml reads formulas, where a name such as infinity or time would stand for something else."""

        def part(found: re.Match[str]) -> str:
            token = found.group()
            if token in ("0", "1"):
                return "true" if token == "1" else "false"
            species, level = self.known[token]
            return f"({SPECIES}{species} >= {level})"

        return re.sub(r"\w+", part, said).replace("&", "&&").replace("|", "||")


def _local(curie: str) -> str:
    return curie.partition(":")[2]


def _address(work: str) -> str:
    """A publication as the registry of MIRIAM addresses it; an address stays what it is."""
    databases = {"PMID": "pubmed", "doi": "doi"}
    prefix = work.partition(":")[0]
    return f"{IDENTIFIERS}{databases[prefix]}/{_local(work)}" if prefix in databases else work


def _literal(text: str) -> str:
    """A text for libsbml, which takes ``&`` for the beginning of an entity, and ends the process where none follows."""
    return text.replace("&", "&amp;")


def _variables(said: str) -> list[str]:
    return [token for token in re.findall(r"\w+", said) if token not in ("0", "1")]
