"""From the truth back to every cell, and no number of anybody's, whatever goes wrong."""

import unicodedata
from collections.abc import Callable, Mapping

import phonenumbers
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from simbreach.core.schema import FIELDS
from simbreach.engine.plan import Plan, compile_plan
from simbreach.identifiers import landline, mobile
from simbreach.profile.defects import DEFECTS, SHIFTED
from simbreach.profile.load import load_profile
from simbreach.profile.model import Profile
from simbreach.truth.safe import check_columns

Make = Callable[..., Profile]
Cell = tuple[str, int]
ROWS = 2500
FEW = 700


def written(plan: Plan) -> dict[str, list[str | None]]:
    made = plan.main.make(0, plan.main.rows)
    return {name: made.written[name].to_pylist() for name in made.written.schema.names}


def records(plan: Plan) -> dict[Cell, list[tuple[str, str | None]]]:
    """What the truth says of each struck cell: kind and clean value, in the order in which it happened."""
    found: dict[Cell, list[tuple[str, str | None]]] = {}
    for struck in plan.main.make(0, plan.main.rows).struck:
        for row, clean in zip(struck.rows.tolist(), struck.clean.to_pylist(), strict=True):
            found.setdefault((struck.column, row), []).append((struck.kind, clean))
    return found


# What these kinds do to a cell is the same for everybody: done here a second time, in plain Python.


