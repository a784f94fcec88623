"""RDF: Turtle, TriG, N-Quads, JSON-LD, RDF 1.2, nanopublications."""

from __future__ import annotations

from pathlib import Path

from rdflib import RDF, Dataset

from kg.formats.rdf import assertions
from kg.formats.rdf.jsonld import JsonLd
from kg.formats.rdf.nanopublications import NP, nanopubs
from kg.formats.rdf.read import SYNTAX, mechanisms, refuse_remote_context
from kg.formats.rdf.turtle import RUN, Sections, Trig, head, reified, serialized
from kg.formats.rdf.write import dataset, graph, run_alone
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
    lines = data.serialize(format="nquads").splitlines()
    return "".join(f"{line}\n" for line in sorted(filter(None, lines)))


LOST = {"*": "what is said twice, the RDF says once"}


#: The same for one row of FORMATS.
LOST_OF = {
    "nanopub": {
        "mechanism": "of the whole, a nanopublication says title, licence, version and caveats",
        "edge": "only what a source asserts is a nanopublication: nothing supposed, inferred or disputed",
        "*": "it belongs to no edge that is a nanopublication",
    }
}


def parse(file: Path, ledger: Ledger) -> Mechanism:
    """A mechanism from RDF that kg wrote, in any of its serialisations. Nothing is fetched.

    Raises InvalidMechanism for what is no RDF, refers to a context elsewhere, or holds not one mechanism of ours.
    """
    said = bounded.text(file, ledger)
    syntaxes = SYNTAX.get(file.suffix) or (("json-ld",) if said.lstrip()[:1] in ("{", "[") else ("trig", "nquads"))
    if "json-ld" in syntaxes:
        refuse_remote_context(bounded.objects(said, ledger), ledger)
    for syntax in syntaxes:
        data = Dataset(default_union=False)
        try:
            data.parse(data=said, format=syntax)
            break
        except Exception as error:  # rdflib raises whatever its parsers trip over
            if syntax == syntaxes[-1]:
                line = getattr(error, "lines", 0) if isinstance(getattr(error, "lines", 0), int) else 0
                reason = " ".join(str(getattr(error, "_why", None) or error or type(error).__name__).split())[:200]
                raise ledger.stop(ledger.at(line + 1), "no-rdf", f"this is no {syntax}: {reason}") from None
    told = ((s, p, o) for s, p, o, graph in data.quads() if not str(graph or "").endswith("/run"))
    found = mechanisms(told, ledger)  # what a run derives is derived again
    if not found and any(data.quads((None, RDF.type, NP.Nanopublication, None))):
        return assertions.parsed(file, ledger, said)
    if len(found) != 1:
        message = f"it holds {len(found)} mechanisms of kg" if found else "it holds no mechanism that kg wrote"
        raise ledger.stop(None, "no-mechanism", message, "RDF of others is asked by `kg ask` and checked by `kg check`")
    return found[0]
