"""The languages of the page: every word of the interface has a row in each table, and no row is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest
from conftest import SEED, SEEDS, Open
from jinja2 import nodes
from rdflib import RDFS, SKOS, Literal, URIRef

import kg
from kg import page
from kg.formats.rdf.names import KGV
from kg.formats.rdf.write import graph
from kg.model import languages, records, vocabulary
from kg.model.records import Frozen, Translation, Wording
from kg.page import legend, picture, speech, words
from kg.page.layout import font, lines
from kg.reasoning import conflict, whatif

HERE = Path(kg.__file__).parent
PAGE = HERE / "page"


def literals(node: ast.AST) -> Iterator[str]:
    """The texts that an expression may be: a literal, or one of several."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    for part in [node.body, node.orelse] if isinstance(node, ast.IfExp) else []:
        yield from literals(part)


def of_python() -> Iterator[str]:
    for file in (file for folder in ("model", "reasoning", "page") for file in (HERE / folder).glob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names = {
            t.id: n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Assign)
            for t in n.targets
            if isinstance(t, ast.Name)
        }
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "speak":
                said = call.args[0]
                yield from literals(names.get(said.id, said) if isinstance(said, ast.Name) else said)


def of_template() -> Iterator[str]:
    source = (PAGE / "explorer.html").read_text(encoding="utf-8")
    yield from speech.texts(source)
    for call in jinja2.Environment().parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "speak":
            first = call.args[0]
            for part in [first, *first.find_all(nodes.Const)] if isinstance(first, nodes.CondExpr) else [first]:
                if isinstance(part, nodes.Const) and isinstance(part.value, str):
                    yield part.value


def of_script(source: str) -> Iterator[str]:
    """The keys of speak`...` and speak('...'), those within ${} of others, too.

    >>> list(of_script("speak`${n} of ${speak(`a`) + speak`b ${1}`}`, speak('c')"))
    ['c', '{0} of {1}', 'b {0}']
    """
    yield from re.findall(r"\bspeak\('([^']+)'", source)
    for match in re.finditer(r"\bspeak`", source):
        yield template(source, match.end())[0]


def template(source: str, at: int) -> tuple[str, int]:
    """The key of a template literal, and where it ends."""
    key, count = "", 0
    while source[at] != "`":
        if source.startswith("${", at):
            key, count, depth, at = f"{key}{{{count}}}", count + 1, 1, at + 2
            while depth:
                if source[at] == "`":
                    at = template(source, at + 1)[1]
                else:
                    depth += {"{": 1, "}": -1}.get(source[at], 0)
                at += 1
        else:
            key, at = key + source[at], at + 1
    return key, at


#: What scripts ask for by a name that they compute.
COMPUTED = {
    "is required for", "must be absent for", "set", "contested", "reproduces an observation", "prediction under assumption",
    "complete", "one level lower", "unstated", "Set absent", "Set present", "why it starts so", "condition", "reading", "comparison", "assumption", "screen", "pair of pictures",
    "{0} node in both", "{0} nodes in both", "{0} step between them", "{0} steps between them",
    *(f"{relation} under “{{0}}”" for relation in ("same as", "higher than", "lower than")),
}  # fmt: skip


def of_data() -> Iterator[str]:
    """What tables of the code and of ontology/ say of any mechanism."""
    yield from COMPUTED
    yield from (
        "present",
        "absent",
        "unknown",
        "text",
        "as written",
        *(f"{stance} this" for stance in ("disputes", "qualifies")),
    )
    yield from (*words.READ.values(), *words.STANCES.values(), *records.STATUS.values(), records.BY_DEFINITION)
    yield from (*(sign["text"] for sign in (*legend.LINES, *legend.VALUES)), *picture.KINDS, *whatif.MARKS)
    yield from (*conflict.KINDS.values(), *conflict.WHY.values(), *conflict.CONTEXTS, "time", "dose")
    yield from (claim.label for claim in vocabulary.claims().values())
    for predicate in vocabulary.predicates().values():
        for many in (False, True):
            yield f"{{0}} {predicate.said(many)} {{1}}" + (" from {2}" if predicate.verb == "protects" else "")


