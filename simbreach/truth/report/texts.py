"""What the page says, in French and English, and how each writes numbers and days."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Final, Literal

Language = Literal["fr", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("fr", "en")

# What stands between thousands, before decimals and before a per-cent sign.
_MARKS: Final[dict[Language, tuple[str, str, str]]] = {"fr": ("\u202f", ",", "\u00a0"), "en": (",", ".", "")}


@dataclass(frozen=True)
class Texts:
    """The texts of a language by section and key."""

    language: Language
    sections: Mapping[str, Mapping[str, str]]

    def __call__(self, section: str, key: str, /, **values: object) -> str:
        """A text with `values` in its places; a key without a text stands for itself."""
        return self.sections[section].get(key, key).format(**values)

    def number(self, value: float, decimals: int = 0) -> str:
        """`491 840` in French, `491,840` in English."""
        thousands, comma, _ = _MARKS[self.language]
        return f"{value:,.{decimals}f}".replace(",", "\0").replace(".", comma).replace("\0", thousands)

    def percent(self, share: float, decimals: int = 1) -> str:
        """`97,4 %` in French, `97.4%` in English; shares too small for `decimals` have more of them."""
        percent = share * 100
        while 0 < abs(percent) < 0.95 * 10**-decimals and decimals < 4:
            decimals += 1
        return self.number(percent, decimals) + _MARKS[self.language][2] + "%"

    def day(self, value: date | None) -> str:
        """`24/10/2020` in French, `2020-10-24` in English; nothing for no day."""
        if value is None:
            return ""
        return f"{value:%d/%m/%Y}" if self.language == "fr" else value.isoformat()


def read_texts(language: Language) -> Texts:
    """The texts of `language`."""
    text = files("simbreach.truth.report").joinpath(f"{language}.toml").read_text("utf-8")
    return Texts(language, tomllib.loads(text))
