"""`simbreach safety`: why nothing that is made can be a real person's."""

from typing import TYPE_CHECKING

from simbreach.cli import console
from simbreach.cli.options import AsJson

if TYPE_CHECKING:
    from simbreach.core.registry import Safety

EXAMPLE = "Example: simbreach safety"


def safety(as_json: AsJson = False) -> None:
    """Say for each identifier in which range it lies, why nobody holds one, by which source and date."""
    from simbreach.core.registry import identifiers

    known = {name: module.SAFETY for name, module in identifiers().items()}
    if as_json:
        console.json_result([_entry(name, said) for name, said in known.items()])
        return
    for name, said in known.items():
        console.result(name if said.personal else f"{name} (names nobody)")
        for key, text in _entry(name, said).items():
            if isinstance(text, str) and key != "name":
                console.result(console.paragraph(f"{key + ':':8}{text}", first=2, indent=10))


def _entry(name: str, said: "Safety") -> dict[str, object]:
    return {
        "name": name,
        "range": said.range_,
        "why": said.why,
        "source": said.source,
        "date": said.date,
        "personal": said.personal,
    }
