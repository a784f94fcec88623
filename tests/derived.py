"""The files that are made from others. ``python tests/derived.py`` writes each of them anew.

What is made: the JSON Schema and the tables of the guide (from ontology/notation.tsv and predicates.tsv), the end of the
vocabulary, the verbs in the JSON-LD context and in the shapes, the shapes without SPARQL, the tables of docs/formats.md,
and the committed exports.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import round_trips
from test_formats import FULL_TABLES_MARK, tables_of_formats

import kg
from kg import formats, page
from kg.formats.notation import schema
from kg.formats.rdf import turtle
from kg.model import limits, vocabulary
from kg.reasoning import screens

ROOT = kg.data_dir("seeds").parent
COMMAND = "python tests/derived.py"
EXPORTS = (".ttl", ".jsonld", ".graphml", ".run.ttl", ".svg")


def behind(mark: str, made: Callable[[], str]) -> Callable[[str], str]:
    """The text up to the mark stays; what is made follows."""

    def anew(old: str) -> str:
        if mark not in old:
            raise ValueError(f"the mark is gone: {mark.strip()}")
        return old.partition(mark)[0] + mark + made()

    return anew


def table_behind(mark: str, made: Callable[[], str]) -> Callable[[str], str]:
    """The table behind the mark is made; all else stays."""

    def anew(old: str) -> str:
        if mark not in old:
            raise ValueError(f"the mark is gone: {mark.strip()}")
        head, _, rest = old.partition(mark)
        return head + mark + made() + re.sub(r"\A(\|.*\n)*", "", rest)

    return anew


def tables_of_the_notation() -> str:
    return schema.guide().removeprefix("### mechanism\n")


def verbs_of_the_context(old: str) -> str:
    """One line for each verb, between the last word of the head and the first list of parts."""
    lines = [
        f'  "{verb}": {json.dumps({"@id": f"kgv:{verb}", "@type": "@id", "@container": "@set"})},\n'
        for verb in vocabulary.predicates()
    ]
    head, own, rest = re.fullmatch(
        r'(.*\n)(  "inMechanism": [^\n]*\n).*?(  "sources": "@included".*)', old, re.DOTALL
    ).groups()
    return head + own + "".join(lines) + rest


def verbs_of_the_shapes(old: str) -> str:
    """The list of verbs that an edge may have."""
    verbs = textwrap.fill(" ".join(f"kgv:{verb}" for verb in vocabulary.predicates()), 112, break_on_hyphens=False)
    head, rest = re.split(r"(?<=sh:in \(\n)(?=\s+kgv:activates)", old)
    return head + textwrap.indent(verbs, " " * 8) + rest[rest.index(" ) .") :]


def core_of_the_shapes(_: str) -> str:
    """The shapes without the sections and the declarations that only SPARQL constraints need."""
    text = (kg.data_dir("ontology") / "shapes.ttl").read_text(encoding="utf-8")
    _, prefixes, rest = re.split(r"(?s)(?<=\n)\n(@prefix.*?\n)\n", text, maxsplit=1)
    about, *sections = re.split(r"(?=# ---- )", rest)
    about = re.sub(r" ;\n    sh:declare .*\n", " .\n", about, flags=re.DOTALL)
    about = about.replace("/shapes", "/shapes/core").replace('"Shapes of', '"Core shapes of')
    about = re.sub(r" and must not have \(.*?\)", "", about) + "\n"
    core = [section for section in sections if "sh:sparql" not in section]
    said = (
        "# The shapes of shapes.ttl without SPARQL constraints, for SHACL engines that know none.",
        f"# Made by `{COMMAND}`. What it cannot say is whether a bare triple is supported: shapes.ttl does.",
    )
    return "\n".join((*said, "", prefixes, about.rstrip(), "", "".join(core)))


def table_of_mechanisms() -> str:
    """What each mechanism was read from, and how its runs compare with published perturbations."""
    rows = []
    for mechanism in map(kg.read, formats.seeds()):
        read = Counter(source.read for source in mechanism.sources.values())
        file = Path(mechanism.file).with_name("observed.tsv")
        seen = screens.read_observed(mechanism, file) if file.exists() else []
        found = Counter(one.verdict for one in screens.compare(mechanism, seen))
        verdicts = [str(found[verdict]) for verdict in screens.VERDICTS] if seen else ["", "", ""]
        word, most = screens.constant(seen) if seen else ("", 0)
        rows.append(
            [
                f"`{mechanism.id}`: {mechanism.title}{' (outline)' * (mechanism.status == 'outline')}",
                str(sum(not edge.definition for edge in mechanism.edges)),
                str(read["full"]),
                str(read["abstract"] + read["excerpt"]),
                str(len(mechanism.expectations)),
                *(str(len(seen)) if seen else "none", *verdicts, f"{most} (*{word}*)" if seen else ""),
            ]
        )
    head = ["mechanism", "steps", "sources read whole", "in part", "expectations", "observations", *screens.VERDICTS]
    lines = [[*head, "constant"], ["---"] * (len(head) + 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def derived() -> Iterator[tuple[Path, Callable[[str], str]]]:
    """Each file that is made from others, and what makes its text anew from the old one."""
    ontology, docs = kg.data_dir("ontology"), ROOT / "docs"
    yield ontology / "mechanism.schema.json", lambda _: schema.as_text()
    yield docs / "notation.md", behind("### mechanism\n", tables_of_the_notation)
    yield ontology / "vocabulary.ttl", behind("TABLES ====\n", turtle.words)
    yield ontology / "context.jsonld", verbs_of_the_context
    yield ontology / "shapes.ttl", verbs_of_the_shapes
    yield ontology / "shapes-core.ttl", core_of_the_shapes
    yield docs / "mechanisms.md", table_behind("<!-- made by tests/derived.py -->\n", table_of_mechanisms)
    yield (
        docs / "security.md",
        table_behind("<!-- made by tests/derived.py from kg/model/limits.py -->\n", limits.table),
    )
    yield docs / "formats.md", table_behind(round_trips.MARK, round_trips.table)
    yield docs / "formats.md", behind(FULL_TABLES_MARK, tables_of_formats)
    exports = {
        *(ROOT / "exports").iterdir(),
        *(ROOT / "exports" / f"{file.parent.name}.ttl" for file in formats.seeds()),
    }
    for file in sorted(exports):
        suffix = next((end for end in sorted(EXPORTS, key=len, reverse=True) if file.name.endswith(end)), "")
        seed = file.name.removesuffix(suffix)
        if suffix and (kg.data_dir("seeds") / seed).is_dir():
            yield file, export(seed, suffix)


def export(seed: str, suffix: str) -> Callable[[str], str]:
    def made(_: str) -> str:
        mechanism = kg.read(seed)
        return page.svg(mechanism) if suffix == ".svg" else formats.text(mechanism, suffix)

    return made


def main() -> None:
    for file, made in derived():
        old = file.read_text(encoding="utf-8") if file.exists() else ""
        new = made(old)
        if new != old:
            file.write_text(new, encoding="utf-8", newline="\n")
            print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
