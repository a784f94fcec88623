"""What drawing in the picture changes in the text: a line writes a sentence, a box a node, and what is deleted goes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count

from kg.formats.notation import edit
from kg.formats.notation.edit import CannotEdit, Change
from kg.model import vocabulary
from kg.model.grounding import exactly


def connected(text: str, sentence: str, evidence: Mapping[str, str]) -> list[Change]:
    """The changes that write a sentence with its evidence behind the last one; keys without a value are left out.

    >>> text = "nodes: {A: none, B: none}\\nedges:\\n- edge: A activates B  # first\\n"
    >>> print(edit.applied(text, connected(text, "B inhibits A", {"claim": "inference", "because": "so", "says": ""})))
    nodes: {A: none, B: none}
    edges:
    - edge: A activates B  # first
    - edge: B inhibits A
      evidence:
      - {claim: inference, because: so}
    <BLANKLINE>
    """
    said = {key: value for key, value in evidence.items() if value}
    edges = edit.content(text).get("edges") or []
    return edit.changed(text, ("edges", len(edges)), {"edge": sentence, "evidence": [said]})


def with_node(text: str, name: str, place: str = "") -> list[Change]:
    """The changes that write a node behind the last one, and below the grid of ``layout:`` if there is one: with the term that is called so, a pinned one first.

    >>> text = "nodes:\\n  A: none\\n"
    >>> print(edit.applied(text, with_node(text, "Toll-Like Receptor 7", "skin")))
    nodes:
      A: none
      Toll_Like_Receptor_7: {term: MESH:D051199 ! Toll-Like Receptor 7, name: Toll-Like Receptor 7, in: skin}
    <BLANKLINE>
    """
    content = edit.content(text)
    taken, rows = content.get("nodes") or {}, content.get("layout") or []
    stem = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "node"
    stem = stem if stem[0].isalpha() else f"n{stem}"
    key = next(one for one in (f"{stem}_{n}" if n > 1 else stem for n in count(1)) if one not in taken)
    pinned = (
        one for one in vocabulary.terms().values() if name.casefold() in map(str.casefold, (one.label, *one.synonyms))
    )
    best = next(pinned, None) or exactly(name).best
    term = f"{best.id} ! {best.label}" if best else "none"
    said = {"term": term} | ({"name": name} if name != key else {}) | ({"in": place} if place else {})
    cell = edit.changed(text, ("layout", len(rows)), [key]) if rows else []
    return [*edit.changed(text, ("nodes", key), said if len(said) > 1 else term), *cell]


def without(text: str, part: str) -> list[Change]:
    """The changes that take an edge out, by its name, or a node that is named nowhere else.

    >>> text = "nodes: {A: none, B: none}\\nedges:\\n- edge: A activates B\\n# mine\\n- edge: B inhibits A\\n"
    >>> print(edit.applied(text, without(text, "A-activates-B")))
    nodes: {A: none, B: none}
    edges:
    # mine
    - edge: B inhibits A
    <BLANKLINE>
    """
    content = edit.content(text)
    edges, rows = content.get("edges") or [], content.get("layout") or []
    names = [
        one.get("name") or "-".join(str(one.get("edge")).split()) if isinstance(one, dict) else "" for one in edges
    ]
    if part in names:
        return edit.changed(text, ("edges", names.index(part)), None)
    times = sum(use.name == part and use.of in ("node", "about") for use in edit.uses(text))
    cells = [
        ("layout", r, c)
        for r, row in enumerate(rows)
        if isinstance(row, list)
        for c, key in enumerate(row)
        if key == part
    ]
    if more := times - 1 - len(cells):
        raise CannotEdit(f"the text names {part} in {more} other place{'s' * (more > 1)}; delete those sentences first")
    emptied = [change for cell in cells for change in edit.changed(text, cell, ".")]
    return [*edit.changed(text, ("nodes", part), None), *emptied]
