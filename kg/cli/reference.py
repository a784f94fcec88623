"""The page of all commands for the documentation, from the commands themselves."""

from __future__ import annotations

from collections.abc import Iterator

import click

from kg.cli.group import main


def commands_page() -> str:
    """Every command with its arguments, its help and its options, as Markdown.

    >>> "## kg whatif" in commands_page()
    True
    """
    from kg.site.manual import table

    parts = [
        "# Commands\n\nMade from the commands themselves: `kg COMMAND --help` prints the same. Exit code 0 means success, 1 an "
        "error in the input, and 2 an error in the command line. [What do you want to do?](../tasks.md) finds the command "
        "for a purpose.\n"
    ]
    for name, command in every(main, "kg"):
        with click.Context(command, info_name=name) as context:
            rows = [
                record
                for option in command.get_params(context)
                if (record := option.get_help_record(context)) is not None
            ]
            usage = command.get_usage(context).removeprefix("Usage: ")
        parts += [f"## {name}\n", f"```text\n{usage}\n```\n", words(command.help or "")]
        parts.append(table(("option", "does"), [(f"`{option}`", text) for option, text in rows]))
    return "\n".join(parts)


def every(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Each command below a group, with the words that call it."""
    for name, command in sorted(group.commands.items()):
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from every(command, f"{path} {name}")


def words(help: str) -> str:
    r"""A help text as Markdown: a paragraph behind \b keeps its lines.

    >>> words("Does.\n\n\b\nkg a\nkg b")
    'Does.\n\n```sh\nkg a\nkg b\n```\n'
    """
    import inspect

    blocks = inspect.cleandoc(help).split("\n\n")
    return "".join(f"```sh\n{block[2:]}\n```\n" if block.startswith("\b\n") else f"{block}\n\n" for block in blocks)
