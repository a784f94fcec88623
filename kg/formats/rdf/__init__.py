"""RDF: Turtle, TriG, N-Quads, JSON-LD, RDF 1.2, nanopublications."""

from __future__ import annotations

import re
from pathlib import Path

from rdflib import XSD, Literal

from kg import checks
from kg.formats.rdf import assertions, jsonld, read
from kg.formats.rdf.jsonld import JsonLd
from kg.formats.rdf.nanopublications import NP, framed, nanopubs
from kg.formats.rdf.turtle import RUN, Sections, Trig, head, reified, serialized
from kg.formats.rdf.write import dataset, graph, run_alone, run_graph
from kg.formats.shared import bounded
from kg.formats.shared.losses import Ledger
from kg.model.mechanism import Mechanism


def text(mechanism: Mechanism, name: str) -> str:
    """A mechanism as one of the RDF rows of FORMATS: ``ttl``, ``trig``, ``nq``, ``jsonld``, ``rdf12``, ``nanopub``, ``run``."""
    if name == "ttl":
        return head(mechanism) + serialized(Sections(graph(mechanism)))
    if name == "rdf12":
        return head(mechanism) + reified(graph(mechanism))
    if name == "nanopub":
        return head(mechanism) + nanopubs(mechanism)
    if name == "run":
        return head(mechanism, RUN) + serialized(Sections(run_alone(mechanism)))
    if name == "jsonld":
        return JsonLd(mechanism, graph(mechanism)).text()
    data = dataset(mechanism)
    if name == "trig":
        return head(mechanism) + serialized(Trig(data))
    lines = data.serialize(format="nquads").split("\n")
    return head(mechanism) + "".join(f"{line}\n" for line in sorted(filter(None, lines)))


LOST = {"*": "RDF holds a repeated statement only once"}


#: The same for one row of FORMATS.
LOST_OF = {
    "nanopub": {
        "mechanism": "of the mechanism, a nanopublication holds only title, licence, version and caveats",
        "edge": "only what a source asserts is a nanopublication: nothing supposed, inferred or disputed",
        "*": "it belongs to no edge that is a nanopublication",
    }
}


#: The first statement of a file, if it has a fourth part: N-Quads, which are no TriG.
QUAD = re.compile(r'(?:\s++|#.*+)*+<[^>]*>\s+<[^>]*>\s+(?:<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"\S*)\s+<[^>]*>\s*\.')
SUFFIXES = (".ttl", ".trig", ".nq", ".jsonld")


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """A mechanism from RDF that kg wrote, in any of its serialisations. Nothing is fetched.

    Raises InvalidMechanism for what is not RDF, refers to a context elsewhere, or holds not one mechanism of ours.
    """
    said = bounded.text(file, ledger)
    guessed = ".jsonld" if said.lstrip()[:1] in ("{", "[") else ".nq" if QUAD.match(said) else ".trig"
    suffix = file.suffix if file.suffix in SUFFIXES else guessed
    if suffix == ".jsonld":
        jsonld.examine(bounded.objects(said, ledger), ledger)
    triples = bounded.triples(said, ledger, suffix)
    told = [one for one in triples if not one.graph.endswith("/run")]  # what a run derives is derived again
    data = read.by_subject(one[:3] for one in told)
    readers = read.readers(data, ledger)
    if not readers and str(NP.Nanopublication) in {one.object for one in told}:
        return assertions.parsed(file, ledger, said)
    if len(readers) != 1:
        message = f"it holds {len(readers)} mechanisms of kg" if readers else "it holds no mechanism that kg wrote"
        raise ledger.stop(None, "no-mechanism", message, "RDF of others is asked by `kg ask` and checked by `kg check`")
    made = readers[0].mechanism()
    again = dict.fromkeys(framed(data, readers[0].root), "") | _again(made, runs=len(told) < len(triples))
    read.account({one[:3]: one.form for one in triples}, readers[0], again)
    return made


def _again(mechanism: Mechanism, runs: bool) -> read.Forms:
    """What kg writes of a mechanism that was read, with what its runs derive; nothing if there is a fault in it."""
    if checks.check(mechanism, sources="", run=False).errors:
        return {}
    graphs = [graph(mechanism), *([run_graph(mechanism)] if runs else [])]
    return {(str(s), str(p), str(o)): _form(o) for one in graphs for s, p, o in one}


def _form(value: object) -> str:
    if not isinstance(value, Literal):
        return ""
    return f"@{value.language}" if value.language else str(value.datatype or XSD.string)
