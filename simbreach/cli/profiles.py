"""`simbreach profiles`: which breaches can be made, whether a file describes one, and what is in it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from simbreach.cli import console

if TYPE_CHECKING:
    from simbreach.profile.model import Profile

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True, epilog="Example: simbreach profiles list")
def _front(context: typer.Context) -> None:
    """List, show, check and document profiles: TOML files that describe a breach each."""
    if context.invoked_subcommand is None:
        console.result(context.get_help())


@app.command("list", epilog="Example: simbreach profiles list --json")
def list_profiles(
    as_json: Annotated[bool, typer.Option("--json", help="A JSON list instead of a table.")] = False,
) -> None:
    """List the profiles that come with simbreach."""
    from simbreach.profile.load import bundled, load_profile

    found = [load_profile(name) for name in bundled()]
    if as_json:
        console.json_result([{"name": p.name, "rows": p.main_table.rows, "title": p.title} for p in found])
        return
    rows = [(p.name, f"{p.main_table.rows:,}", p.title) for p in found]
    console.result(console.columns([("profile", "rows", "what it is"), *rows]))


@app.command("show", epilog="Example: simbreach profiles show labs-demo > my-labs.toml")
def show_profile(
    profile: Annotated[str, typer.Argument(help="A profile's name, or the path of a TOML file.")],
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of TOML.")] = False,
) -> None:
    """Print a profile as TOML, complete with what it extends: a start for one's own."""
    from simbreach.profile.load import load_profile
    from simbreach.profile.toml import to_toml

    loaded = load_profile(profile)
    if as_json:
        console.json_result(loaded.model_dump(mode="json", by_alias=True))
    else:
        console.result(to_toml(loaded))


@app.command("check", epilog="Example: simbreach profiles check my-labs.toml")
def check_profile(
    profile: Annotated[Path, typer.Argument(help="A TOML file, or a profile's name.")],
) -> None:
    """Check a profile; a bad one is refused, naming the file, the key, what was found and what is allowed."""
    from simbreach.profile.load import load_profile

    console.result(f"{profile}: ok ({_outline(load_profile(profile))})")


@app.command("doc", epilog="Example: simbreach profiles doc labs-demo -o docs --format html --lang fr")
def document_profile(
    profile: Annotated[str, typer.Argument(help="A profile's name, or the path of a TOML file.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder; its other files stay as they are.")
    ],
    as_format: Annotated[
        Literal["md", "html"], typer.Option("--format", help="Markdown, or a page that needs no network.")
    ] = "md",
    language: Annotated[Literal["en", "fr"], typer.Option("--lang", help="English or French.")] = "en",
) -> None:
    """Write a data dictionary: tables, columns, labels, fills, spellings, defects, policies, sources."""
    from simbreach.core.files import faults_told, write_text
    from simbreach.profile.dictionary import dictionary
    from simbreach.profile.load import load_profile
    from simbreach.profile.markup import Html, Markdown
    from simbreach.profile.wording import Wording
    from simbreach.reference.places import commune_index, places

    loaded = load_profile(profile)
    markup = Html() if as_format == "html" else Markdown()
    wording = Wording(language)
    names = places().names
    communes = {source.commune: names[commune_index(source.commune)].as_py() for source in loaded.sources}
    text = dictionary(loaded, markup, wording, communes)
    path = output / f"{loaded.name}-{wording('file')}.{markup.ending}"
    with faults_told(output):
        write_text(path, text)
    console.result(f"wrote {path} ({_outline(loaded)})")


@app.command("schema", epilog="Example: simbreach profiles schema > profile.schema.json")
def show_schema() -> None:
    """Print the JSON Schema of profiles, by which editors complete and check them."""
    from simbreach.profile.schema import json_schema

    console.json_result(json_schema())


def _outline(profile: "Profile") -> str:
    """`28 sources, 1 table, 152 columns, 491,840 rows`."""
    parts = (
        (len(profile.sources), "source"),
        (len(profile.tables), "table"),
        (sum(len(table.columns) for table in profile.tables), "column"),
        (profile.main_table.rows, "row"),
    )
    return ", ".join(console.counted(number, noun) for number, noun in parts)
