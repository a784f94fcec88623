"""query.html: the data and an engine in one file, so that SPARQL needs no server and no network.

The engine is Oxigraph as WebAssembly, the editor CodeMirror; vendor/ has both as built, from which packages, and how
to build them anew. Everything stands in the page: code as text, the engine and the data compressed.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from kg import page, sparql
from kg.model import vocabulary
from kg.model.mechanism import Mechanism
from kg.page import vendor
from kg.page.words import Narrative

HERE = Path(__file__).parent
#: Words of SPARQL that are completed.
KEYWORDS = """SELECT DISTINCT WHERE OPTIONAL FILTER VALUES UNION MINUS BIND GRAPH FROM NAMED ORDER BY GROUP HAVING LIMIT OFFSET
ASK CONSTRUCT DESCRIBE PREFIX EXISTS NOT IN AS COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT BOUND COALESCE CONCAT CONTAINS IF LANG LCASE
REGEX REPLACE STR STRAFTER STRBEFORE STRENDS STRLEN STRSTARTS SUBSTR UCASE isIRI isLiteral DESC ASC""".split()


def values(
    mechanisms: Sequence[Mechanism], quads: str, words: Iterable[tuple[str, str, str]], style: str
) -> dict[str, Any]:
    """What the template query.html shows, beside what every page has: ``words`` are those of the vocabulary."""
    script = f"{_vendor('editor.min.js')}\n{_page('query.js')}"
    packages, licences = vendor.others("editor", "engine")
    return {
        "style": style,
        "script": script,
        "code": _vendor("engine.min.js"),
        "worker": _page("worker.js"),
        "engine": base64.b64encode((vendor.FOLDER / "engine.wasm.gz").read_bytes()).decode(),
        "data": base64.b64encode(gzip.compress(quads.encode("utf-8"), 9, mtime=0)).decode(),
        "known": _known(mechanisms, words),
        "packages": packages,
        "licences": licences,
        "policy": (
            "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; worker-src blob:; "
            f"script-src {page.digest(script)} 'wasm-unsafe-eval'; style-src {page.digest(style)}"
        ),
    }


def _known(mechanisms: Sequence[Mechanism], words: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """What the script knows: questions, what can be completed, prefixes, and what must be said of each mechanism."""
    usual = vocabulary.namespaces()
    return {
        "base": vocabulary.BASE,
        "draft": vocabulary.DRAFT,
        "seconds": sparql.SECONDS,
        "rows": sparql.ROWS,
        "prefixes": " ".join(f"PREFIX {prefix}: <{iri}>" for prefix, iri in usual.items()),
        "short": sorted(usual.items(), key=lambda item: (-len(item[1]), item)),
        "curies": {prefix: row.iri for prefix, row in vocabulary.prefixes().items()},
        "questions": [_question(one) for one in sparql.questions().values()],
        "first": "mechanisms",
        "mechanisms": [
            {
                "id": m.id,
                "title": m.title,
                "version": m.version,
                "caveats": list(m.caveats),
                "published": vocabulary.citable(m.id),
            }
            for m in sorted(mechanisms, key=lambda m: m.id)
        ],
        "words": _completions(mechanisms, words),
        "labels": [
            {"label": label, "type": "text"}
            for label in sorted({node.label for m in mechanisms for node in m.nodes.values()})
        ],
    }


def _question(one: sparql.Question) -> dict[str, Any]:
    """A question as the script has it: its query in parts, of which some are parameters."""
    parts: list[str | dict[str, str]] = []
    start = len(one.text) - len(one.query)
    for name, token in sparql.places(one):
        kind = {"iri": "iri", "number": "number"}.get(token.kind, "literal")
        value = token.text if kind == "number" else token.text[1:-1]
        parts += [one.text[start : token.start], {"name": name, "kind": kind, "value": value, "text": token.text}]
        start = token.end
    return {
        "name": one.name,
        "summary": one.summary,
        "explanation": " ".join(one.explanation.split("\n")),
        "parameters": [{"name": p.name, "value": p.default, "meaning": p.meaning} for p in one.parameters],
        "parts": [*parts, one.text[start:]],
    }


def _completions(mechanisms: Sequence[Mechanism], words: Iterable[tuple[str, str, str]]) -> list[dict[str, str]]:
    """What the editor completes: SPARQL, our vocabulary, prefixes, and terms, nodes and steps by what they are called."""
    found = [{"label": word, "type": "keyword"} for word in KEYWORDS]
    found += [
        {"label": f"kgv:{word}", "detail": label, "info": means, "type": "property"} for word, label, means in words
    ]
    found += [
        {"label": f"{prefix}:", "detail": iri, "type": "namespace"} for prefix, iri in vocabulary.namespaces().items()
    ]
    for name in ("rdfs:label", "rdf:subject", "rdf:predicate", "rdf:object", "dcterms:title", "biolink:Association"):
        found.append({"label": name, "type": "property"})
    terms = {
        t.id: t.label
        for m in mechanisms
        for n in m.nodes.values()
        for t in (n.term, *n.same, *n.narrower, *n.broader)
        if t
    }
    for id, label in sorted(terms.items()):
        found.append({"label": label, "detail": id, "apply": id, "type": "class"})
        found.append({"label": id, "detail": label, "type": "class"})
    for m in mechanisms:
        told = Narrative(m)
        for kind, names in (
            ("node", {k: told.title(k) for k in m.nodes}),
            ("edge", {e.name: told.say(e) for e in m.edges}),
        ):
            for name, label in names.items():
                iri = f"<{vocabulary.BASE}{m.id}/{kind}/{name}>"
                found.append({"label": label, "detail": f"{kind} of {m.id}", "apply": iri, "type": "constant"})
    return found


@cache
def _page(name: str) -> str:
    return (HERE / "pages" / name).read_text(encoding="utf-8").replace("</script", "<\\/script")


@cache
def _vendor(name: str) -> str:
    return (vendor.FOLDER / name).read_text(encoding="utf-8").strip().replace("</script", "<\\/script")
