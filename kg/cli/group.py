"""The kg command: a group in which each complaint ends as an exit code, and the options that commands share."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import kg
from kg.cli.printing import complaint_counts

SOURCES = click.option(
    "--sources", metavar="DIR", help="Folder of source texts, found by their hash [default: $KG_SOURCES]."
)


AT_LEAST_ONE = click.IntRange(min=1)


EVERYTHING = click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Include inferences and hypotheses in formats that cannot mark them.",
)


def _readable(context: click.Context, option: click.Parameter, name: str) -> str:
    """The name of a format that is read."""
    if name:
        from kg.formats import FORMATS
        from kg.model.diagnostics import near

        known = [row.name for row in FORMATS.values() if row.reads]
        if name not in known:
            raise click.UsageError(f"kg reads no format called {name!r}; {near(name, known)}")
    return name


FROM = click.option(
    "--from",
    "source",
    default="",
    metavar="NAME",
    callback=_readable,
    help="The format of the file [default: by its ending and content].",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def query_error() -> type[Exception]:
    from kg.reasoning.network import QueryError

    return QueryError


class _Commands(click.Group):
    """A command group in which a complaint about a mechanism ends with exit code 1, on stderr, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        from kg.model.diagnostics import InvalidMechanism

        try:
            return super().invoke(ctx)
        except InvalidMechanism as error:
            click.echo(str(error), err=True)
            click.echo(complaint_counts(error.diagnostics), err=True)
            ctx.exit(1)
        except query_error() as error:
            click.echo(f"kg: {error}", err=True)
            ctx.exit(1)
        except BrokenPipeError:  # whoever reads has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except OSError as error:
            click.echo(f"{error.filename or 'kg'}: {error.strerror or error}", err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(kg.__version__, message="kg %(version)s")
def main() -> None:
    """Immune mechanisms as knowledge graphs: written once, then checked, drawn, exported and asked.

    A mechanism is named by its id in seeds/, its file, or its folder.
    """
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a character shows an escape, not a traceback
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


WHAT_IS_SET = {"--set": "NODE", "--then": "NODE", "--context": "KIND"}


def settings_of(pairs: Sequence[str], option: str = "--set") -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise click.UsageError(f"{option} {pair!r}: write {WHAT_IS_SET.get(option, 'NAME')}=VALUE")
        if found.setdefault(name, value) != value:
            raise click.UsageError(f"{option}: {name} is set to {found[name]} and to {value}")
    return found
