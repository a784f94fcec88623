"""Where an IRI of ours is shown, by what follows the base ``https://w3id.org/immune-kg/``; ``where`` says it for any:

=============================== ==========================================================
IRI                             page, and fragment
=============================== ==========================================================
(the base itself)               ``index.html``
``ID``                          ``ID.html``, the explorer; ``ID/index.html`` says what there is of it
``ID/node/KEY``                 ``ID.html#node=KEY``
``ID/edge/NAME``                ``ID.html#edge=NAME``
``ID/evidence/NAME/HASH``       ``ID.html#edge=NAME``
``ID/source/KEY``               ``ID/source/KEY.html``
``ID/place/KEY``                ``ID.html#tab=explore&place=KEY``
``ID/condition/NAME``           ``ID.html#tab=runs&in=NAME``; ``assumption`` and ``reading`` likewise
``ID/run``, ``ID/run/NAME``     ``ID.html#tab=runs``, ``ID.html#tab=runs&in=NAME``
``ID/answer/QUESTION``          ``questions/QUESTION.html``, and so for ``answer/QUESTION``
``term/NAME``                   ``term/NAME.html``; a term of an ontology likewise: ``term/GO_0006915.html``
``vocab/WORD``                  ``vocabulary.html#WORD``
``np/CODE``                     ``np/index.html#CODE``
``shapes/NAME``, ``void/...``   ``downloads.html``
=============================== ==========================================================

In a file name each character but letters, digits, ``-``, ``_`` and ``.`` is ``-``, and the colon of a CURIE ``_``.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote


def where(path: str) -> str:
    """The page, and the fragment, that shows what an IRI names; ``path`` is what follows the base.

    >>> where("ta1-tlr7/edge/degradation"), where("ta1-tlr7/source/article"), where("term/miR-146a-5p")
    ('ta1-tlr7.html#edge=degradation', 'ta1-tlr7/source/article.html', 'term/miR-146a-5p.html')
    """
    path = path.partition("?")[0]
    first, _, rest = path.partition("/")
    kind, _, name = rest.partition("/")
    if first in ("", "shapes", "void"):
        return "index.html" if not first else "downloads.html"
    if first == "np":
        return "np/index.html" + f"#{rest}" * bool(rest)
    if first == "vocab":
        return "vocabulary.html" + f"#{rest}" * bool(rest)
    if first == "term":
        return term_page(f"kg:{unquote(rest)}") if rest else "terms.html"
    if first == "answer" or kind == "answer":
        return f"questions/{file_name(unquote(name or rest))}.html"
    own = f"{file_name(unquote(first))}.html"
    if kind == "source" and name:
        return source_page(unquote(first), unquote(name))
    key = quote(unquote(name.partition("/")[0]), safe="")  # what has a longer name is shown with what it belongs to
    fragments = {
        "node": f"#node={key}",
        "edge": f"#edge={key}",
        "note": "#tab=notes",
        "evidence": f"#edge={key}",
        "place": f"#tab=explore&place={key}",
        "condition": f"#tab=runs&in={key}",
        "assumption": f"#tab=runs&assume={key}",
        "reading": f"#tab=runs&reading={key}",
        "run": f"#tab=runs&in={key}" if name else "#tab=runs",
    }
    return own + fragments.get(kind, "")


def file_name(text: str) -> str:
    """A text as a file name that every host and file system takes."""
    return re.sub(r"[^A-Za-z0-9._-]", "-", text).lstrip(".") or "-"


def term_page(curie: str) -> str:
    """The page of a term.

    >>> term_page("GO:0006915"), term_page("kg:miR-146a-5p")
    ('term/GO_0006915.html', 'term/miR-146a-5p.html')
    """
    return f"term/{file_name(curie.removeprefix('kg:').replace(':', '_'))}.html"


def source_page(mechanism: str, key: str) -> str:
    """The page of a source of a mechanism."""
    return f"{file_name(mechanism)}/source/{file_name(key)}.html"
