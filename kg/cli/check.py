"""Write and check: new, check, ground, locate, write, draft, add-source, schema."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

import kg
from kg.cli.group import AT_LEAST_ONE, FILE, FROM, JSON, SOURCES, main
from kg.cli.printing import complaint_counts, number_of, print_complaints, support_counts, support_line, unreadable

if TYPE_CHECKING:
    from kg.model.catalogue import Catalogue
    from kg.model.grounding import Grounding


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@SOURCES
@FROM
@click.option("--strict", is_flag=True, help="Fail on every anchor or span that was not checked, and if there is none.")
@JSON
def check(paths: Sequence[str], sources: str | None, source: str, strict: bool, as_json: bool) -> None:
    """Check mechanisms: shape, terms, signs, evidence, anchors, expectations, answers.

    Prints every complaint about every file in one run. Says how many anchors were compared with their texts, whether the
    expectations hold when the mechanism is run, which edges no expectation tests, and whether the answers saved in answers/
    beside the file are unchanged. RDF files from any source are validated with SHACL. Exit code 1 if there is an error.
    """
    from dataclasses import asdict

    from kg import formats
    from kg.checks import shapes
    from kg.model import rdf_files
    from kg.model.diagnostics import InvalidMechanism
    from kg.sparql import declared

    files = list(paths) or [str(path) for path in formats.seeds()]
    failed = False
    results = []
    for path in files:
        if rdf_files.is_rdf(path) and not source:
            rdf = shapes.examine(path)
            failed = failed or bool(rdf.errors)
            results.append(rdf.as_dict())
            if not as_json:
                print_complaints(rdf.diagnostics)
                counted = complaint_counts(rdf.diagnostics) if rdf.diagnostics else "nothing wrong"
                click.echo(f"{rdf.file}: {number_of(rdf.edges, 'edge')}, {number_of(rdf.triples, 'triple')}, {counted}")
            continue
        try:
            mechanism, report = formats.examine(path, sources, strict, source)
        except (InvalidMechanism, OSError) as error:  # this file cannot be read; the others can still be checked
            failed = True
            results.append({"file": path, "diagnostics": [one.as_dict() for one in unreadable(path, error)]})
            print_complaints([] if as_json else unreadable(path, error))
            continue
        answers = declared.Answers() if report.errors else declared.examine(mechanism)
        diagnostics = (*report.diagnostics, *answers.diagnostics)
        failed = failed or bool(report.errors or answers.diagnostics)
        summary = {
            "id": mechanism.id,
            "file": mechanism.file,
            "status": mechanism.status,
            "nodes": len(mechanism.nodes),
            "edges": len(mechanism.edges),
            "anchors": {
                "total": report.coverage.total,
                "checked": report.coverage.checked,
                "matched": report.coverage.matched,
                "wrong": report.coverage.wrong,
                "skipped": report.coverage.reasons,
            },
            "runs": asdict(report.runs),
            "answers": {"declared": answers.declared, "differ": len(answers.diagnostics)},
            "support": {} if report.errors else support_counts(mechanism),
        }
        results.append({**summary, "diagnostics": [one.as_dict() for one in diagnostics]})
        if not as_json:
            print_complaints(diagnostics)
            counted = complaint_counts(diagnostics) if diagnostics else "nothing wrong"
            size = f"{number_of(len(mechanism.nodes), 'node')}, {number_of(len(mechanism.edges), 'edge')}"
            said = ", ".join(filter(None, (mechanism.status, size, counted)))
            click.echo(f"{mechanism.file}: {said}")
            click.echo(f"  {report.coverage}\n  {report.runs}")
            if answers.declared:
                click.echo(f"  {answers}")
            if not report.errors:
                click.echo(f"  {support_line(mechanism)}")
    if as_json:
        click.echo(json.dumps(results, ensure_ascii=False, indent=1))
    if failed:
        sys.exit(1)


@main.command()
@click.argument("words", nargs=-1, metavar="[TEXT]")
@click.option(
    "--prefer",
    type=click.Choice(["human", "mouse"]),
    default="human",
    show_default=True,
    help="The species whose genes are listed first.",
)
@click.option("--all", "column", type=FILE, metavar="FILE", help="Ground every name in the first column of this file.")
@click.option("-n", "--most", type=AT_LEAST_ONE, default=5, show_default=True, metavar="N", help="How many to show.")
@click.option("--obo", type=FILE, metavar="FILE", help="Look in this OBO file instead.")
@click.option(
    "--table", type=FILE, metavar="FILE", help="Look in this table of HGNC, MGI, MeSH or NCBI Taxonomy instead."
)
@click.option("--add", multiple=True, metavar="ID", help="Pin this term of the file: add it to ontology/terms.tsv.")
@click.option("--category", default="", metavar="NAME", help="The Biolink category of what is added.")
@JSON
def ground(
    words: Sequence[str],
    prefer: str,
    column: Path | None,
    most: int,
    obo: Path | None,
    table: Path | None,
    add: Sequence[str],
    category: str,
    as_json: bool,
) -> None:
    """Find the terms that a name may mean, best first.

    Looks in the lexicon that comes with kg (genes, families, cells, anatomy, processes, diseases, chemicals, organisms)
    and in ontology/terms.tsv: exact labels, reviewed short forms, synonyms, previous symbols, other spellings. Copy a
    line after `term:`. Where nothing fits it says so, shows the nearest names, and ends with 1.

    --all writes a table to review: a row for each name in the first column of a file.

    To pin an id that the lexicon does not know, download its ontology or table: `kg ground --obo FILE --add ID` or
    `kg ground --table FILE --add ID` writes a row with the release and the hash of the file, in a checkout only. Without
    a TEXT, --obo and --table compare the labels of terms.tsv with the file, and end with 1 if any differs.
    """
    file = obo or table
    if obo and table:
        raise click.UsageError("either an --obo file or a --table, not both")
    if (add or category) and not file:
        raise click.UsageError("--add and --category need --obo FILE or --table FILE")
    if not (file or column or words):
        raise click.UsageError("which TEXT?")
    of = None
    if file:
        from kg.model import catalogue

        of = catalogue.read(file, "obo" if obo else "table", [*add, *words])

    def look_up(text: str) -> Grounding:
        return of.found(text, most) if of else kg.ground(text, most, prefer)

    if of and add:
        for entry in catalogue.add(of, add, category):
            click.echo(f"added {entry.id} ! {entry.label} ({entry.category}), as read in {entry.verified_in}")
    elif column:
        _print_groundings(column, look_up, as_json)
    elif of and not words:
        _print_recheck(of, as_json)
    else:
        _print_grounding(look_up(" ".join(words)), as_json)


def _print_grounding(found: Grounding, as_json: bool) -> None:
    """What a name may mean; ends the command with 1 if it means nothing that is known."""
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    else:
        if found.ambiguous:
            click.echo(f"{found.text!r} may mean several things:")
        for match in found.matches:
            click.echo(f"{match}\n    {match.about}")
    if not found.matches:
        if not as_json:
            click.echo(f"no term is like {found.text!r}" + ("; the nearest are:" if found.nearest else ""), err=True)
            for match in found.nearest:
                click.echo(f"  {match}\n      {match.about}", err=True)
        sys.exit(1)


def _print_groundings(file: Path, look_up: Callable[[str], Grounding], as_json: bool) -> None:
    """A table of what each name of a column means, to be reviewed."""
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    separator = "\t" if any("\t" in line for line in lines) else "," if file.suffix == ".csv" else "\n"
    names = [name for line in lines if (name := line.split(separator)[0].strip().strip('"'))]
    found = [look_up(name) for name in names]
    if as_json:
        click.echo(json.dumps([{"text": one.text, **one.as_dict()} for one in found], ensure_ascii=False, indent=1))
        return
    click.echo("\t".join(("name", "id", "label", "match", "category", "taxon", "how", "other meanings", "nearest")))
    for one in found:
        best = one.best
        own = (best.id, best.label, best.match, best.category, best.taxon, best.how) if best else ("",) * 6
        others = " | ".join(map(str, one.matches[1:])) if one.ambiguous else ""
        click.echo("\t".join((one.text, *own, others, " | ".join(map(str, one.nearest)))))


def _print_recheck(of: Catalogue, as_json: bool) -> None:
    """The pinned terms that a file says something else of; ends the command with 1 if there is any."""
    from kg.model import catalogue

    found, compared = catalogue.recheck(of)
    if as_json:
        rows = [vars(one) for one in found]
        click.echo(
            json.dumps({"file": of.verified_in, "compared": compared, "found": rows}, ensure_ascii=False, indent=1)
        )
    else:
        for one in found:
            click.echo(str(one))
        click.echo(
            f"{number_of(compared, 'term')} of terms.tsv compared with {of.verified_in}: {number_of(len(found), 'difference')}"
        )
    if found:
        sys.exit(1)


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("words", nargs=-1, required=True, metavar="PHRASE")
@JSON
def locate(file: Path, words: Sequence[str], as_json: bool) -> None:
    """Find a phrase in a text: its section, paragraph and span.

    The span goes after `span:`; a phrase that is found exactly once may go after `anchor:`.
    """
    from dataclasses import asdict

    from kg.model import texts

    phrase = " ".join(words)
    found = texts.locate(file, phrase)
    text = texts.open_text(file)
    if as_json:
        click.echo(
            json.dumps({"sha256": text.sha256, "found": [asdict(one) for one in found]}, ensure_ascii=False, indent=1)
        )
    else:
        for one in found:
            section = f"“{one.section}”, " if one.section else ""
            click.echo(f"span: [{one.start}, {one.end}]    {section}paragraph {one.paragraph}")
        if len(found) == 1:
            click.echo(
                f"anchor: {text.text[found[0].start : found[0].end]}"
                if len(phrase.split()) <= 8
                else "too long for an anchor"
            )
        elif found:
            click.echo(f"found {len(found)} times: add a word to make it a unique anchor")
        click.echo(f"sha256: {text.sha256}")
    if not found:
        nearest = text.nearest(phrase)
        click.echo(f"{file} does not say this" + (f"; it says: {nearest}" if nearest else ""), err=True)
        sys.exit(1)


@main.command()
@click.argument("name")
def new(name: str) -> None:
    """Write a commented starter: NAME/mechanism.yaml.

    The starter is valid: `kg check NAME` and `kg build NAME` work at once.
    """
    import re

    folder = Path(name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", folder.name):
        raise click.UsageError(f"{folder.name!r}: a name is small letters, digits and hyphens, such as pd1-blockade")
    file = folder / "mechanism.yaml"
    if file.exists():
        raise click.UsageError(f"{file} already exists")
    from kg.formats.notation.schema import with_schema

    starter = (kg.data_dir("ontology") / "starter.yaml").read_text(encoding="utf-8")
    with_schema(file, starter.replace("NAME", folder.name))
    click.echo(f"{file}\nedit it, then: kg check {name}")


@main.command()
@click.argument("mech", required=False)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), metavar="FILE.html", help="Write the page to a file instead."
)
@click.option("--lexicon", is_flag=True, help="With -o: also write the lexicon beside it, which the page can open.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="The port to listen on [default: a free one]."
)
@click.option("--no-browser", is_flag=True, help="Print the address; do not open a browser.")
def write(mech: str | None, out: Path | None, lexicon: bool, port: int, no_browser: bool) -> None:
    """Write a mechanism in a page: its text, its picture and what kg says of it side by side.

    \b
    kg write                        opens a starter; Save writes my-mechanism.yaml here
    kg write my-mechanism           opens this mechanism; Save writes its file
    kg write my-mechanism -o write.html   one page that works without kg; Download saves

    Python and kg run in the page, so it reports what the commands report. Only this machine can reach the page, at an address with
    a random token. The page can change no other file, and does not overwrite a file that another program has changed. MECH may be a file that does not exist yet. Ctrl-C ends it.
    """
    from kg import bench, formats
    from kg.bench.serve import Bench
    from kg.formats.notation.read import parse_bytes
    from kg.model import files
    from kg.model.diagnostics import InvalidMechanism
    from kg.model.lexicon import packed
    from kg.page.written import called

    named = mech or str(_free("my-mechanism.yaml"))
    missing = Path(named)
    new = missing.suffix in (".yaml", ".yml") and not missing.exists()
    file = missing if new else formats.find(named)
    if file.exists():  # what is not text cannot be written on
        wrong = [one for one in parse_bytes(file.read_bytes(), str(file))[1] if one.code == "not-utf8"]
        if wrong:
            raise InvalidMechanism(wrong)
    if out:
        page = bench.html(file.read_text(encoding="utf-8") if file.exists() else "", called(file))
        files.write(out, page)
        click.echo(f"{out}: {len(page) / 1e6:.1f} MB. Open it from the file; it needs no network.")
        if lexicon:
            beside = out.with_name(bench.LEXICON)
            files.write(beside, packed())
            click.echo(f"{beside}: 218,000 terms, for the button Lexicon of the page.")
        return
    try:
        server = Bench(file, port)
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror}") from None
    click.echo(f"{file} is open at {server.address}\nCtrl-C ends it.")
    if not no_browser:
        click.launch(server.address)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        click.echo("ended")
    finally:
        server.server_close()


def _free(name: str) -> Path:
    """A file of this name that is not there yet, in the working folder: with a number, if need be."""
    first = Path(name)
    names = itertools.chain([first], (first.with_stem(f"{first.stem}-{n}") for n in itertools.count(2)))
    return next(file for file in names if not file.exists())


@main.command()
@click.argument("text", type=FILE)
@click.option("-o", "--out", type=click.Path(path_type=Path), metavar="FILE", help="Also write them as a mechanism.")
@click.option("--with", "mech", metavar="MECH", help="Also use the names of its nodes.")
@click.option(
    "--from",
    "proposed",
    type=FILE,
    metavar="FILE.jsonl",
    help="Sentences that another reader proposes, a JSON object in each line, or statements of INDRA.",
)
@JSON
def draft(text: Path, out: Path | None, mech: str | None, proposed: Path | None, as_json: bool) -> None:
    """Propose the sentences that a text may say, with the words that say them.

    \b
    kg draft paper.txt                        list them
    kg draft paper.txt -o mine/mechanism.yaml   write them, to change or delete one by one
    kg draft paper.txt --from reach.jsonl     those of another reader that the text supports

    It uses rules only: a verb of kg between two names of the lexicon. No model, no network. Read every sentence in the text:
    about six in ten are right, and most statements are not found (benchmarks/README.md has the numbers). The claim
    of each is `unclassified` until you say what kind of statement it is. What the text denies is set aside, with a warning.

    A line of --from is {"subject": ..., "verb": ..., "object": ..., "quote": ...}. The quote must stand in the text, the names
    in the lexicon or in MECH, and kg must know the verb; else the line is set aside with its reason.
    """
    from kg import formats
    from kg.formats.notation.schema import with_schema
    from kg.review.suggest import draft as drafted

    if out and out.exists():
        raise click.UsageError(f"{out} already exists")
    found = drafted(text, kg.read(mech) if mech else None, proposed)
    if out and found.mechanism:
        try:
            if out.suffix in (".yaml", ".yml"):
                with_schema(out, formats.text(found.mechanism, ".yaml"))
            else:
                kg.write(found.mechanism, out)
        except formats.UnknownFormat as error:
            raise click.UsageError(f"-o {out}: {error}") from None
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False, indent=1))
    else:
        print_complaints(found.aside)
        for one in found.proposals:
            click.echo(f"{one}\n    {one.words}")
        click.echo(f"{number_of(len(found.proposals), 'sentence')} proposed. Read each in the text before you keep it.")
        if out and found.mechanism:
            click.echo(f"{out}: delete or change each, then: kg check {out} --sources {text.parent}")
    if not found.proposals:
        sys.exit(1)


@main.command("add-source")
@click.argument("mech")
@click.option(
    "--jats",
    type=FILE,
    metavar="FILE",
    help="The article in JATS XML (.xml, .nxml), BioC (XML, JSON) or plain text: what it states is taken from it.",
)
@click.option("--doi", default="", metavar="DOI", help="Its DOI, such as 10.1016/j.isci.2021.103441, or its address.")
@click.option("--pmid", default="", metavar="NUMBER", help="Its PubMed number, with or without PMID:.")
@click.option(
    "--text",
    type=FILE,
    metavar="FILE",
    help="The text that anchors will be read from: only its hash goes into the file.",
)
@click.option("--key", default="", metavar="NAME", help="The key of the source [default: made from the DOI].")
@click.option(
    "--kind",
    default="",
    help="The type of the source, such as journal article [default: as FILE says, or publication].",
)
@click.option("--title", default="", help="Its title.")
@click.option(
    "--read",
    type=click.Choice(["full", "excerpt", "abstract", "report", "no"]),
    default="no",
    show_default=True,
    help="How much of it was read.",
)
def add_source(
    mech: str, jats: Path | None, doi: str, pmid: str, text: Path | None, key: str, kind: str, title: str, read: str
) -> None:
    """Append a source to a mechanism file, and stubs for what it says.

    \b
    kg add-source my-mechanism --jats papers/paper.xml --read full
    kg check my-mechanism --sources papers

    --jats takes title, authors, journal, date, identifiers and licence from the file of an article. Its text is saved beside
    it, as .txt with a heading for each section; only the hash of the text goes into the mechanism. Options override what the
    file states.

    Every line of the mechanism file stays as it is, with its comments. The stubs are comments: fill them in, and take the #
    away. Nothing is looked up on the network. A DOI or PubMed number that the mechanism has already is refused, unless its
    source has the very text of the article, which is then only saved.
    """
    from kg.review import curate

    if not (doi or pmid or jats):
        raise click.UsageError("give it a --doi, a --pmid, or both, or the article: --jats FILE")
    if jats and text:
        raise click.UsageError("either --jats, which brings its own text, or --text")
    added = curate.add_source(mech, doi, pmid, text, key, kind, title, read, jats)
    print_complaints(added.warnings)
    done = (
        "added {!r} to sources, and stubs behind the last edge" if added.new else "{!r} already exists, with this text"
    )
    click.echo(f"{added.file}: {done.format(added.source.key)}")
    if added.text:
        click.echo(f"{added.text}: its text, in {number_of(added.sections, 'section')}")
    folder = f" --sources {added.text.parent}" if added.text else ""
    click.echo(f"then: kg check {mech}{folder}")


@main.command()
@click.argument("text", nargs=-1)
@JSON
def verbs(text: tuple[str, ...], as_json: bool) -> None:
    """List the verbs of the notation, or find the one that TEXT means.

    A verb raises its object in a run, lowers it, stops another edge, or has no effect. A word of your own finds the verb
    that means it: "secretion", "up-regulates", "phagocytoses".
    """
    from kg.model import verbs

    asked = " ".join(text)
    found = verbs.verbs(asked)
    if as_json:
        rows = [
            {
                "verb": v.verb,
                "role": v.role,
                "sign": v.sign,
                "joins": v.kinds,
                "also": v.also.split(),
                "means": v.definition,
            }
            for v in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not found:
        click.echo(f"no verb means {asked!r}; `kg verbs` lists all", err=True)
        sys.exit(1)
    for role, words in verbs.ROLES.items() if not text else ():
        click.echo(click.style(f"Verbs that {words}", bold=True))
        for verb in (one for one in found if one.role == role):
            click.echo(f"  {verb.verb:<22}{verb.definition}")
    for verb in found[:8] if text else ():
        effect = {"increases": "raises its object", "decreases": "lowers its object", "blocks": "stops an edge"}
        click.echo(
            click.style(verb.verb, bold=True) + f"  {effect.get(verb.role, 'no effect in a run')}; joins {verb.kinds}"
        )
        click.echo(f"  {verb.definition}")
        if verb.also:
            click.echo(f"  also: {verb.also.replace(' ', ', ').replace('_', ' ')}")


@main.command()
@click.option("--guide", is_flag=True, help="Print the tables of docs/notation.md instead.")
def schema(guide: bool) -> None:
    """Print the notation as a JSON Schema, for editors."""
    from kg.formats.notation import schema

    click.echo(schema.guide() if guide else schema.as_text(), nl=False)
