"""The page of a report: one file, nothing beside it, in two languages."""

import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from simbreach.api import Dataset
from simbreach.truth.report.checks import FAMILIES
from simbreach.truth.report.coherence import CHECKS
from simbreach.truth.report.figures import Figures, read_figures
from simbreach.truth.report.naming import Decade, NameShare
from simbreach.truth.report.texts import LANGUAGES, Language, read_texts

MOST_BYTES = 3_000_000


class Page(HTMLParser):
    """What a browser would look at: elements, what they refer to, the words shown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.references: list[str] = []
        self.ids: list[str] = []
        self.language = ""
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data"):
                self.references.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            if tag == "html" and name == "lang":
                self.language = value or ""

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def figures(demo: Dataset) -> Figures:
    return read_figures(demo.path)


@pytest.fixture(scope="module")
def texts(figures: Figures) -> dict[Language, str]:
    return {language: figures.html(language) for language in LANGUAGES}


@pytest.fixture(scope="module")
def pages(texts: dict[Language, str]) -> dict[Language, Page]:
    return {language: Page(text) for language, text in texts.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_refers_to_nothing_outside_itself(pages: dict[Language, Page], language: Language) -> None:
    assert [ref for ref in pages[language].references if not ref.startswith(("#", "data:image/png"))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_runs_no_script(pages: dict[Language, Page], language: Language) -> None:
    assert {"script", "iframe", "object", "link", "form"}.isdisjoint(pages[language].tags)


def test_no_style_fetches_anything(texts: dict[Language, str]) -> None:
    assert re.findall(r"@import|url\((?!#|data:)", texts["fr"]) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_small(texts: dict[Language, str], language: Language) -> None:
    assert len(texts[language].encode()) < MOST_BYTES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_its_language(pages: dict[Language, Page], language: Language) -> None:
    assert pages[language].language == language


def test_all_is_drawn_that_there_are_enough_people_for(pages: dict[Language, Page]) -> None:
    """Pyramid, surnames, map, months, defects: 900 rows are too few for first names by decade."""
    assert pages["fr"].tags.count("svg") == 5


def test_first_names_are_drawn_where_there_are_many_people(figures: Figures) -> None:
    assert figures.distances
    many = replace(
        figures.distances,
        decades=(Decade(1960, 9000, 0.03, 0.03), Decade(1970, 9000, 0.09, 0.03)),
        names=tuple(
            NameShare(sex, name, decade, 0.02, share)
            for sex, name, shares in (("F", "SYLVIE", (0.05, 0.01)), ("M", "STÉPHANE", (0.02, 0.04)))
            for decade, share in zip((1960, 1970), shares, strict=True)
        ),
    )
    page = Page(replace(figures, distances=many).html("en"))
    assert page.tags.count("svg") == 7
    assert {"Sylvie", "Stéphane"} <= {word.strip() for word in page.words}


def test_every_figure_has_a_caption(pages: dict[Language, Page]) -> None:
    assert pages["fr"].tags.count("figcaption") == pages["fr"].tags.count("figure")


def test_no_name_is_used_twice(pages: dict[Language, Page]) -> None:
    sections = [name for name in pages["fr"].ids if not re.fullmatch(r"[mp][0-9a-f]{8,}|image.*", name)]
    assert sorted(set(sections)) == sorted(sections)


def test_every_link_of_the_page_leads_somewhere(pages: dict[Language, Page]) -> None:
    targets = {ref[1:] for ref in pages["fr"].references if ref.startswith("#")}
    assert sorted(targets - set(pages["fr"].ids)) == []


def test_the_same_figures_give_the_same_page(figures: Figures, texts: dict[Language, str]) -> None:
    assert figures.html("fr") == texts["fr"]


def test_words_of_a_profile_are_escaped(figures: Figures) -> None:
    head = replace(figures.headline, title="<script>alert(1)</script>")
    assert "<script>alert(1)" not in replace(figures, headline=head).html("en")


def test_what_is_broken_is_named_with_its_first_place(figures: Figures) -> None:
    broken = tuple(
        replace(result, broken=3, first=17) if result.name == "nir-own" else result
        for result in figures.coherence
    )
    words = " ".join("".join(Page(replace(figures, coherence=broken).html("en")).words).split())
    assert "3 incoherent cases of" in words
    assert "The NIR written is the person's (first case: 17)" in words


def test_a_dataset_without_people_has_a_page_without_them(figures: Figures) -> None:
    page = Page(replace(figures, distances=None).html("en"))
    assert "people" not in page.ids
    assert "content" in page.ids


def test_both_languages_say_the_same_things() -> None:
    def keys(language: str) -> dict[str, list[str]]:
        text = (files("simbreach.truth.report") / f"{language}.toml").read_text("utf-8")
        return {section: list(entries) for section, entries in tomllib.loads(text).items()}

    assert keys("fr") == keys("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_fill_in_the_same_values(language: Language) -> None:
    def places(of: Language) -> dict[str, list[str]]:
        sections = read_texts(of).sections
        return {
            f"{section}.{key}": sorted(re.findall(r"\{\w*\}", text))
            for section, entries in sections.items()
            for key, text in entries.items()
        }

    assert places(language) == places("fr")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_has_a_sentence(figures: Figures, language: Language) -> None:
    said = read_texts(language).sections
    names = {check.name for check in CHECKS} | {result.name for result in figures.coherence}
    assert sorted(said["checks"]) == sorted(names)
    assert list(said["families"]) == list(FAMILIES)


def test_french_numbers_have_a_narrow_space_and_a_comma() -> None:
    texts = read_texts("fr")
    assert (texts.number(491840), texts.percent(0.974), texts.day(date(2020, 10, 24))) == (
        *("491\u202f840", "97,4\u00a0%", "24/10/2020"),
    )


def test_english_numbers_have_a_comma_and_a_point() -> None:
    texts = read_texts("en")
    assert (texts.number(491840), texts.percent(0.974), texts.day(date(2020, 10, 24))) == (
        *("491,840", "97.4%", "2020-10-24"),
    )


def test_a_small_share_keeps_a_figure_that_says_something() -> None:
    assert read_texts("en").percent(0.00086) == "0.09%"


def test_without_the_extra_the_command_that_brings_it_is_told() -> None:
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from simbreach.core.errors import MissingExtraError\n"
        "try:\n    import simbreach.truth.report.page\n"
        "except MissingExtraError as problem:\n    sys.stdout.write(str(problem))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'simbreach[report]'" in done.stdout


def test_the_figures_load_no_drawing_library() -> None:
    code = "import sys, simbreach.truth.report.figures; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