def keys() -> set[str]:
    scripts = [of_script(file.read_text(encoding="utf-8")) for file in sorted((PAGE / "js").glob("*.js"))]
    return {*of_python(), *of_template(), *(key for script in scripts for key in script), *of_data()}


def values(m: kg.Mechanism) -> set[str]:
    """Words of a mechanism that many have: kinds of source, levels, species, hedges of the whole."""
    levels = {level for node in m.nodes.values() for level in node.levels}
    species = {records.common_name(taxon) for item in m.evidence() for taxon in item.taxon}
    return {*levels, *species, *(source.kind for source in m.sources.values()), *(item.hedge for item in m.scope)}


@pytest.mark.parametrize("language", languages.languages())
def test_a_table_has_every_word_of_the_interface_and_no_other(language: str) -> None:
    table = languages.wording(language)
    wanted, known = keys(), set().union(*map(values, SEEDS))
    assert sorted(wanted - table.keys()) == [], "words of the interface without a translation"
    assert sorted(table.keys() - wanted - known) == [], "rows that nobody asks for"
    assert list(table) == sorted(table), "rows stand in order, so that changes by several people rarely meet"


@pytest.mark.parametrize("language", languages.languages())
def test_a_translation_puts_in_what_the_english_words_do(language: str) -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"{\d[^}]*}", text))

    for english, said in languages.wording(language).items():
        more = {"{2}"} if english == "{0}, in the {1}" else set()  # the place as it is written
        assert said and (places(said) == places(english) or (more and places(said) == {"{0}", "{2}"})), english
        assert (english[0] == " ", english[-1] == " ") == (said[0] == " ", said[-1] == " "), english


# ---- what a mechanism is called

GERMAN = SEED.told("de")


def test_a_translation_is_whole_and_changes_names_only() -> None:
    assert [
        one for m in SEEDS for one in kg.check(m, sources="", run=False).diagnostics if "translation" in one.code
    ] == []
    assert GERMAN.title != SEED.title and GERMAN.summary != SEED.summary
    assert GERMAN.nodes["CD8_T_cells"].label == "CD8⁺-T-Zellen" and GERMAN.nodes["CD8_T_cells"].many
    assert [node.many for node in GERMAN.nodes.values()] == [node.many for node in SEED.nodes.values()]
    own = {key: SEED.nodes[key].name for key in SEED.nodes}
    again = {key: replace(node, name=own[key], plural=SEED.nodes[key].plural) for key, node in GERMAN.nodes.items()}
    assert again == dict(SEED.nodes) and GERMAN.edges == SEED.edges


def test_no_name_in_the_picture_is_cut_short() -> None:
    for m in SEEDS:
        for tag in m.languages:
            assert [
                node.label
                for node in m.told(tag).nodes.values()
                if "…" in "".join(lines(node.label, size=font(node.label)))
            ] == []


def test_rdf_has_one_label_and_a_preferred_one_for_each_language() -> None:
    blood = URIRef(f"{vocabulary.BASE}ta1-tlr7/place/blood")
    assert list(graph(SEED).objects(blood, RDFS.label)) == [Literal("Blood")]
    assert list(graph(SEED).objects(blood, SKOS.prefLabel)) == [Literal("Blut", lang="de")]


def test_what_is_made_once_is_made_in_english() -> None:
    m = replace(SEED, version="0.1.0-test")  # nothing is known of it yet
    with languages.speaking("de"):
        assert words.Narrative(m, language="de").copies
    assert "Research findings, not medical advice" in set(map(str, graph(m).objects(None, KGV.caveat)))


def test_the_frame_of_another_page_is_in_its_language() -> None:
    said = page.embed(SEED, "https://example.org/", language="de")
    assert f'title="{GERMAN.title}"' in said and "öffnet die ganze Seite" in said and "not medical advice" not in said


# ---- the page, with every word that is translated in brackets: what stands outside of them is not translated

OPEN, SHUT = "⟦", "⟧"

