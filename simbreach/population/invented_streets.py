"""Streets that no map shows, named as towns name theirs: `rue du Pinson Ambré`, `allée de la Lande Nacrée`.

For the homes of people of whom a file says something about their health: in their commune, no household lives
in a street of that name. Each name puts a plain noun beside an adjective that no council gave it; none stands
in the table of France's frequent streets (a test compares the two).
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from simbreach.core.arrays import I32, U64
from simbreach.core.arrow import Strings, strings
from simbreach.core.sampling import Alias, scale_words
from simbreach.core.streams import derive_key, hash_words

# What a street is, and how many in 100 (estimate, for communes of 5,000 inhabitants and more).
_TYPES = {"rue": 64, "allée": 12, "impasse": 10, "chemin": 5, "avenue": 4, "place": 3, "square": 2}
_MASCULINE = (
    "Ajonc", "Aubépin", "Bouvreuil", "Bruant", "Cèdre", "Chardonneret", "Chêne", "Coquelicot", "Courlis",
    "Cormoran", "Figuier", "Frêne", "Genêt", "Goéland", "Grillon", "Héron", "Hérisson", "Houx", "Lavoir",
    "Lièvre", "Loriot", "Martinet", "Merle", "Mûrier", "Noisetier", "Pinson", "Poirier", "Pressoir", "Puits",
    "Ruisseau", "Saule", "Sorbier", "Tilleul", "Verdier",
)  # fmt: skip
_FEMININE = (
    "Alouette", "Aubépine", "Bergeronnette", "Bruyère", "Cigale", "Clématite", "Colline", "Écluse",
    "Fauvette", "Fougère", "Fontaine", "Garenne", "Glycine", "Grange", "Grive", "Hirondelle", "Huppe",
    "Lande", "Libellule", "Linotte", "Loutre", "Mésange", "Mouette", "Passerelle", "Pervenche", "Prairie",
    "Sarcelle", "Sittelle", "Source", "Tourelle", "Tourterelle", "Violette",
)  # fmt: skip
_ADJECTIVES = (
    ("Ambré", "Ambrée"), ("Nacré", "Nacrée"), ("Cuivré", "Cuivrée"), ("Azuré", "Azurée"), ("Moiré", "Moirée"),
    ("Diapré", "Diaprée"), ("Jaspé", "Jaspée"), ("Velouté", "Veloutée"), ("Satiné", "Satinée"),
    ("Irisé", "Irisée"), ("Émaillé", "Émaillée"), ("Ciselé", "Ciselée"), ("Vermeil", "Vermeille"),
    ("Bleuté", "Bleutée"), ("Pailleté", "Pailletée"), ("Enluminé", "Enluminée"),
)  # fmt: skip


@dataclass(frozen=True)
class InventedStreets:
    """All names, `each` of them for every type in turn; `types` chooses the type."""

    words: Strings
    types: Alias
    each: int


@cache
def invented_streets() -> InventedStreets:
    """The names, put together once."""
    names = [
        f"{_of(noun, feminine)}{noun} {adjective[feminine]}"
        for feminine, nouns in ((0, _MASCULINE), (1, _FEMININE))
        for noun in nouns
        for adjective in _ADJECTIVES
    ]
    words = [f"{kind} {name}" for kind in _TYPES for name in names]
    return InventedStreets(strings(words), Alias.build(np.array(list(_TYPES.values()))), len(names))


def invented_codes(words: U64) -> I32:
    """`int32[n]`: names of streets, as codes into `invented_streets().words`, from the streets' words."""
    table = invented_streets()
    kind = table.types.pick(hash_words(derive_key(0, "invented streets", "type"), words))
    name = scale_words(words, table.each)
    return (kind * table.each + name).astype(np.int32)


def _of(noun: str, feminine: int) -> str:
    if noun[0] in "AÉEIOUH" and noun not in ("Hérisson", "Héron", "Houx", "Huppe"):
        return "de l'"
    return "de la " if feminine else "du "
