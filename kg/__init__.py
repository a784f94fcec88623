"""Immune mechanisms as knowledge graphs: written once, then checked, drawn, exported and asked.

>>> import kg
>>> mechanism = kg.read("ta1-tlr7")                  # an id in seeds/, a file or its folder
>>> mechanism.node("TLR7").term.label
'Toll-Like Receptor 7'
>>> mechanism.edge("degradation").sentence.text
'RNase_A degrades miR146a'
>>> kg.check(mechanism).errors
()
"""

from importlib import import_module
from pathlib import Path
from typing import Any

__version__ = "0.1.0"

#: Where each public name lives. It is imported on first use, so `import kg` costs nothing.
_HOME = {
    "InvalidMechanism": "kg.model.diagnostics",
    "Mechanism": "kg.model.mechanism",
    "ask": "kg.sparql",
    "build": "kg.site.build",
    "check": "kg.checks",
    "discriminate": "kg.reasoning.experiments",
    "ground": "kg.model.vocabulary",
    "locate": "kg.model.texts",
    "merge": "kg.reasoning.merge",
    "page": "kg.page",
    "read": "kg.formats",
    "routes": "kg.reasoning.routes",
    "whatif": "kg.reasoning.whatif",
    "why": "kg.reasoning.reasons",
    "write": "kg.formats",
}
__all__ = sorted([*_HOME, "data_dir"])


def data_dir(name: str) -> Path:
    """The folder ``ontology`` or ``seeds``: inside an installed kg, or beside it in a checkout.

    >>> data_dir("ontology").joinpath("predicates.tsv").is_file()
    True
    """
    here = Path(__file__).resolve().parent
    return next(folder for folder in (here / name, here.parent / name) if folder.is_dir())


def __getattr__(name: str) -> Any:
    if name in _HOME:
        module = import_module(_HOME[name])
        return module if name == "page" else getattr(module, name)
    raise AttributeError(f"module 'kg' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
