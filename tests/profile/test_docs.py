"""The two guides say what the code knows."""

import re
from pathlib import Path

import pytest

from simbreach.core.schema import FIELDS
from simbreach.profile import model
from simbreach.profile.checks import FILLERS, SPELLINGS
from simbreach.profile.defects import DEFECTS
from simbreach.profile.load import load_profile

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = (DOCS / "profiles.md").read_text(encoding="utf-8")
FORMS = [form for form in vars(model).values() if isinstance(form, type) and issubclass(form, model._Form)]


def test_the_table_of_fields_is_the_code_s_table() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.*) \|$", (DOCS / "fields.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    written = {name: rest.split(" | ") for name, rest in rows}
    known = {}
    for field in FIELDS.values():
        words = f" ({', '.join(field.words)})" if field.words else ""
        likeness = f"; look-alike: `{field.negative}`" if field.negative else ""
        meaning = field.meaning + words + likeness
        known[field.name] = [field.type, f"`{field.label}`", field.sensitivity, meaning]
    assert written == known


@pytest.mark.parametrize("form", [f for f in FORMS if f.model_fields], ids=lambda form: form.__name__)
def test_every_key_of_a_form_is_explained_in_the_guide(form: type[model._Form]) -> None:
    for name, key in form.model_fields.items():
        needed = " (needed)" if key.is_required() else ""
        assert f"| `{key.alias or name}`{needed} | {key.description} |" in GUIDE


def test_the_guide_lists_the_spellings_of_every_kind() -> None:
    for kind, options in SPELLINGS.items():
        assert f"| {kind} | {', '.join(f'`{option}`' for option in options)} |" in GUIDE


def test_the_guide_lists_every_kind_of_defect_and_every_filler() -> None:
    for word in (*DEFECTS, *FILLERS):
        assert re.search(rf"^\| `{word}`", GUIDE, re.MULTILINE), word


def test_the_example_of_the_guide_is_a_valid_profile(tmp_path: Path) -> None:
    path = tmp_path / "clinique.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)[0], encoding="utf-8")
    profile = load_profile(path)
    assert (profile.main_table.rows, profile.main_table.columns[-1].name) == (20000, "PAT_HUMEUR")
