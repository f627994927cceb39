"""`simbreach safety`: why nothing that is made can be a real person's."""

from typing import TYPE_CHECKING

from simbreach.cli import console
from simbreach.cli.options import AsJson

if TYPE_CHECKING:
    from simbreach.core.registry import Safety

EXAMPLE = "Example: simbreach safety"

_PEOPLE = 100_000


def safety(as_json: AsJson = False) -> None:
    """Say for each identifier in which range it lies, why nobody holds one, by which source and date.

    And how often a name with a birth date is expected to be somebody's, by chance.
    """
    from simbreach.core.registry import identifiers
    from simbreach.truth.chance import expected_namesakes

    namesakes = round(expected_namesakes(_PEOPLE))
    known = {name: module.SAFETY for name, module in identifiers().items()}
    if as_json:
        entries = [_entry(name, said) for name, said in known.items()]
        console.json_result({"identifiers": entries, "people": _PEOPLE, "expected_namesakes": namesakes})
        return
    for name, said in known.items():
        console.result(name if said.personal else f"{name} (names nobody)")
        for key, text in _entry(name, said).items():
            if isinstance(text, str) and key != "name":
                console.result(console.paragraph(f"{key + ':':8}{text}", first=2, indent=10))
    console.result("names and birth dates")
    words = (
        f"drawn apart from any real person: of {_PEOPLE:,} people, about {namesakes:,} are expected to share "
        "first name, surname and day of birth with somebody alive, by chance; nothing else of a row is theirs"
    )
    console.result(console.paragraph(words, first=2, indent=2))


def _entry(name: str, said: "Safety") -> dict[str, object]:
    return {
        "name": name,
        "range": said.range_,
        "why": said.why,
        "source": said.source,
        "date": said.date,
        "personal": said.personal,
    }
