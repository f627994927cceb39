"""What a profile may say about defects, and what it is told when it may not."""

from collections.abc import Callable
from decimal import Decimal
from typing import get_args

import pytest

from simbreach.core.errors import ProfileError
from simbreach.core.schema import FIELDS
from simbreach.engine.accidents import _KINDS
from simbreach.profile.defects import BY_ROW, DEFECTS, shares
from simbreach.profile.load import load_profile
from simbreach.profile.model import Defect, Profile

Make = Callable[..., Profile]

COLUMNS = """
{ name = "NIR", field = "nir" },
{ name = "NOM", field = "usage_name" },
{ name = "ADRESSE", field = "address_1" },
{ name = "OBS", field = "observation" },
{ name = "COURRIEL", field = "email" },
{ name = "MEDECIN", field = "prescriber_name" },
{ name = "CAISSE", field = "payer_name" },
{ name = "NAISSANCE", field = "birth_date" },
"""


def defect(text: str) -> str:
    return f'[[defects]]\nname = "d"\n{text}\n'


def refused(make: Make, text: str) -> str:
    with pytest.raises(ProfileError) as error:
        make(columns=COLUMNS, more=defect(text))
    return str(error.value)


def test_the_form_and_the_engine_know_the_same_kinds() -> None:
    kinds = set(get_args(Defect.model_fields["kind"].annotation))
    assert kinds == set(DEFECTS)
    assert kinds == set(_KINDS) | {"swapped", "shifted_right", "shifted_left"}
    assert set(BY_ROW) <= kinds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'kind = "mojibak"\nfields = ["usage_name"]\nshare = 0.1',
            "defects.d.kind: unknown value 'mojibak'; did you mean 'mojibake'?",
        ),
        (
            'kind = "typo"\nfields = ["usage_nam"]\nshare = 0.1',
            "defects.d.fields: unknown field 'usage_nam'; did you mean 'usage_name'?",
        ),
        (
            'kind = "typo"\nfields = ["first_name"]\nshare = 0.1',
            "defects.d.fields: no column has the field 'first_name'",
        ),
        (
            'kind = "phonetic"\nfields = ["nir"]\nshare = 0.1',
            "defects.d.fields: 'nir' is a nir; the kind 'phonetic' strikes: name, text",
        ),
        (
            'kind = "cut"\nfields = ["email"]\nshare = 0.1\nwidth = 20',
            "defects.d.fields: 'email' is a email; the kind 'cut' strikes: name, text",
        ),
        (
            'kind = "missing"\nfields = ["observation"]\nshare = 0.1',
            "defects.d.fields: 'observation' is free text, whose spans the truth holds: no defect strikes it",
        ),
        (
            'kind = "typo"\nfields = ["usage_name"]\nshare = 1.5',
            "defects.d.share: found 1.5; should be less than or equal to 1",
        ),
        (
            'kind = "typo"\nfields = ["usage_name"]\nshare = 0.1\nmore_for = { aged = 11 }',
            "defects.d.more_for: the share and the greatest factor make 1.1, more than 1",
        ),
        (
            'kind = "typo"\nfields = ["usage_name"]\nshare = 0.1\nsource_shares = { huppe = 0.6 }\n'
            "more_for = { aged = 2 }",
            "defects.d.more_for: the share and the greatest factor make 1.2, more than 1",
        ),
        (
            'kind = "typo"\nfields = ["usage_name"]\nshare = 0.1\nmore_for = { elderly = 2 }',
            "defects.d.more_for.elderly: unknown value 'elderly'; allowed: aged, child, born_abroad, comp",
        ),
        (
            'kind = "typo"\nfields = ["usage_name"]\nshare = 0.1\nmore_for = { aged = 0 }',
            "defects.d.more_for.aged: found 0; should be greater than or equal to 1",
        ),
        (
            'kind = "typo"\nfields = ["prescriber_name"]\nshare = 0.1\nmore_for = { aged = 2 }',
            "defects.d.more_for: 'aged' is said of the patient; 'prescriber_name' is not the patient's",
        ),
        (
            'kind = "mojibake"\nfields = ["usage_name"]\nshare = 0.1\nmore_for = { compound = 2 }',
            "defects.d.more_for: the kind 'mojibake' happens to rows: 'compound' does not fit",
        ),
        (
            'kind = "typo"\nfields = ["usage_name"]\nshare = 0.1\nsources = ["hupe"]',
            "defects.d.sources: no source, habit or kind 'hupe'; did you mean 'huppe'?",
        ),
        (
            'kind = "typo"\nfields = ["usage_name"]\nshare = 0.1\nsource_shares = { laboratories = 0.2 }',
            "defects.d.source_shares: no source, habit or kind 'laboratories'; did you mean 'laboratory'?",
        ),
        (
            'kind = "cut"\nfields = ["usage_name"]\nshare = 0.1',
            "defects.d.width: needed by the kind 'cut', and only there",
        ),
        (
            'kind = "typo"\nfields = ["usage_name"]\nshare = 0.1\nwidth = 9',
            "defects.d.width: needed by the kind 'cut', and only there",
        ),
        (
            'kind = "shifted_right"\nfields = ["usage_name", "payer_name"]\nshare = 0.1',
            "defects.d.fields: found 2 fields; the kind 'shifted_right' takes one",
        ),
        (
            'kind = "shifted_right"\nfields = ["usage_name"]\nshare = 0.1',
            "defects.d.fields: the shift would move patients.OBS (observation), which has to stay: "
            "begin behind it",
        ),
        (
            'kind = "shifted_left"\nfields = ["nir"]\nshare = 0.1',
            "defects.d.fields: the shift would move patients.NIR (nir), which has to stay: begin behind it",
        ),
        (
            'kind = "shifted_right"\nfields = ["birth_date"]\nshare = 0.1',
            "'birth_date' is a date; the kind 'shifted_right' strikes: name, text",
        ),
        (
            'kind = "placeholder"\nfields = ["birth_date"]\nshare = 0.1\nvalue = "06 12 34 56 78"',
            "defects.d.value: found '06 12 34 56 78', which could reach or be a real person's",
        ),
    ],
)
def test_what_does_not_agree_is_refused_with_its_path(small_profile: Make, text: str, message: str) -> None:
    assert message in refused(small_profile, text)


