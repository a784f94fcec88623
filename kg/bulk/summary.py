"""What a graph holds, in numbers: as VoID, and as one page with plots, which needs no network."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from kg.bulk.run import COUNTED, BulkSummary
from kg.model import vocabulary
from kg.model.vocabulary import NAMESPACES

NOT_STATED = "not stated"


def void(about: Mapping[str, Any], counts: BulkSummary, parts: Sequence[Path]) -> str:
    """A description of the dataset in VoID: its size, its classes, its properties and its parts."""
    graph, edges, nodes = about["graph"], about["edges"]["written"], about["nodes"]["written"]
    lines = [
        *(f"@prefix {word}: <{NAMESPACES[word]}> ." for word in ("biolink", "dcterms", "kgv", "rdf", "rdfs", "skos")),
        "@prefix void: <http://rdfs.org/ns/void#> .",
        "",
        f"<{graph}> a void:Dataset ;",
        f'    dcterms:title "{graph.rpartition("/")[2]}: a KGX graph, validated and made into RDF by kg {about["kg"]}" ;',
        f"    void:triples {counts.quads} ;",
        f"    void:entities {nodes + edges} ;",
        f"    void:distinctSubjects {nodes + edges} ;",
        f"    void:properties {sum(1 for n in counts.properties.values() if n)} ;",
        f'    void:uriSpace "{graph}/" ;',
        f"    void:vocabulary <{NAMESPACES['biolink']}>, <{NAMESPACES['kgv']}> ;",
        f"    void:classPartition [ void:class biolink:Association ; void:entities {edges} ] ;",
    ]
    for name, n in counts.properties.items():
        if n:
            lines.append(f"    void:propertyPartition [ void:property {name} ; void:triples {n} ] ;")
    for part in sorted(part.name for part in parts):
        lines.append(f"    void:dataDump <{part}> ;")
    return "\n".join(lines)[:-1] + ".\n"


# ---------------------------------------------------------------- the page

STYLE = """
:root { color-scheme: light dark; --ink: #1d2433; --soft: #5a6478; --line: #d9dee8; --page: #fff; --bar: #3b6ea8; --bad: #b3472f }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9f0; --soft: #a0a9bb; --line: #333c4d; --page: #141923; --bar: #6fa3dd; --bad: #e08468 } }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 3rem; color: var(--ink); background: var(--page);
  font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.05rem; margin: 0 0 .6rem }
p { margin: .3rem 0; color: var(--soft) } code { overflow-wrap: anywhere }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2.5rem; margin: 1.2rem 0; padding: 0 }
.facts div { display: flex; flex-direction: column-reverse }
.facts dt { color: var(--soft); font-size: .85rem } .facts dd { margin: 0; font-size: 1.35rem; font-variant-numeric: tabular-nums }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); gap: 1.2rem }
section { border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; min-width: 0 }
table { width: 100%; border-collapse: collapse; font-size: .87rem } td, th { padding: .12rem 0; text-align: left; font-weight: 400 }
th { width: 45%; padding-right: .6rem; overflow-wrap: anywhere } td.n { width: 5.5rem; text-align: right; font-variant-numeric: tabular-nums }
td.b { padding-left: .6rem } .bar { display: block; width: 100%; height: .7rem } .bar rect { fill: var(--bar) } .bad .bar rect { fill: var(--bad) }
svg.scatter { width: 100%; height: auto; display: block } svg.scatter circle { fill: var(--bar) }
svg.scatter line { stroke: var(--line) } svg.scatter text { fill: var(--soft); font-size: 12px }
"""
SHOWN = 14  # bars of a plot


def html(name: str, about: Mapping[str, Any], counts: BulkSummary) -> str:
    """One page: what was read, what came of it, what was rejected and why, and plots of what is there."""
    nodes, edges = about["nodes"], about["edges"]
    rejected = nodes["rejected"] + edges["rejected"]
    facts = {
        "nodes": nodes["written"],
        "edges": edges["written"],
        "of them asserted": counts.asserted,
        "quads": counts.quads,
        "rows rejected": rejected,
    }
    plots = [_bars("Nodes by category", counts.categories, nodes["written"])]
    plots += [_bars(title, counts.by[column], edges["written"]) for column, title in COUNTED.items()]
    plots.append(_scatter("Nodes by degree", counts.degrees))
    if rejected:
        plots.append(_bars("Rejected rows by reason", about["rejected"], rejected, "bad"))
    ignored = sorted({column for columns in about["ignored_columns"].values() for column in columns})
    unknown = about["unregistered_prefixes"]
    left = f"<p>Columns that were not carried over: {escape(', '.join(ignored))}.</p>" if ignored else ""
    kept = f"<p>Prefixes that are not registered: {escape(', '.join(unknown))}.</p>" if unknown else ""
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(name)}: a graph in numbers</title><style>{STYLE}</style></head><body><main>
<h1>{escape(name)}</h1>
<p><code>{escape(about["graph"])}</code>, made by kg {escape(about["kg"])} from {nodes["read"] + edges["read"]:,} rows of KGX.
What a source does not state is counted as <i>{NOT_STATED}</i>; an edge is asserted if its row says that it is a knowledge assertion and
does not negate it. Research findings, not medical advice.</p>{left}{kept}
<dl class="facts">{"".join(f"<div><dt>{key}</dt><dd>{value:,}</dd></div>" for key, value in facts.items())}</dl>
<div class="plots">{"".join(plots)}</div></main></body></html>
"""


