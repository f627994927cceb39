"""A profile's dictionary says what the profile says."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from simbreach.core.schema import FIELDS
from simbreach.engine.spell import describe
from simbreach.profile import wording
from simbreach.profile.defects import DEFECTS
from simbreach.profile.dictionary import _DEFAULTS, dictionary
from simbreach.profile.load import bundled, load_profile
from simbreach.profile.markup import Html, Markdown, Markup
from simbreach.profile.meanings import FRENCH
from simbreach.profile.model import Defect, Group, Profile, Spelling
from simbreach.profile.wording import Language, Wording


def written(profile: Profile, markup: Markup | None = None, language: Language = "en") -> str:
    return dictionary(profile, markup or Markdown(), Wording(language), {"56260": "Vannes"})


def cells(document: str, first: str) -> list[str]:
    """The cells of the row of a Markdown table that opens with `first`."""
    line = next(line for line in document.splitlines() if line.startswith(f"| {first} |"))
    return re.split(r"(?<!\\) ?\| ?", line)[1:-1]


@pytest.fixture(scope="module")
def english(labs: Profile) -> str:
    return written(labs)


@pytest.fixture(scope="module")
def french(labs: Profile) -> str:
    return written(labs, language="fr")


def test_every_column_has_its_line(labs: Profile, english: str) -> None:
    for column in labs.main_table.columns:
        name, field, *_ = cells(english, f"`{column.name}`")
        assert (name, field) == (f"`{column.name}`", f"`{column.field}`")


def test_a_column_tells_meaning_label_sensitivity_and_fill(english: str) -> None:
    assert cells(english, "`PAT_NUM`") == [
        "`PAT_NUM`",
        "`patient_number`",
        "number of the patient at the source (IPP)",
        "`id.patient`",
        "direct identifier",
        "100%",
        "",
    ]


def test_a_french_dictionary_speaks_french(french: str) -> None:
    assert cells(french, "`PAT_NUM`")[2:6] == [
        "numéro du patient chez la source (IPP)",
        "`id.patient`",
        "identifiant direct",
        "100\u202f%",
    ]


def test_a_fill_that_goes_with_another_column_says_so(english: str) -> None:
    assert cells(english, "`PRE_ADELI`")[5] == "50%, where `PRE_CODE` is"


def test_fills_that_differ_are_told_by_source(small_profile: Callable[..., Profile]) -> None:
    sources = """
[[sources]]
name = "huppe"
title = "LABORATOIRE DE LA HUPPE"
code = "HUP"
commune = "56260"
share = 3
[[sources]]
name = "pic"
title = "LABORATOIRE DU PIC"
code = "PIC"
commune = "56260"
share = 1
"""
    columns = """
{ name = "NOM", field = "usage_name" },
{ name = "MAIL", field = "email", fill = 0.5, sources = ["huppe"] },
{ name = "PORT", field = "mobile", fill = 0.1, fill_by_year = { 2019 = 0.2, 2020 = 0.4 } },
"""
    document = written(small_profile(sources=sources, columns=columns))
    assert cells(document, "`MAIL`")[5] == "37.5% (0% to 50%)"
    assert cells(document, "`patients.MAIL`")[1:] == ["37.5%", "50%: huppe<br>0%: pic", ""]
    assert cells(document, "`patients.PORT`")[2:] == ["", "2019: 20%<br>2020: 40%"]
    assert "| `patients.NOM` |" not in document


def test_spellings_are_told_by_source(small_profile: Callable[..., Profile]) -> None:
    more = """
[[habits]]
name = "majuscules"
[habits.spell]
name = { case = "upper", accents = false, width = 20 }
date = { format = "%Y%m%d" }
"""
    sources = """
