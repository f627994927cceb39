"""The profile's own lists, and what tables make of them: what does not agree is refused."""

from collections.abc import Callable

import pytest

from simbreach.core.errors import ProfileError
from simbreach.profile.load import load_profile
from simbreach.profile.toml import to_toml

NAME = "fichiers-anodins"
ARTICLES, PRICE = "lists.articles", "tables.tarifs.columns.PRIX_EUR"
TTC, SIREN = (f"tables.factures_fournisseurs.columns.{name}" for name in ("MONTANT_TTC", "SIREN"))


def _refused(path: str, value: str) -> str:
    with pytest.raises(ProfileError) as refused:
        load_profile(NAME, {path: value})
    return str(refused.value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("lists.mois.entries", '[["2022", "01"]]', "mois.entries.[0]: found 2 cells; the list has 4 columns"),
        ("lists.mois.entries", '[["2022", "01", "janvier", "x"], ["2022", "02", "f", 3]]', "not of one kind"),
        ("lists.mois.entries", '[["2022", "01", "janvier", -4]]', "do not lie in 0 to 99999999"),
        ("lists.mois.entries", '[["2022", "01", "06 12 34 56 78", 4]]', "could reach or be a real person's"),
        ("lists.mois.entries", '[["2022", "01", "a@b.fr", 4]]', "could reach or be a real person's"),
        ("lists.mois.entries", "[]", "lists.mois.entries: found []"),
        ("lists.mois.weight", "poid", "lists.mois.weight: no column 'poid'; did you mean 'poids'?"),
        ("lists.mois.weight", "libelle", "weights are whole numbers"),
        ("lists.departements.columns", '["code", "code"]', "two columns have the same name"),
        (f"{ARTICLES}.by", "fournisseur.nature", "no earlier list 'fournisseur'; did you mean"),
        (f"{ARTICLES}.by", "quantites.lot", "no earlier list 'quantites'"),
        (f"{ARTICLES}.by", "fournisseurs.nom", "articles.by: this list has no column 'nom', too"),
        ("lists.tranches.entries", '[["tous", "00-99", 1]]', "no entry goes with 'adultes' of analyses.pro"),
        (f"{PRICE}.columns", '["COEF"]', "no earlier column 'COEF'; did you mean 'COEF_B'?"),
        (f"{PRICE}.columns", '["DELAI_RENDU"]', "no earlier column 'DELAI_RENDU'"),
        (f"{PRICE}.columns", '["LIBELLE"]', "'LIBELLE' is no column of numbers"),
        (f"{PRICE}.columns", '["actes.libelle"]', "'actes.libelle' holds no numbers"),
        (f"{PRICE}.columns", '["actes.bb"]', "no column 'actes.bb'; did you mean 'actes.b'?"),
        (f"{PRICE}.factor", "1000000", "can come to 11000000001 (in units of the last decimal)"),
        (f"{PRICE}.factor", "0", "PRIX_EUR.factor: found 0"),
        (f"{TTC}.factor", "2", "MONTANT_TTC.factor: does not fit the field 'sum'"),
        (f"{TTC}.decimals", "2", "MONTANT_TTC.decimals: does not fit the field 'sum'"),
        (f"{SIREN}.of", "fournisseur", "no list 'fournisseur'; did you mean 'fournisseurs'?"),
        (
            "tables.tarifs.columns.CODE_NABM.of",
            "actes.cod",
            "no column 'actes.cod'; did you mean 'actes.code'",
        ),
        ("tables.tarifs.columns.CODE_NABM.of", "acte.code", "no list 'acte'; did you mean 'actes'?"),
        (
            "tables.tarifs.columns.SITE.field",
            "email",
            "'email' is a person's; the table has `people = false`",
        ),
        (
            "tables.tarifs.for_each",
            '["acte"]',
            "tables.tarifs.for_each: no list 'acte'; did you mean 'actes'?",
        ),
        ("tables.tarifs.for_each", '["actes", "actes"]', "'actes' stands there twice"),
        (
            "tables.tarifs.for_each",
            '["creneaux"]',
            "goes by 'plages.periode', whose list must stand before it",
        ),
        ("tables.tarifs.people", "true", "tables.tarifs.for_each: needs `people = false` beside it"),
        ("tables.tarifs.rows", "10", "tables.tarifs.rows: follows from `for_each`"),
        (
            "tables.lettre_information.for_each",
            '["actes"]',
            "lettre_information.rows: follows from `for_each`",
        ),
    ],
)
def test_what_does_not_agree_is_refused_with_its_path(path: str, value: str, message: str) -> None:
    assert message in _refused(path, value)


def test_a_table_without_rows_is_refused(small_profile: Callable[..., object]) -> None:
    with pytest.raises(ProfileError, match=r"tables\.patients\.rows: found 0; should be greater"):
        small_profile(rows=0)


def test_a_company_needs_its_list(small_profile: Callable[..., object]) -> None:
    with pytest.raises(ProfileError, match="the field 'company_siren' needs the key 'of'"):
        small_profile(columns='{ name = "SIREN", field = "company_siren" },')


def test_a_list_may_not_be_called_like_the_staff(small_profile: Callable[..., object]) -> None:
    words = '[[lists]]\nname = "sampler"\ncolumns = ["a"]\nentries = [["x"]]'
    with pytest.raises(ProfileError, match=r"lists\.sampler\.name: 'sampler' stands for the samplers"):
        small_profile(more=words)


def test_lists_with_days_times_and_decimals_are_written_and_read_again(tmp_path: object) -> None:
    profile = load_profile(NAME)
    path = tmp_path / "copie.toml"  # type: ignore[operator]
    path.write_text(to_toml(profile), encoding="utf-8")
    assert load_profile(path) == profile