#: The texts and spoken attributes outside of brackets, except what is marked as of another language or as no language.
OUTSIDE = r"""names => {
  const bare = text => {
    for (let before = ''; before !== text;) [before, text] = [text, text.replace(/⟦[^⟦⟧]*⟧/g, '')];
    for (const name of names) text = text.replaceAll(name, '');
    return text.trim();
  };
  const exempt = e => e.closest('script,style,noscript,textarea,code,[translate=no]') || e.closest('[lang]').lang !== document.documentElement.lang;
  const found = [];
  const add = (text, where) => /\p{L}/u.test(bare(text)) && found.push(`${where.tagName.toLowerCase()}${where.id && '#' + where.id}: ${bare(text)}`);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) if (!exempt(node.parentElement)) add(node.data, node.parentElement);
  for (const e of document.querySelectorAll('body *')) if (!exempt(e))
    for (const name of ['aria-label', 'title', 'placeholder', 'alt']) if (e.hasAttribute(name)) add(e.getAttribute(name), e);
  return [...new Set(found)];
}"""

#: What a reader comes to see, as the part of an address; and what then is done there.
STATES: dict[str, tuple[str, ...]] = {
    "": ("#line summary", "#share summary"),
    "stop=4": ("#plain",),
    "edge=degradation": ("[data-copy=citation]",),
    "edge=protection": (),
    "node=miR146a": (),
    "node=Ta1_blood&in=both": (),
    "tab=card": (),
    "tab=steps": (),
    "tab=runs": ("#set-nodes summary", "#then-nodes summary"),
    "tab=runs&in=both&set=RNase_A=absent": ("#follows details summary", "#apart"),
    "tab=runs&set=TLR7=absent&then=Ta1=present": (),
    "tab=runs&in=none&set=x": (),
    "tab=runs&screen=absent": (),
    "tab=explore&from=chemotherapy&to=tumour_control&claim=finding": (),
    "tab=explore&from=TLR7&to=chemotherapy": (),
    "tab=notes": (),
}


def bracketed(text: str) -> str:
    return f"{OPEN}{text}{SHUT}" if text else ""


@pytest.fixture
def brackets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The page of the first seed, in a language that puts brackets around all that it translates, named xx."""
    table = {text: bracketed(text) for text in {*languages.wording("de")}}
    real = languages.wording
    for module in (languages, page):
        monkeypatch.setattr(module, "wording", lambda language: table if language == "xx" else real(language))

    def stop(one: records.Stop) -> records.Stop:
        fields = ("title", "caption", "plain", "question", "answer")
        said = Translation("xx", **{name: bracketed(getattr(one, name)) for name in fields})
        return replace(one, translations=Frozen({"xx": said}))

    names = {
        parts: Frozen(
            {key: bracketed(getattr(one, "label", "") or one.title) for key, one in getattr(SEED, parts).items()}
        )
        for parts in records.NAMED
    }
    said = Wording("xx", bracketed(SEED.title), bracketed(SEED.summary), **names)
    mechanism = replace(SEED, translations=Frozen({"xx": said}), tour=tuple(map(stop, SEED.tour)))
    file = tmp_path / "brackets.html"
    file.write_text(page.html(mechanism), encoding="utf-8")
    return file


@pytest.mark.slow
def test_no_word_that_a_reader_sees_or_hears_stays_in_english(visit: Open, brackets: Path) -> None:
    found: dict[str, list[str]] = {}
    latin = sorted({taxon.label for item in SEED.evidence() for taxon in item.taxon})
    for state, clicks in STATES.items():
        tab = visit(f"?{len(found)}#lang=xx&{state}", path=brackets)
        tab.wait_for_function("() => window.explorer")
        assert tab.evaluate("document.documentElement.lang") == "xx"
        for one in clicks:
            tab.locator(one).first.click()
        if "explore" in state:
            tab.locator("#table").fill("gene,x\nTLR7,1\nfoo,2\nTLR7,\nRNase A,3")
            tab.locator("#colour").click()
            tab.locator("#find").fill("mir")
        if "screen" in state:
            tab.wait_for_selector("#screened table")
        found[state] = tab.evaluate(OUTSIDE, latin)
    assert {state: some for state, some in found.items() if some} == {}