[[sources]]
name = "huppe"
title = "LABORATOIRE DE LA HUPPE"
code = "HUP"
commune = "56260"
share = 1
habits = ["majuscules"]
[[sources]]
name = "pic"
title = "LABORATOIRE DU PIC"
code = "PIC"
commune = "56260"
share = 1
"""
    document = written(small_profile(more=more, sources=sources))
    assert cells(document, "capitals, without accents, at most 20 characters") == [
        "capitals, without accents, at most 20 characters",
        "50%",
        "huppe",
    ]
    assert cells(document, "`YYYYMMDD`")[2] == "huppe"
    assert cells(document, "`DD/MM/YYYY`")[2] == "pic"


@pytest.mark.parametrize(
    ("kind", "option"), [(k, o) for k, options in _DEFAULTS.items() for o in options.items()]
)
def test_what_nobody_says_is_what_the_engine_writes(kind: str, option: tuple[str, str]) -> None:
    assert describe(Spelling(), kind) == "=".join(option)  # type: ignore[arg-type]


def test_a_link_leads_to_every_spelling(english: str) -> None:
    assert set(re.findall(r"\(#(spelling-\d+)\)", english)) == set(
        re.findall(r'id="(spelling-\d+)"', english)
    )


def test_defects_tell_kind_columns_share_and_sources(labs: Profile, english: str) -> None:
    defect = next(defect for defect in labs.defects if defect.name == "jour-de-naissance-inconnu")
    _, kind, columns, share, sources = cells(english, f"`{defect.name}`")
    assert kind.startswith("a filler stands instead: `00/00/%Y`")
    assert (columns, share) == ("`PAT_DATNAIS`", "0.1%")
    assert sources == ", ".join(defect.sources or ())


def test_sources_tell_rows_that_sum_to_the_table_s(labs: Profile, english: str) -> None:
    found = [cells(english.partition('id="sources"')[2], f"`{source.name}`") for source in labs.sources]
    assert sum(int(row[5].replace(",", "")) for row in found) == labs.main_table.rows
    assert found[0][4] == "Vannes (56260), patients within 20 km"


def test_policies_tell_where_telephones_lie(english: str, french: str) -> None:
    assert cells(english, "`identifiers.phone`")[1] == "`unattributed`"
    assert "opérateur" in cells(french, "`identifiers.phone`")[2]


def test_every_policy_is_told_in_french(labs: Profile, french: str) -> None:
    english_words = [
        info.description
        for name in ("identifiers", "duplicates", "canaries", "policies")
        for info in type(getattr(labs, name)).model_fields.values()
    ]
    assert [words for words in english_words if words and Markdown().text(words) in french] == []


class Outline(HTMLParser):
    """Ids, links and other files that a page asks for; which tags are open at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.asked: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            if key == "id":
                self.ids.add(value or "")
            elif key == "href":
                self.links.add(value or "")
            elif key == "src":
                self.asked.append(value or "")
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", bundled())
def test_a_page_is_whole_and_needs_nothing_else(name: str) -> None:
    page = written(load_profile(name), Html(), "fr")
    outline = Outline()
    outline.feed(page)
    assert (outline.open, outline.asked) == ([], [])
    assert {link.removeprefix("#") for link in outline.links} <= outline.ids
    assert "http" not in page


@pytest.mark.parametrize("markup", [Markdown(), Html()], ids=["md", "html"])
@pytest.mark.parametrize("text", ["<b>|*x*_y_`z`</b> & #1"])
def test_words_are_escaped(markup: Markup, text: str) -> None:
    assert "<b>" not in markup.text(text).replace("\\<b\\>", "")


def test_code_may_hold_bars_and_backquotes() -> None:
    assert Markdown().code("a`|b") == "``a`\\|b``"
    assert Html().code("<a>") == "<code>&lt;a&gt;</code>"


@pytest.mark.parametrize("word", FIELDS)
def test_every_field_has_a_french_meaning(word: str) -> None:
    assert FRENCH.get(word)


def test_no_field_is_explained_that_there_is_not() -> None:
    assert sorted(set(FRENCH) - set(FIELDS)) == []


def test_both_languages_say_the_same_things() -> None:
    places = {key: re.findall(r"{\d}", text) for key, text in wording._EN.items()}
    assert {key: re.findall(r"{\d}", text) for key, text in wording._FR.items()} == {
        key: found if key != "date_offset" else ["{1}", "{2}", "{0}"] for key, found in places.items()
    }


@pytest.mark.parametrize("kind", DEFECTS)
def test_every_kind_of_defect_has_words(kind: str) -> None:
    assert Wording("fr").defect(kind) != kind


@pytest.mark.parametrize("group", Group.__args__)
def test_every_group_of_defects_has_words(group: str) -> None:
    assert Wording("en").group(group) != group


def test_numbers_are_written_as_each_language_does() -> None:
    assert (Wording("en").count(491_840), Wording("en").percent(0.0015)) == ("491,840", "0.15%")
    assert (Wording("fr").count(491_840), Wording("fr").percent(0.0015)) == ("491\u202f840", "0,15\u202f%")


def test_a_defect_kind_is_that_of_the_model() -> None:
    assert set(Defect.model_fields["kind"].annotation.__args__) == set(DEFECTS)  # type: ignore[union-attr]
