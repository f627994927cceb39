"""What must agree between the keys of a profile."""

import pytest

from simbreach.core.errors import ProfileError
from simbreach.profile.load import load_profile

COLUMN = "tables.patients.columns"


def _refused(path: str, value: str) -> str:
    with pytest.raises(ProfileError) as refused:
        load_profile("labs-demo", {path: value})
    return str(refused.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("population.weights.women.1-11", "0.5", "population.weights: the shares sum to 1.48620, not 1"),
        ("population.weights.women.14-16", "0", "population.weights.women.14-16: the band overlaps"),
        (
            "population.weights.men.9-3",
            "0",
            "population.weights.men.9-3: the band ends at 3, before it begins",
        ),
        ("dates.to", "2014-01-01", "dates.to: 2014-01-01 is before the first day, 2015-01-05"),
        ("dates.to", "2020-11-30", "dates.to: 2020-11-30 is after the data was taken"),
        ("dates.from", "2013-05-01", "dates.years: no weight for 2013; needed: 2013 to 2020"),
        ("duplicates.same_source", "0.99", "duplicates: the two shares sum to 1.01, more than 1"),
        ("sources.sept-huppes.habits", '["capitale"]', "no habit 'capitale'; did you mean 'capitales'?"),
        ("sources.sept-huppes.from", "2014-12-31", "sources.sept-huppes.from: found 2014-12-31; its visits"),
        ("sources.sept-huppes.code", "CORMB", "sources.cormoran-bleu.code: 'CORMB' is sept-huppes's code"),
        ("sources.sept-huppes.prescribers", "2", "fewer prescribers than `prescriber_departments`"),
        ("sources.sept-huppes.prescriber_departments.99", "1", "prescriber_departments.99: found '99'"),
        ("sources.sept-huppes.title", "LABO contact@exemple.fr", "could reach or be a real person's"),
        ("habits.dos.spell.nom", "{ width = 20 }", "habits.dos.spell.nom: unknown kind or field 'nom'"),
        (
            "habits.dos.spell.name.layout",
            "#",
            "habits.dos.spell.name.layout: does not fit a name; what fits:",
        ),
        ("habits.dos.spell.email.width", "20", "habits.dos.spell.email.width: does not fit a email"),
        ("habits.dos.spell.phone", "{ layout = '## ##' }", "phone.layout: found '## ##'; allowed: 10 #"),
        ("habits.dos.spell.phone", "{ layout = '06 12 ## ## ##' }", "found '06 12 ## ## ##'; allowed: 10 #"),
        ("habits.dos.spell.nir", "{ layout = '##############' }", "allowed: 13 # (no key) or 15 #"),
        ("habits.dos.spell.date.format", "%d %B %Y", "allowed: %d %m %Y %y, separators"),
        ("habits.dos.spell.sex.words.femme", "F", "words.femme: unknown word 'femme'; allowed: man, woman"),
        ("habits.capitales.spell.landline", "{ empty = 'NC' }", "`empty` and `empty_share` go together"),
        ("habits.capitales.spell.commune", "{ pad = true }", "padding needs a `width` beside it"),
        (
            "habits.dos.fill",
            "{ nirr = 1 }",
            "habits.dos.fill.nirr: unknown field 'nirr'; did you mean 'nir'?",
        ),
        ("defects.cle-fausse.fields", '["email"]', "'email' is a email; the kind 'wrong_key' strikes: nir"),
        ("defects.cle-fausse.fields", '["nirr"]', "unknown field 'nirr'; did you mean 'nir'?"),
        ("defects.cle-fausse.fields", '["source"]', "'source' is a code"),
        ("defects.ville-non-reportee.fields", '["source"]', "no column has the field 'source'"),
        ("defects.cle-fausse.value", "x", "value: needed by the kind 'placeholder', and only there"),
        (
            "defects.cle-fausse.sources",
            '["sept-hupes"]',
            "no source, habit or kind 'sept-hupes'; did you mean 'sept-huppes'?",
        ),
        ("defects.cle-fausse.share", "0", "defects.cle-fausse.share: found 0; should be greater than 0"),
        ("defects.nom-et-prenom-inverses.fields", '["usage_name"]', "the kind 'swapped' takes two"),
        (f"{COLUMN}.PAT_NOM.field", "nirr", "PAT_NOM.field: unknown field 'nirr'; did you mean 'nir'?"),
        (f"{COLUMN}.PAT_NOM.values", "{ a = 1 }", "PAT_NOM.values: does not fit the field 'usage_name'"),
        (f"{COLUMN}.PAT_NOM.label", "name.last", "the field 'usage_name' has its own"),
        (
            f"{COLUMN}.PAT_ID.label",
            "id.raw",
            "PAT_ID.label: unknown label 'id.raw'; did you mean 'id.row'? (docs/labels.md lists them)",
        ),
        (f"{COLUMN}.PAT_NOM.spell", "{ format = '%d' }", "PAT_NOM.spell.format: does not fit a name"),
        (f"{COLUMN}.PAT_NOM.sources", '["nulle-part"]', "no source 'nulle-part'"),
        (f"{COLUMN}.DOS_ETAT.values", "{ Z = 0.1 }", "DOS_ETAT.values: the shares sum to 1.100, not 1"),
        (f"{COLUMN}.PAT_ADR3.field", "choice", "the field 'choice' needs the key 'values'"),
        (f"{COLUMN}.PAT_ADR3.field", "date_offset", "the field 'date_offset' needs the key 'of'"),
        (
            f"{COLUMN}.PAT_DATMAJ.of",
            "visit_dat",
            "unknown date field 'visit_dat'; did you mean 'visit_date'?",
        ),
        (f"{COLUMN}.PAT_DATMAJ.min", "90", "PAT_DATMAJ.max: found 6, less than `min` (90)"),
        (f"{COLUMN}.PRL_KM.max", "799999999", "PRL_KM.max: found 799999999; allowed: 0 to 99999999"),
        (f"{COLUMN}.PRL_KM.prefix", "6", "PRL_KM.prefix: found 6; should be text in quotes"),
        (f"{COLUMN}.PRL_KM.prefix", "'06'", "PRL_KM.prefix: found '06'; "),
        (f"{COLUMN}.LAB_APE.value", "'06 12 34 56 78'", "could reach or be a real person's"),
        (f"{COLUMN}.PAT_MDP.with", "PAT_LOGINN", "no column 'PAT_LOGINN'; did you mean 'PAT_LOGIN'?"),
        (f"{COLUMN}.PAT_NOM.with", "PAT_MDP", "PAT_NOM.with: 'PAT_MDP' must stand before it"),
        (f"{COLUMN}.PAT_NOM.with", "PAT_NOM", "PAT_NOM.with: 'PAT_NOM' must stand before it"),
        (f"{COLUMN}.PAT_NOM.fill", "1.2", "PAT_NOM.fill: found 1.2; should be less than or equal to 1"),
        ("tables.patients.main", "'oui'", "tables.patients.main: found 'oui'; should be true or false"),
    ],
)
def test_what_does_not_agree_is_refused_with_its_path(path: str, value: str, message: str) -> None:
    assert message in _refused(path, value)


@pytest.mark.parametrize(
    "layout",
    [
        "##########",
        "#########",
        "##.##.##.##.##",
        "+33#########",
        "+33 (0)# ## ## ## ##",
        "0033 # ## ## ## ##",
    ],
)
def test_the_layouts_of_telephones_in_french_files_are_allowed(layout: str) -> None:
    profile = load_profile("labs-demo", {"habits.dos.spell.phone": f"{{ layout = '{layout}' }}"})
    assert profile.habits[2].spell["phone"].layout == layout


def test_a_placeholder_of_equal_digits_is_allowed() -> None:
    change = {"habits.dos.spell.nir": "{ empty = '0000000000000', empty_share = 0.1 }"}
    assert load_profile("labs-demo", change).habits[2].spell["nir"].empty == "0000000000000"