def test_a_shift_behind_what_has_to_stay_is_allowed(small_profile: Make) -> None:
    text = 'kind = "shifted_right"\nfields = ["payer_name"]\nshare = 0.1'
    assert small_profile(columns=COLUMNS, more=defect(text)).defects[0].kind == "shifted_right"


def test_every_defect_of_the_flagship_happens_in_some_source() -> None:
    profile = load_profile("labs-nord-ouest-2021")
    assert [d.name for d in profile.defects if not any(shares(profile, d))] == []


def test_the_flagship_has_every_kind_but_those_that_a_typo_is_made_of() -> None:
    kinds = {defect.kind for defect in load_profile("labs-nord-ouest-2021").defects}
    assert set(DEFECTS) - kinds == {"keyboard", "transposed", "omitted", "doubled"}


def test_a_source_s_own_share_wins_over_its_habits_and_these_over_its_kind() -> None:
    profile = load_profile("labs-demo")
    said = {"laboratory": "0.1", "capitales": "0.2", "dos": "0.3", "etang-bavard": "0.4"}
    struck = profile.defects[0].model_copy(
        update={"source_shares": {name: Decimal(share) for name, share in said.items()}}
    )
    found = dict(zip([s.name for s in profile.sources], shares(profile, struck), strict=True))
    names = ["sept-huppes", "epi-de-brume", "etang-bavard"]
    assert [found[name] for name in names] == [Decimal("0.2"), Decimal("0.3"), Decimal("0.4")]


def test_every_type_of_field_can_be_struck() -> None:
    struck = {kind for types in DEFECTS.values() for kind in types or ()}
    assert {field.type for field in FIELDS.values()} - struck == {"time"}