def _label(value: str) -> str:
    term = vocabulary.terms().get(value)
    return f"{term.label} ({value})" if term else value or NOT_STATED


def _bars(title: str, counts: Mapping[str, int], total: int, kind: str = "") -> str:
    """Horizontal bars with their numbers, in a table that a screen reader can read."""
    shown = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    rows = shown[:SHOWN]
    if len(shown) > SHOWN:
        rest = sum(n for _, n in shown[SHOWN:])
        rows.append((f"{len(shown) - SHOWN} others", rest))
    most = max((n for _, n in rows), default=1)
    made = []
    for value, n in rows:
        bar = f'<svg class="bar" aria-hidden="true"><rect width="{100 * n / most:.2f}%" height="100%" rx="2"/></svg>'
        share = f"{100 * n / total:.1f} %" if total else ""
        made.append(
            f'<tr title="{share}"><th scope="row">{escape(_label(value))}</th><td class="n">{n:,}</td><td class="b">{bar}</td></tr>'
        )
    body = f"<table>{''.join(made)}</table>" if made else "<p>There is nothing to count.</p>"
    return f'<section class="{kind}"><h2>{title}</h2>{body}</section>'


def _scatter(title: str, degrees: Mapping[int, int]) -> str:
    """How many nodes have how many edges, both on a scale of powers of ten."""
    if not degrees:
        return f"<section><h2>{title}</h2><p>There are no edges.</p></section>"
    wide, high, left, low, right, top = 440, 300, 58, 42, 26, 14
    most = [max(1, math.ceil(math.log10(max(values) + 1e-9))) for values in (degrees, degrees.values())]

    def place(degree: float, nodes: float) -> tuple[float, float]:
        x = left + (wide - left - right) * math.log10(degree) / most[0]
        return x, high - low - (high - low - top) * math.log10(nodes) / most[1]

    marks = []
    for power in range(most[0] + 1):
        x, y = place(10**power, 1)
        marks.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{y:.1f}"/>')
        marks.append(f'<text x="{x:.1f}" y="{high - 24}" text-anchor="middle">{10**power:,}</text>')
    for power in range(most[1] + 1):
        x, y = place(1, 10**power)
        marks.append(f'<line x1="{x:.1f}" x2="{wide - right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        marks.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10**power:,}</text>')
    marks.append(f'<text x="{(left + wide - right) / 2}" y="{high - 6}" text-anchor="middle">edges of a node</text>')
    seen: dict[tuple[int, int], str] = {}  # dots that would lie on one another are drawn once
    for degree, nodes in degrees.items():
        x, y = place(degree, nodes)
        tip = f"{nodes:,} with {degree:,}"
        seen.setdefault(
            (round(x), round(y)), f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6"><title>{tip}</title></circle>'
        )
    most_edges = max(degrees)
    alt = f"Most nodes have few edges; the most that one has is {most_edges:,}"
    return (
        f'<section><h2>{title}</h2><svg class="scatter" viewBox="0 0 {wide} {high}" role="img" aria-label="{alt}">'
        f"{''.join(marks)}{''.join(seen.values())}</svg><p>Nodes upwards; the most edges that one node has: {most_edges:,}.</p></section>"
    )
