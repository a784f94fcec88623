"""Show and publish: build, site, figure, embed, serve, push."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from kg.cli.group import AT_LEAST_ONE, EVERYTHING, FROM, JSON, SOURCES, main, settings_of
from kg.cli.printing import (
    Profile,
    Progress,
    number_of,
    print_complaints,
    print_credit,
    print_table,
    valid_mechanism,
)

if TYPE_CHECKING:
    from kg.page.figure import Form
    from kg.site.build import Built


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--out", default="exports", show_default=True, metavar="DIR", help="Where to write.")
@click.option("--only", metavar="NAME,...", help="Only these outputs, such as ttl,html.")
@click.option(
    "--quotes",
    is_flag=True,
    help="Show in the pages the sentence at each anchor, where the licence of its source allows it.",
)
@click.option("--bench", is_flag=True, help="Also write write.html, where Change this opens a mechanism (10 MB).")
@click.option("--profile", is_flag=True, help="Print how much CPU time each step took.")
@SOURCES
@FROM
@EVERYTHING
def build(
    paths: Sequence[str],
    out: str,
    only: str | None,
    quotes: bool,
    bench: bool,
    profile: bool,
    sources: str | None,
    source: str,
    everything: bool,
) -> None:
    """Write mechanisms as RDF, GraphML, a page and a picture.

    Builds every mechanism in seeds/ unless PATHs are given. Stops with all complaints, and writes nothing, if any
    mechanism is invalid. Unchanged inputs are not built again.
    """
    from kg.site.build import build as run
    from kg.site.build import outputs

    names = [name.strip() for name in (only or "").split(",") if name.strip()]
    if not out or (only is not None and not names):
        raise click.UsageError(f"{'--only' if out else '--out'} is empty")
    unknown = [name for name in names if name not in outputs()]
    if unknown:
        raise click.UsageError(f"--only: {unknown[0]!r} is none of {', '.join(outputs())}")
    progress = Profile() if profile else Progress()
    with progress as say:
        done = run(paths, out, names, sources, say, everything, source, quotes, bench)
    print_complaints(done.warnings)
    _print_built(done)
    if isinstance(progress, Profile):
        print_table(progress.table())


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("-o", "--out", default="site", show_default=True, metavar="DIR", help="Where to write.")
@click.option("--url", default="", metavar="URL", help="Where it will be published, for snippets to paste.")
@click.option("--no-docs", is_flag=True, help="Leave the documentation out.")
@SOURCES
def site(paths: Sequence[str], out: str, url: str, no_docs: bool, sources: str | None) -> None:
    """Write a whole site as plain files, for any static host and for opening from a folder.

    The explorer of every mechanism, a page for each term, source and question with its answer, SPARQL in the browser,
    downloads, how to embed, and the documentation of kg below docs/ (from a checkout, with kg[docs]). No page makes a
    request outside the folder. Files there that kg did not write stay. If any mechanism is invalid, it prints all
    complaints and writes nothing.
    """
    from kg import formats
    from kg.site.build import valid
    from kg.site.static import write

    if not out:
        raise click.UsageError("--out is empty")
    with Progress() as say:
        found, warnings = valid([formats.find(path) for path in paths] or formats.seeds(), sources, say)
        manual = {} if no_docs else _manual(say)
        files = write([mechanism for mechanism, _ in found], out, url, say, manual=manual)
    print_complaints(warnings)
    size = sum(file.stat().st_size for file in files)
    click.echo(f"{number_of(len(found), 'mechanism')}, {number_of(len(files), 'file')}, {size / 1e6:.1f} MB")
    click.echo(f"open {Path(out) / 'index.html'}, or publish the folder")


def _manual(say: Callable[[str], None]) -> dict[str, bytes]:
    """The files of the documentation, if it can be made here; else the reason is printed."""
    from kg.cli.reference import commands_page
    from kg.model.diagnostics import MissingLibrary
    from kg.site import manual

    folder = manual.root()
    if folder is None:
        click.echo("left out: the documentation, whose text is in the repository of kg only", err=True)
        return {}
    say("writing the documentation")
    try:
        return manual.made(folder, {"reference/commands.md": commands_page()})
    except MissingLibrary as missing:
        click.echo(f"left out: the documentation; {missing}", err=True)
        return {}
    except manual.ManualFailed as failed:
        raise click.ClickException(str(failed)) from None


def _millimetres(context: click.Context, option: click.Parameter, text: str) -> float:
    """A width such as 170mm, 17cm or 6.7in, in millimetres."""
    import re

    found = re.fullmatch(r"(\d+(?:\.\d+)?) *(mm|cm|in|)", text.strip(), re.ASCII)
    if not found:
        raise click.BadParameter(f"{text!r} is not a width; write one such as 85mm, 17cm or 6.7in")
    width = float(found[1]) * {"cm": 10.0, "in": 25.4}.get(found[2], 1.0)
    if not 20 <= width <= 5000:
        raise click.BadParameter(f"{text} is not possible: a figure is from 20mm to 5000mm wide")
    return width


@main.command()
@click.argument("mech")
@click.option(
    "--width",
    default="170mm",
    show_default=True,
    metavar="MM",
    callback=_millimetres,
    help="Width, such as 85mm or 17cm.",
)
@click.option(
    "--format", "form", type=click.Choice(["svg", "pdf", "png"]), help="[default: by the ending of -o, else svg]"
)
@click.option("-o", "--out", default="", metavar="FILE", help="Where to write [default: MECH.FORMAT here].")
@click.option("--main-line", is_flag=True, help="Draw only the main line of the file (spine:).")
@click.option(
    "--stop", type=AT_LEAST_ONE, metavar="N", help="Highlight one stop of the tour; everything else is faint."
)
@click.option("--light", multiple=True, metavar="NAME", help="Highlight this edge or node; everything else is faint.")
@click.option("--in", "condition", default="", metavar="CONDITION", help="Show what follows in a declared condition.")
@click.option("--set", "settings", multiple=True, metavar="NODE=VALUE", help="Show what follows if a node is set.")
@click.option("--then", multiple=True, metavar="NODE=VALUE", help="Set this in a second run.")
@click.option("--reading", default="", metavar="NAME", help="Only under this reading [default: all of them].")
@click.option("--assume", multiple=True, metavar="NAME", help="Switch on a declared assumption.")
def figure(
    mech: str,
    width: float,
    form: Form | None,
    out: str,
    main_line: bool,
    stop: int | None,
    light: Sequence[str],
    condition: str,
    settings: Sequence[str],
    then: Sequence[str],
    reading: str,
    assume: Sequence[str],
) -> None:
    """Write a figure for print: SVG, PDF or PNG, with legend, caption, source and how to cite.

    No text is smaller than 6 pt: a picture that is too wide is laid out again in fewer columns. With --in or --set the
    picture shows what follows, with the question and its answer below. PDF and PNG need kg[figure].
    """
    from kg.model import files
    from kg.model.diagnostics import MissingLibrary, UnknownName
    from kg.page import figure as page
    from kg.reasoning import whatif

    ending = Path(out).suffix.lower().removeprefix(".")
    made = form or next((one for one in page.FORMATS if one == ending), None)
    if out and not made:
        raise click.UsageError(f"-o {out}: end it in .svg, .pdf or .png, or name the --format")
    if light and stop:
        raise click.UsageError("write --stop or --light, not both")
    mechanism = valid_mechanism(mech)
    if stop and stop > len(mechanism.tour):
        raise click.UsageError(
            f"--stop {stop}: the tour of {mechanism.id} has {number_of(len(mechanism.tour), 'stop')}"
        )
    asked = condition or settings or then or reading or assume
    answer = None
    try:
        lit = [page.named(mechanism, name) for name in light]
        if asked:
            values, later = settings_of(settings), settings_of(then, "--then")
            answer = whatif.whatif(mechanism, condition, values, reading, assume, then=later)
        drawn = page.figure(mechanism, width, lit, stop or 0, answer, main_line)
        data = drawn.render(made or "svg")
    except MissingLibrary as error:
        raise click.ClickException(f"a figure as {made} needs Typst: {error}") from None
    except (page.FigureError, UnknownName) as error:
        raise click.ClickException(str(error)) from None
    file = Path(out or f"{mechanism.id}.{made or 'svg'}")
    files.write_all({file: data}, file.parent)
    high = f"; a page holds {page.HIGHEST:g} mm" if drawn.height > page.HIGHEST else ""
    click.echo(f"{file}  {drawn.width:g} x {drawn.height:g} mm, text from {drawn.smallest:.1f} pt{high}")
    print_credit(mechanism, answer.cite if answer else "")


@main.command()
@click.argument("mech")
@click.option(
    "--url", default="", metavar="URL", help="Address of the page or of its folder [default: beside the host page]."
)
@click.option("--stop", default=0, metavar="N", help="Open at this stop of the tour.")
@click.option("--height", default=560, show_default=True, metavar="PIXELS", help="Height of the frame.")
@click.option(
    "--language", default="", metavar="TAG", help="Show this language, such as de, where there is a translation."
)
@click.option("--images", "folder", metavar="DIR", help="Write a picture of each stop, with captions, instead.")
@click.option("--scorm", metavar="FILE.zip", help="Write a SCORM 1.2 package for a course system instead.")
def embed(mech: str, url: str, stop: int, height: int, language: str, folder: str | None, scorm: str | None) -> None:
    """Print HTML that puts the explorer into another page.

    The code has a frame of fixed height, the sources, and a link; the host page needs no script. For slides, --images
    writes one SVG for each stop of the tour, and a file of captions with alternative texts. For course systems that
    strip frames, --scorm writes a package. It reports when the tour is completed, and as its score how readers judge
    their own answers. docs/embedding.md has more.
    """
    from kg import page
    from kg.model import files

    mechanism = valid_mechanism(mech)
    known = mechanism.languages
    if language and language not in known:
        raise click.UsageError(
            f"--language: {mechanism.id} is not translated into {language!r}; there is: {', '.join(known)}"
        )
    if folder is not None and scorm is not None:
        raise click.UsageError("--images and --scorm write different things: give one of them")
    if scorm is not None:
        if not mechanism.tour:
            raise click.UsageError(f"--scorm: {mechanism.id} has no `tour:`, so there is nothing to complete")
        files.write(Path(scorm), page.scorm(mechanism, language))
        click.echo(scorm)
        return
    if folder is None:
        click.echo(page.embed(mechanism, url, stop, height, language), nl=False)
        return
    if not mechanism.tour:
        raise click.UsageError(f"--images: {mechanism.id} has no `tour:`; `kg figure` draws a mechanism as a whole")
    made = {Path(folder) / name: text for name, text in page.pictures(mechanism, language).items()}
    files.write_all(made, Path(folder))
    for file in made:
        click.echo(file)


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="NAME", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Port; 0 is any free one.")
@click.option("--url", default="", metavar="URL", help="The address that others see, where a proxy stands before it.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 86400, min_open=True),
    default=30.0,
    show_default=True,
    help="Time limit of a query.",
)
@click.option(
    "--rows",
    type=AT_LEAST_ONE,
    default=10_000,
    show_default=True,
    metavar="N",
    help="The largest number of rows in an answer.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Queries that run at the same time [default: two per processor].",
)
@click.option(
    "--frame-ancestors",
    default="",
    metavar="LIST",
    help="Who may show pages in a frame, such as 'self' [default: all].",
)
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME", help="Another host name that the server answers to."
)
@click.option(
    "--connections",
    type=click.IntRange(10, 100_000),
    default=1000,
    show_default=True,
    metavar="N",
    help="How many connections there may be at once.",
)
@click.option(
    "--watch", is_flag=True, help="Reload files when they are saved; only pages of this origin may read them."
)
@click.option("--log/--no-log", default=True, show_default=True, help="Write each request to stderr.")
def serve(
    paths: Sequence[str],
    host: str,
    port: int,
    url: str,
    seconds: float,
    rows: int,
    workers: int | None,
    frame_ancestors: str,
    hosts: Sequence[str],
    connections: int,
    watch: bool,
    log: bool,
) -> None:
    """Serve the site, and a SPARQL endpoint over the same data at /sparql.

    PATHs are mechanisms, RDF files, or one folder of a store that pyoxigraph keeps on disk; by default all of seeds/.
    The endpoint only answers questions, and each has a limit of time and rows. docs/serve.md says what is where.
    """
    import re

    from kg.model.diagnostics import install

    try:
        from kg.site import server
        from kg.sparql.pool import Limits
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"kg serve needs {(error.name or '').partition('.')[0]}: {install('serve')}"
        ) from None
    if not hasattr(os, "fork"):
        raise click.ClickException("kg serve needs Linux, macOS, or WSL")
    if url and not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?", url, re.ASCII):
        raise click.UsageError("--url is an address, such as https://example.org/kg")
    try:
        framing = server.ancestors(frame_ancestors)
    except ValueError as error:
        raise click.UsageError(f"--frame-ancestors: {error}") from None
    wrong = next((name for name in hosts if not re.fullmatch(r"[\w.-]+|\[?[0-9A-Fa-f:.]+\]?", name, re.ASCII)), "")
    if wrong:
        raise click.UsageError(
            f"--allow-host: {wrong!r} is not a host name; write one such as kg.example.org, without a port"
        )
    limits = Limits(seconds, rows, workers or Limits.workers)
    options = server.Options(tuple(paths), url, limits, framing, watch, log, tuple(hosts), connections)
    click.echo("preparing the site and the data", err=True)
    try:
        server.run(options, host, port, lambda words: click.echo(words, err=True))
    except server.ServingFailed as failed:
        click.echo(str(failed), err=True)
        sys.exit(1)


@main.command()
@click.argument("url")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--graph", default="", metavar="IRI", help="The graph for the triples of a file that names none.")
@click.option("--merge", is_flag=True, help="Make the default graph the merge of all that is sent.")
@click.option("--user", default="", metavar="NAME", help="User name; the password is in $KG_PASSWORD.")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 86400, min_open=True),
    default=300.0,
    show_default=True,
    help="Time limit of a request.",
)
@click.option(
    "--update", default="", metavar="URL", help="Address for SPARQL Update [default: guessed for known stores]."
)
@click.option("--in-place", is_flag=True, help="Load into the graph itself, not into a temporary one.")
@click.option("--insecure", is_flag=True, help="Send a password over plain http.")
@JSON
def push(
    url: str,
    paths: Sequence[str],
    graph: str,
    merge: bool,
    user: str,
    seconds: float,
    update: str,
    in_place: bool,
    insecure: bool,
    as_json: bool,
) -> None:
    """Send named graphs to a SPARQL store elsewhere.

    URL is the address of its Graph Store Protocol, such as http://localhost:7878/store. PATHs are mechanisms, RDF files,
    or one folder of a store that pyoxigraph keeps on disk; by default all of seeds/. Graphs of the same names are
    replaced, others stay. What the store has is not sent again, so an interrupted run can be resumed. If the store knows
    SPARQL Update, a large graph goes into a temporary graph, which is then moved in one operation. At the end kg checks
    that the store has the same triples. docs/scale.md says which store to use.
    """
    import re

    from kg.sparql import NoAnswer
    from kg.sparql.push import Target
    from kg.sparql.push import push as run

    for address in filter(None, (url, update)):
        if not re.match(r"https?://[^\s/]", address):
            raise click.UsageError("URL is an address, such as http://localhost:7878/store")
        if "@" in urlsplit(address).netloc:
            raise click.UsageError("a URL must not contain a password: use --user NAME and $KG_PASSWORD")
    target = Target(url, seconds, user, os.environ.get("KG_PASSWORD", ""), update, insecure, in_place)
    done = []

    def warn(words: str) -> None:
        say("")
        click.echo(f"kg: {words}", err=True)

    try:
        with Progress() as say:
            for one in run(target, paths, graph, merge, say, warn):
                done.append(one._asdict())
                if not as_json:
                    came = f"{one.sent} sent" if one.sent else "there already"
                    say("")
                    click.echo(f"{one.graph or 'the default graph'}: {number_of(one.triples, 'triple')}, {came}")
    except NoAnswer as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(done, ensure_ascii=False, indent=1))


def _print_built(done: Built) -> None:
    """A short table for each mechanism, and where the files are."""

    def counted(counts: dict[str, int]) -> str:
        return ", ".join(f"{name} {count}" for name, count in counts.items())

    for one in done.summaries:
        click.echo(f"{one.id}: {one.title}")
        rows = {
            **({"status": one.status} if one.status else {}),
            "graph": f"{number_of(one.nodes, 'node')}, {number_of(one.edges, 'edge')}, {one.asserted} of them asserted as bare triples",
            "evidence": f"{number_of(one.evidence, 'item')}: {counted(one.claims)}",
            "species": f"{counted(one.species)} (edges that state it)",
            "anchors": one.anchors,
            **({"quotes": one.quotes} if one.quotes else {}),
            **({"warnings": f"{one.warnings}; `kg check` shows them"} if one.warnings else {}),
        }
        for name, text in rows.items():
            click.echo(f"  {name:<9} {text}")
        for file, size in one.files.items():
            click.echo(f"  {size / 1000:>8.1f} kB  {done.folder / file}")
    if not done.fresh:
        click.echo("nothing has changed since the last build, so nothing was written")
