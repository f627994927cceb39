"""The words of a data dictionary, in English and in French."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from simbreach.core.schema import Field
from simbreach.profile.meanings import FRENCH as _MEANINGS

Language = Literal["en", "fr"]

# A thin blank that does not break.
_THIN: Final = "\u202f"

_EN: Final[dict[str, str]] = {
    "dictionary": "Data dictionary",
    "file": "dictionary",
    "colon": "{0}: {1}",
    "intro": "Everything here is invented: people, doctors, laboratories, numbers and addresses. This page "
    "is made from the profile; shares are those that it asks for.",
    "glance": "At a glance",
    "profile": "profile",
    "as_of": "data taken on",
    "visits": "visits",
    "span": "{0} to {1}",
    "seed": "seed",
    "seeds": "{0} (population {1})",
    "rows": "rows",
    "rows_each": "one for each combination of {0}",
    "columns": "columns",
    "of": "{0} of {1}",
    "table": "Table {0}",
    "tables": "tables",
    "column": "column",
    "field": "field",
    "meaning": "meaning",
    "label": "label",
    "sensitivity": "sensitivity",
    "filled": "filled",
    "written": "written",
    "direct": "direct identifier",
    "quasi": "quasi-identifier",
    "article-9": "health data (GDPR, article 9)",
    "other": "other",
    "with": "where {0} is",
    "from_to": "{0} ({1} to {2})",
    "fills": "Fill shares that differ",
    "fills_intro": "Of the cells that have a value: a mobile number is missing where a person has "
    "none, whatever the share says. Overall shares weigh sources and years by their "
    "rows.",
    "overall": "overall",
    "by_source": "by source",
    "by_year": "by year",
    "spellings": "Spellings",
    "spellings_intro": "How each source writes is a habit, not an error. Columns that are written alike "
    "share a spelling number.",
    "spelling": "spelling",
    "share": "share of rows",
    "sources": "Sources",
    "sources_intro": "Laboratories, hospitals and clinics that the rows come from, all invented. Rows "
    "follow each other by source, and inside a source by date.",
    "source": "source",
    "all_sources": "all sources",
    "defects": "Defects",
    "defects_intro": "Deliberate accidents in single cells or rows; the truth keeps what each cell was.",
    "defect": "defect",
    "kind": "what happens",
    "where": "columns",
    "more_for": "more often for {0}",
    "policies": "Policies",
    "policies_intro": "Rules that hold for the whole file.",
    "key": "key",
    "value": "value",
    "people": "Who comes",
    "people_intro": "Shares of all people by sex and age at the visit.",
    "age": "age",
    "women": "women",
    "men": "men",
    "lists": "Lists",
    "lists_intro": "Small tables of the profile's own: a row takes one entry of each.",
    "list": "list",
    "entries": "entries",
    "title": "name on its rows",
    "code": "code",
    "sort": "kind",
    "laboratory": "laboratory",
    "hospital": "hospital",
    "clinic": "clinic",
    "seat": "seat",
    "within": "{0}, patients within {1} km",
    "prescribers": "prescribers",
    "samplers": "samplers",
    "habits": "habits",
    "empty": "always empty",
    "constant": "always {0}",
    "choice": "one of {0}",
    "number": "a number from {0} to {1}",
    "serial": "the row's number",
    "date_offset": "{1} to {2} days from {0}",
    "listed": "a cell of the list {0}",
    "sum": "the sum of {0}",
    "product": "the product of {0}",
    "borrowed": "words of {0}",
    "plain": "as they are",
    "upper": "capitals",
    "lower": "small letters",
    "capitalised": "capitals at the beginnings of words",
    "keep": "capitals as usual",
    "accents": "with accents",
    "no_accents": "without accents",
    "no_hyphens": "hyphens become blanks",
    "hyphens": "with hyphens",
    "width": "at most {0} characters",
    "pad": "filled up with blanks",
    "placeholder": "{0} in {1} of the empty cells",
    "words": "words {0}",
    "digits": "digits as {0}",
    "decimal": "decimals after {0}",
    "letters": "D M Y h m s",
    "nobody": "nobody",
}
_FR: Final[dict[str, str]] = {
    "dictionary": "Dictionnaire des données",
    "file": "dictionnaire",
    "colon": "{0}\u202f: {1}",
    "intro": "Tout y est inventé : personnes, médecins, laboratoires, numéros et adresses. Cette page est "
    "tirée du profil ; les taux sont ceux qu'il demande.",
    "glance": "En bref",
    "profile": "profil",
    "as_of": "données prises le",
    "visits": "visites",
    "span": "du {0} au {1}",
    "seed": "graine",
    "seeds": "{0} (population {1})",
    "rows": "lignes",
    "rows_each": "une par combinaison de {0}",
    "columns": "colonnes",
    "of": "{0} sur {1}",
    "table": "Table {0}",
    "tables": "tables",
    "column": "colonne",
    "field": "champ",
    "meaning": "signification",
    "label": "étiquette",
    "sensitivity": "sensibilité",
    "filled": "rempli",
    "written": "écriture",
    "direct": "identifiant direct",
    "quasi": "quasi-identifiant",
    "article-9": "donnée de santé (RGPD, article 9)",
    "other": "autre",
    "with": "là où {0} l'est",
    "from_to": "{0} ({1} à {2})",
    "fills": "Taux de remplissage qui diffèrent",
    "fills_intro": "Parmi les cellules qui ont une valeur : un mobile manque à qui n'en a pas, quel "
    "que soit le taux. Les taux d'ensemble pèsent sources et années par leurs lignes.",
    "overall": "ensemble",
    "by_source": "par source",
    "by_year": "par année",
    "spellings": "Écritures",
    "spellings_intro": "La façon dont chaque source écrit est une habitude, pas une erreur. Les colonnes "
    "écrites de la même façon partagent un numéro d'écriture.",
    "spelling": "écriture",
    "share": "part des lignes",
    "sources": "Sources",
    "sources_intro": "Laboratoires, hôpitaux et cliniques d'où viennent les lignes, tous inventés. Les "
    "lignes se suivent par source et, dans une source, par date.",
    "source": "source",
    "all_sources": "toutes les sources",
    "defects": "Défauts",
    "defects_intro": "Accidents volontaires dans des cellules ou des lignes ; la vérité garde ce que chaque "
    "cellule était.",
    "defect": "défaut",
    "kind": "ce qui arrive",
    "where": "colonnes",
    "more_for": "plus souvent pour {0}",
    "policies": "Règles",
    "policies_intro": "Ce qui vaut pour tout le fichier.",
    "key": "clé",
    "value": "valeur",
    "people": "Qui vient",
    "people_intro": "Parts de l'ensemble des personnes, par sexe et âge à la visite.",
    "age": "âge",
    "women": "femmes",
    "men": "hommes",
    "lists": "Listes",
    "lists_intro": "Petites tables du profil : chaque ligne prend une entrée de chacune.",
    "list": "liste",
    "entries": "entrées",
    "title": "nom sur ses lignes",
    "code": "code",
    "sort": "nature",
    "laboratory": "laboratoire",
    "hospital": "hôpital",
    "clinic": "clinique",
    "seat": "siège",
    "within": "{0}, patients à moins de {1} km",
    "prescribers": "prescripteurs",
    "samplers": "préleveurs",
    "habits": "habitudes",
    "empty": "toujours vide",
    "constant": "toujours {0}",
    "choice": "au choix {0}",
    "number": "un nombre de {0} à {1}",
    "serial": "le numéro de la ligne",
    "date_offset": "de {1} à {2} jours après {0}",
    "listed": "une cellule de la liste {0}",
    "sum": "la somme de {0}",
    "product": "le produit de {0}",
    "borrowed": "des mots de {0}",
    "plain": "tel quel",
    "upper": "capitales",
    "lower": "minuscules",
    "capitalised": "capitale en tête de mot",
    "keep": "capitales habituelles",
    "accents": "avec accents",
    "no_accents": "sans accents",
    "no_hyphens": "traits d'union remplacés par des blancs",
    "hyphens": "avec traits d'union",
    "width": "{0} caractères au plus",
    "pad": "complété par des blancs",
    "placeholder": "{0} dans {1} des cellules vides",
    "words": "mots {0}",
    "digits": "chiffres {0}",
    "decimal": "décimales après {0}",
    "letters": "J M A h m s",
    "nobody": "personne",
}

# What each kind of defect does (profile.defects.DEFECTS), and the groups that it may strike more often.
_KINDS: Final[dict[str, tuple[str, str]]] = {
    "missing": ("the cell is left empty", "la cellule reste vide"),
    "placeholder": ("a filler stands instead", "un bouche-trou à la place"),
    "swapped": ("two cells change places", "deux cellules échangées"),
    "typo": ("a slip of the fingers", "une faute de frappe"),
    "keyboard": ("a neighbouring key (AZERTY)", "une touche voisine (AZERTY)"),
    "transposed": ("two letters change places", "deux lettres interverties"),
    "omitted": ("a letter is left out", "une lettre oubliée"),
    "doubled": ("a letter is doubled", "une lettre doublée"),
    "phonetic": ("written as it is heard", "écrit comme on l'entend"),
    "ocr": ("misread by a scanner", "mal lu par un scanner"),
    "part_lost": ("a part of a compound name is lost", "une partie d'un nom composé perdue"),
    "cut": ("cut at a width", "coupé à une largeur"),
    "unaccented": ("accents are lost", "accents perdus"),
    "mojibake": ("UTF-8 read as cp1252", "UTF-8 lu en cp1252"),
    "mojibake_twice": ("UTF-8 read as cp1252 twice", "UTF-8 lu deux fois en cp1252"),
    "cp850": ("cp850 read as cp1252", "cp850 lu en cp1252"),
    "replacement": ("cp1252 read as UTF-8: �", "cp1252 lu en UTF-8 : �"),
    "wrong": ("the other sex's civility", "la civilité de l'autre sexe"),
    "day_month": ("day and month change places", "jour et mois intervertis"),
    "two_digit_year": ("the year loses its century", "l'année perd son siècle"),
    "broken": ("an address that is none", "une adresse qui n'en est plus une"),
    "lost_zeros": ("leading zeros are lost", "zéros de tête perdus"),
    "lost_digit": ("a digit is left out", "un chiffre oublié"),
    "scientific": ("a spreadsheet's 1,23E+14", "le 1,23E+14 d'un tableur"),
    "wrong_digit": ("a digit is wrong", "un chiffre faux"),
    "wrong_key": ("the key is wrong", "la clé est fausse"),
    "shifted_right": ("cells move one column to the right", "cellules décalées d'une colonne à droite"),
    "shifted_left": ("cells move one column to the left", "cellules décalées d'une colonne à gauche"),
}
_GROUPS: Final[dict[str, tuple[str, str]]] = {
    "aged": ("people of 75 and more", "les personnes de 75 ans et plus"),
    "child": ("children", "les enfants"),
    "born_abroad": ("people born abroad", "les personnes nées à l'étranger"),
    "compound": ("cells of several words", "les cellules de plusieurs mots"),
}
# What the keys of policies mean; English has the profile's own descriptions.
_KEYS: Final[dict[str, str]] = {
    "identifiers.phone": "Où se trouvent les numéros de téléphone : blocs attribués à aucun opérateur, "
    "davantage de ces blocs, ou blocs réservés à la fiction (dont beaucoup de "
    "détecteurs ne voient pas les mobiles).",
    "duplicates.same_source": "Part des lignes dont la personne a déjà une ligne chez la même source.",
    "duplicates.other_source": "Part des lignes dont la personne a aussi une ligne chez une autre source.",
    "duplicates.differences": "Parts des visites répétées qui ont un dossier à part, selon ce qui y diffère, "
    "parmi celles des personnes à qui cela peut arriver. Leur somme est 1 au plus.",
    "canaries.one_in": "Nombre de lignes de la table principale pour un canari (personne piège).",
    "canaries.at_least": "Canaris d'une petite table ; jamais plus que de visites répétées.",
    "policies.health_in_towns": "Les faits de santé ne sont écrits que de gens de communes d'au moins 5 000 "
    "habitants, dans des rues que nulle carte ne montre.",
}


@dataclass(frozen=True)
class Wording:
    """The words of one language."""

    language: Language

    def __call__(self, key: str, *values: str) -> str:
        """The words of `key`, with `values` in their places."""
        return (_FR if self.language == "fr" else _EN)[key].format(*values)

    def meaning(self, field: Field) -> str:
        """What a field holds; in English where nobody has said it in French yet."""
        return _MEANINGS.get(field.name, field.meaning) if self.language == "fr" else field.meaning

    def defect(self, kind: str) -> str:
        """What a kind of defect does."""
        return _KINDS.get(kind, (kind, kind))[self.language == "fr"]

    def group(self, name: str) -> str:
        """Whom a defect strikes more often."""
        return _GROUPS.get(name, (name, name))[self.language == "fr"]

    def policy(self, path: str, description: str) -> str:
        """What a key of the profile means; `description` is the profile's own, in English."""
        return _KEYS.get(path, description) if self.language == "fr" else description

    def count(self, number: int) -> str:
        """A whole number: 1,234 or 1 234."""
        return f"{number:,}".replace(",", _THIN) if self.language == "fr" else f"{number:,}"

    def percent(self, share: Decimal | Fraction | float) -> str:
        """A share in percent, to three digits at most: 62%, 0.15%."""
        percent = 100 * float(share)
        text = f"{percent:.3g}" if percent < 100 else "100"
        return f"{text.replace('.', ',')}{_THIN}%" if self.language == "fr" else f"{text}%"
