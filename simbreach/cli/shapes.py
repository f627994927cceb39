"""`simbreach shapes`: the forms in which a dataset can be leaked, and their options."""

from typing import Annotated, Any

import typer

from simbreach.cli import console
from simbreach.cli.options import AsJson

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True, epilog="Example: simbreach shapes list")
def _front(context: typer.Context) -> None:
    """List leak shapes and show their options."""
    if context.invoked_subcommand is None:
        console.result(context.get_help())


@app.command("list", epilog="Example: simbreach shapes list --json")
def list_shapes(as_json: AsJson = False) -> None:
    """List the shapes: forms in which a leak is found."""
    from simbreach.shapes.contract import find_shape, shape_names

    found = [(name, find_shape(name).NAME_FR) for name in shape_names()]
    if as_json:
        console.json_result([{"name": name, "title": title} for name, title in found])
    else:
        console.result(console.columns([("shape", "what it is"), *found]))


@app.command("show", epilog="Example: simbreach shapes show csv")
def show_shape(name: Annotated[str, typer.Argument(help="A shape's name.")], as_json: AsJson = False) -> None:
    """Show a shape's options, with what they may be and what they are unless given."""
    from simbreach.shapes.contract import find_shape

    shape = find_shape(name)
    schema = shape.Options.model_json_schema()
    if as_json:
        console.json_result({"name": name, "title": shape.NAME_FR, "options": schema["properties"]})
        return
    console.result(f"{name}: {shape.NAME_FR}")
    for option, said in schema.get("properties", {}).items():
        console.result("")
        console.result(f"  {option} = {_value(said.get('default'))}")
        console.result(console.paragraph(said.get("description", ""), first=4, indent=4))
        if allowed := _allowed(said, schema.get("$defs", {})):
            console.result(console.paragraph(f"may be: {allowed}", first=4, indent=4))


def _value(default: object) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    if default is None or default == []:
        return "(not said)"
    return ",".join(map(str, default)) if isinstance(default, list) else str(default)


def _allowed(said: dict[str, Any], definitions: dict[str, Any]) -> str:
    """The values that an option may have, where they can be listed or bounded."""
    if "$ref" in said:
        said = definitions[said["$ref"].rpartition("/")[2]]
    if "anyOf" in said:
        return ", ".join(filter(None, (_allowed(part, definitions) for part in said["anyOf"])))
    if "enum" in said:
        return ", ".join(map(str, said["enum"]))
    if said.get("type") == "boolean":
        return "true, false"
    if said.get("type") == "array":
        inner = _allowed(said.get("items", {}), definitions)
        return f"several, separated by commas{f': {inner}' if inner else ''}"
    bounds = [f"{word} {said[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in said]
    return " ".join([{"integer": "a whole number"}.get(said.get("type", ""), ""), *bounds]).strip()