def cp1252(data: bytes) -> str:
    table = {byte: chr(byte) for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
    return "".join(table.get(byte) or bytes([byte]).decode("cp1252") for byte in data)


def bare(word: str) -> str:
    apart = unicodedata.normalize("NFD", word.translate({ord("œ"): "oe", ord("Œ"): "OE", ord("’"): "'"}))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def notation(word: str) -> str:
    """As `printf` writes it, with a French comma."""
    mantissa, _, exponent = f"{int(word):.5e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.').replace('.', ',')}E{exponent}"


AGAIN: Mapping[str, Callable[[str], str | None]] = {
    "missing": lambda word: None,
    "mojibake": lambda word: cp1252(word.encode()),
    "mojibake_twice": lambda word: cp1252(cp1252(word.encode()).encode()),
    "cp850": lambda word: cp1252(word.encode("cp850")),
    "replacement": lambda word: word.encode("cp1252").decode(errors="replace"),
    "unaccented": bare,
    "lost_zeros": lambda word: word.lstrip("0"),
    "scientific": notation,
}


@pytest.mark.parametrize("seed", [1, 2**90])
def test_every_cell_is_rebuilt_from_the_truth(seed: int) -> None:
    profile = load_profile("labs-demo")
    plan = compile_plan(profile, rows=ROWS, seed=seed)
    plain = written(compile_plan(profile.model_copy(update={"defects": ()}), rows=ROWS, seed=seed))
    cells, truth = written(plan), records(plan)
    assert len(truth) > 100
    # What nothing happened to is as spelled; what something happened to was as spelled.
    rebuilt = {name: list(column) for name, column in cells.items()}
    for (name, row), steps in truth.items():
        rebuilt[name][row] = steps[0][1]
    assert rebuilt == plain
    # Each defect changed the cell, and left what the next one found.
    for (name, row), steps in truth.items():
        states = [clean for _, clean in steps] + [cells[name][row]]
        assert len(set(states)) == len(states)
        for (kind, clean), after in zip(steps, states[1:], strict=True):
            if kind in AGAIN and clean is not None:
                assert after == AGAIN[kind](clean)


# Every kind on every identifier.

IDENTIFIERS = [
    name
    for name, field in FIELDS.items()
    if field.type in ("nir", "phone", "email")
    or field.label.startswith("id.")
    or field.label.endswith((".iban", ".postcode"))
    if not name.startswith("company_")
]
# What a shift moves: names and telephone numbers, and short numbers that could become part of one.
BEHIND = ("sampler_profession", "sampler_landline", "sampler_mobile", "sampler_postcode", "payer_name",
          "payer_contract", "payer_insurer", "payer_insurer_code", "mobile", "landline",
          "birth_date")  # fmt: skip
WORDS = ("usage_name", "first_name", "address_1", "commune", "civility")

HABITS = """
[[habits]]
name = "a"
spell = { nir = { layout = "# ## ## ## ### ### ##" }, phone = { layout = "+33#########" } }

[[habits]]
name = "b"
[habits.spell]
nir = { layout = "#############" }
phone = { layout = "## ## ## ## ##" }
email = { case = "upper" }

[[habits]]
name = "c"
spell = { phone = { layout = "#########" }, date = { format = "%Y%m%d" } }
"""
SOURCES = "".join(
    f'[[sources]]\nname = "s{n}"\ntitle = "L{n}"\ncode = "L{n}"\nshare = 1\n'
    f'commune = "{commune}"\nhabits = {habits}\n'
    for n, (commune, habits) in enumerate(
        [("56260", "[]"), ("91228", '["a"]'), ("2A004", '["b"]'), ("97411", '["c"]'), ("01053", '["a", "c"]')]
    )
)


def columns() -> str:
    names = [*IDENTIFIERS, *WORDS, *(name for name in BEHIND if name not in IDENTIFIERS)]
    behind = [f'{{ name = "Z_{name}", field = "{name}" }},' for name in BEHIND]
    return "\n".join([*(f'{{ name = "{name}", field = "{name}" }},' for name in names), *behind])


def strike(kind: str, name: str = "d", share: float = 0.9) -> str:
    """A defect of a kind, on all the fields that it may strike; a shift begins in the last columns."""
    types = DEFECTS[kind]
    fields = [f for f in (*IDENTIFIERS, *WORDS, "birth_date") if types is None or FIELDS[f].type in types]
    if kind == "swapped":
        fields = ["usage_name", "first_name"]
    if kind in SHIFTED:
        fields = ["payer_insurer" if kind == "shifted_right" else "payer_rights_from"]
    more = {"placeholder": 'value = "NC"', "cut": "width = 9"}.get(kind, "")
    listed = ", ".join(f'"{field}"' for field in fields)
    return f'[[defects]]\nname = "{name}"\nkind = "{kind}"\nfields = [{listed}]\nshare = {share}\n{more}\n'


def outside(plan: Plan) -> list[str]:
    """The columns where the check of datasets finds an identifier that could be somebody's."""
    made = plan.main.make(0, plan.main.rows)
    table = pa.Table.from_batches([made.written])
    said = [
        {"table": "patients", "column": column.name, "field": column.said, "label": FIELDS[column.said].label}
        for column in plan.main.columns
    ]
    return [tally.name for tally in check_columns({"patients": ds.dataset(table)}, said) if tally.outside]


# Rules for shifts: what moves is behind all numbers that have to stay.
SHIFT_COLUMNS = "\n".join(
    f'{{ name = "{name}", field = "{name}" }},'
    for name in (
        "nir",
        "usage_name",
        "payer_insurer",
        "payer_rights_from",
        *(n for n in BEHIND if n != "payer_insurer"),
    )
).replace('"payer_rights_from" }', '"payer_rights_from", fill = 0.3 }')


def make_plan(make: Make, kinds: tuple[str, ...], share: float) -> Plan:
    shifts = any(kind in SHIFTED for kind in kinds)
    more = HABITS + "".join(strike(kind, f"d{n}", share) for n, kind in enumerate(kinds))
    return compile_plan(
        make(columns=SHIFT_COLUMNS if shifts else columns(), more=more, sources=SOURCES, rows=FEW)
    )


@pytest.mark.parametrize("kind", DEFECTS)
def test_no_defect_makes_a_number_that_could_be_somebodys(small_profile: Make, kind: str) -> None:
    plan = make_plan(small_profile, (kind,), 0.9)
    assert sum(len(struck.rows) for struck in plan.main.make(0, FEW).struck) > 20
    assert outside(plan) == []


def test_no_defect_upon_another_does_either(small_profile: Make) -> None:
    kinds = tuple(kind for kind in DEFECTS if kind not in ("missing", "placeholder", *SHIFTED))
    assert outside(make_plan(small_profile, kinds, 0.4)) == []


def test_no_defect_upon_another_does_in_the_other_order(small_profile: Make) -> None:
    kinds = tuple(kind for kind in DEFECTS if kind not in ("missing", "placeholder", *SHIFTED))
    assert outside(make_plan(small_profile, kinds[::-1], 0.4)) == []


@pytest.mark.parametrize("kind", ["lost_zeros", "lost_digit"])
def test_a_struck_telephone_number_is_in_its_block_or_valid_for_nobody(
    small_profile: Make, kind: str
) -> None:
    plan = make_plan(small_profile, (kind,), 0.9)
    phones = {column.name for column in plan.main.columns if column.kind == "phone"}
    made = plan.main.make(0, FEW)
    for struck in made.struck:
        if struck.column in phones:
            cells = made.written[struck.column].take(pa.array(struck.rows)).cast(pa.string())
            safe = landline.synthetic_mask(cells) | mobile.synthetic_mask(cells)
            left = [cell for cell, fine in zip(cells.to_pylist(), safe, strict=True) if not fine]
            valid = [n for n in left if phonenumbers.is_valid_number(phonenumbers.parse(n, "FR"))]
            assert valid == []


def test_an_address_s_domain_is_an_example_s_or_none(small_profile: Make) -> None:
    for kind in ("broken", "typo", "keyboard", "transposed", "omitted", "doubled"):
        made = make_plan(small_profile, (kind,), 0.9).main.make(0, FEW)
        for cell in made.written["email"].drop_null().to_pylist():
            domain = cell.partition("@")[2].lower()
            assert domain.endswith((".example.com", ".example.net", ".example.org")) or (
                domain == "" or "," in domain.split(".")[0]
            )
