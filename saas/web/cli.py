"""`taquilla openapi`."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from saas.cli import in_application
from saas.web.openapi import describe


@click.command("openapi")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; standard output if not given.")
@in_application
def openapi(output: Path | None) -> None:
    """Print the OpenAPI document of the JSON routes."""
    document = orjson.dumps(describe(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"
    if output is None:
        click.echo(document, nl=False)
    else:
        output.write_text(document)
        click.echo(f"written: {output}")
