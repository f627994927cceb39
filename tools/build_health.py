"""Build the shipped tables of health, care and work from a folder of downloaded open data.

Run by maintainers: `python tools/build_health.py SOURCES [--to simbreach/reference/data]`. The folder holds
conditions.csv, drugs.parquet, drug_packages.parquet, atc_labels.csv, analyses.csv, specialties.csv and
occupations.csv as `simbreach/reference/SOURCES.md` describes them. Whatever is set by hand (blood
groups, comments, regimes, contracts, activities, phone equipment) is not touched here.
"""
# ruff: noqa: SIM905 - lists of words read better as text

import argparse
import csv
import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# What share of a year's cases is there on a given day, by course: one case in so many (our estimate).
CASES_A_DAY = {"chronique": 1, "ponctuel": 4, "suivi": 4, "aigu": 12}
NOT_A_CONDITION = {"prévention"}

# Words of a drug's denomination that are its maker, its taste or its container: a laboratory leaves them out.
MAKERS = set(
    "ABACUS ACCORD ACETLAB AGUETTANT AHCL ALMUS ALTER ARROW BENTA BGR BIOGARAN BIPHAR BLUEFISH BRAUN CCD "
    "CHIESI "
    "CONSEIL CRISTERS EG EUROGENERICS EVOLUGEN EXELTIS FRANCE GENERIQUES GNR HCS HEALTHCARE HIKMA "
    "IMMEDICA JOFRE "
    "KABI KALCEKS KRKA LAB LABO LABORATOIRE LABORATOIRES LAVOISIER MAJORELLE MEDISOL MYLAN PANPHARMA "
    "PFIZER PHARMA "
    "PHARMY QUIVER REF REIG RENAUDIN RPG SANDOZ SANOFI SANTE SERB SERVIER STRAGEN SUBSTIPHARM SUN "
    "TAMRISA TEVA "
    "TILLOMED UPSA VENIPHARM VIATRIS VJ-PHARM XILMAC ZENTIVA ZF ZYDUS K.S K.S. B. AP-HP NOR "
    "BIOGARANCONTINU D.D X.O "
    "ADULTES ENFANTS NOURRISSONS ET".split()
)
TASTES = set(
    "MENTHE FRAICHE FRAICHEUR GLACIALE FRUITS FRUIT ROUGES FRAMBOISE FRAISE CITRON BON TAILLEUR".split()
)
CHILD = re.compile(r"\b(ENFANTS?|NOURRISSONS?|BEBES?|PEDIATRIQUE)\b|SUSPENSION BUVABLE|\bSIROP\b")
CHILD_PARACETAMOL = re.compile(r"\b[123]00 MG|\b150 MG|\b80 MG|POUR CENT")
ADULT = re.compile(r"\bADULTES?\b|\b1 G\b")
ANY_AGE = re.compile(r"(?<!POUR )SOLUTION BUVABLE|EN GOUTTES|COLLYRE|(?<!COMPRIMES )POUR INHALATION|CREME")

# Rounded shares of the groups among employed people by sex (1000 in all): INSEE labour force survey, rounded.
GROUP_SHARES = {
    "1": (22, 9),
    "2": (91, 41),
    "3": (235, 198),
    "4": (236, 259),
    "5": (121, 410),
    "6": (295, 83),
}
OWN_LABELS = {
    "1": ["Agriculteur", "Éleveur", "Viticulteur", "Maraîcher"],
    "2": ["Artisan", "Commerçant", "Chef d'entreprise", "Restaurateur", "Gérant de société"],
}
DROPPED = re.compile(
    r"France Télécom|la Poste|^Autres? |^Personnes? |^Personnels? |^Professions? |^Maîtrise |^Clergé|"
    r"syndical|"
    r"^Allocataires|^Hommes du rang|^Experts salariés|^Adjudants|^Sergents|services divers|^Agents civils"
)
FREQUENT = re.compile(
    r"^(Aide-soignant|Secrétaire|Professeur des écoles|Infirmier en soins|Aide à domicile|Caissier|Agent "
    r"de service|"
    r"Conducteur routier|Maçon|Cuisinier|Serveur|Vendeur en alimentation|Nettoyeur|Assistante? maternelle|"
    r"Employé de maison|Manutentionnaire|Jardinier|Coiffeur|Employé de libre|Magasinier|Ouvrier qualifié "
    r"de la man|"
    r"Professeur agrégé|Ingénieur et cadre d'étude.* informatique|Adjoint administratif|Employé "
    r"administratif)"
)
MOSTLY_WOMEN = re.compile(
    r"Aide-soignant|Secrétaire|des écoles|Infirmier|Puéricultrice|Sage-femme|domicile|Caissier|"
    r"maternelle|maison|"
    r"Coiffeur|[Ee]sthéticien|puériculture|Standardiste|Dactylo|service social|jeunes enfants|hôtesse|"
    r"Hôtesse|"
    r"Employé administratif|Adjoint administratif|Assistant dentaire|couturière|beauté|fleurs|Agent de "
    r"service"
)
MOSTLY_MEN = re.compile(
    r"Ouvrier|Maçon|[Cc]onducteur|Mécanicien|[ÉE]lectricien|Charpentier|Couvreur|Plombier|Soudeur|"
    r"Monteur|Menuisier|"
    r"Régleur|Tuyauteur|Chaudronnier|Carrossier|Métallier|Pompier|Gendarme|chantier|Docker|Matelot|"
    r"Capitaine|Marin|"
    r"Chef d'équipe|[Mm]aîtrise|Technicien|Déménageur|Jardinier|Agent de police|Magasinier|Boucher|Ingénieur"
)
# The first pattern found in an occupation's label says who may employ it; "private" otherwise.
SECTORS = {
    "own": r"^(Agriculteur|Éleveur|Viticulteur|Maraîcher|Artisan$|Commerçant|Chef d'entreprise|"
    r"Restaurateur|Gérant)|Avocat",
    "care": r"hôpita|[Hh]ospitalier|[Ii]nfirmier|Sage-femme|Puéricultrice|Aide-soignant|puériculture|"
    r"médico-psycho|Interne en|Médecin|Technicien médical|kinésithérapeute|Ambulancier",
    "school": r"Professeur|Instituteur|enseignement|établissements|éducation$|recherche publique|"
    r"Surveillant$",
    "public": r"police|Gendarm|fonction publique|collectivités|Etat|Impôts|pénitentiaire|Officier|Pompier|"
    r"Magistrat|Inspecteur|service social|navigation aérienne|administrations|jeunes enfants",
    "home": r"^(Assistante maternelle|Employé de maison|Aide à domicile)",
}
STOPS = set("de du des à au aux en sur pour chez par ne travaillant".split())
INVARIABLE = set("commis divers sous sans très non niveau cours moins".split())
# Where the rule of the singular stops short: what is found in a label, what it becomes.
MENDED = {
    r"^(Ingénieur|Métreur|Formateur|Moniteur|Employé|Masseur-kinésithérapeute) et .*?"
    r"(?= (d[eu']|en|tech|comm|spé|sport)|$)": r"\1",
    r"^Professeur agrégé et certifié": "Professeur certifié",
    r"(?<=\w) (et|ou) (inspecteurs|magasiniers|stewards|personnels|employés|responsables|autre|maître|"
    r"chargé|cadre|gérant|officier|agent|ouvrier|technicien|grand|commis|aide-|articles|"
    r"audioprothésiste|technico|matelot|opérateur).*": "",
    r" (non )?qualifiés\b": "",
    r" salariée?s?$": "",
    r"^Agent de service hospitaliers": "Agent de service hospitalier",
    r"^Cadre d'état-major administratifs": "Cadre d'état-major",
    r"^Contremaître .*": "Contremaître",
    r"^Directeur$": "Directeur de production",
    r"^Chef d'établissements$": "Directeur d'agence bancaire",
}


def plain(text: str) -> str:
    """Upper case, no accents: how laboratory software writes a drug."""
    decomposed = unicodedata.normalize("NFD", text.upper().replace("Œ", "OE"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def drug_label(name: str) -> str:
    """`LEVOTHYROX 75` for « LEVOTHYROX 75 microgrammes, comprimé sécable »."""
    head = re.sub(r"\bL ?\.?P\b\.?", "LP", re.split(r",\s|\(", plain(name))[0])
    words = re.sub(r"(?<=\d) (?=000\b)", "", head).split()
    kept = words[:1]
    for at, word in enumerate(words[1:], 1):
        if re.match(r"\d", word):
            return " ".join([*kept, dose(word, "".join(words[at + 1 : at + 2]))]).strip()
        if word not in MAKERS and word not in TASTES:
            kept.append(word)
    return " ".join(kept)


def dose(number: str, unit: str) -> str:
    """The dose as laboratories write it: bare in mg, µg or units; none for a concentration."""
    if (
        unit.startswith(("POUR", "%", "MG/ML", "MG/1", "MICROGRAMMES/ML", "MG/G", "UI/ML", "UNITES/ML"))
        or "%" in number
    ):
        return ""
    digits = re.sub(r"[^0-9,].*", "", number.replace(".", ","))
    if "," in digits:
        digits = digits.rstrip("0").rstrip(",")
    if unit.startswith("G") and digits.isdigit():
        return "1000" if (digits, unit) == ("1", "G") else f"{digits}G"
    return digits


def ages(name: str, atc: str) -> tuple[bool, bool]:
    """Whether a drug is for children under 12, and for the others, by the words of its (plain) name."""
    if ADULT.search(name):
        return "ENFANT" in name, True
    if CHILD.search(name) or (atc == "N02BE01" and CHILD_PARACETAMOL.search(name)):
        return True, False
    return bool(ANY_AGE.search(name)), True


def build_drugs(source: Path, to: Path, wanted: set[str]) -> None:
    """drugs.parquet: marketed drugs of the wanted ATC codes, one row for each ATC code, label and age."""
    drugs = pd.read_parquet(source / "drugs.parquet")
    drugs = drugs[drugs.marketed & ~drugs.homeopathic & drugs.atc.isin(wanted)].copy()
    packages = pd.read_parquet(source / "drug_packages.parquet")
    packages = packages[packages.active & packages.cis.isin(drugs.cis)].copy()
    packages["boxes"] = packages.boxes_2025_est.fillna(0).astype(int)
    best = packages.sort_values(["boxes", "cip13"], ascending=[False, True]).drop_duplicates("cis")
    drugs = drugs.merge(best[["cis", "cip13"]], on="cis")
    drugs["boxes"] = drugs.boxes_2025_est.fillna(0).astype(int)
    drugs["label"] = [drug_label(name) for name in drugs.name]
    flags = [ages(plain(name), atc) for name, atc in zip(drugs.name, drugs.atc, strict=True)]
    drugs["for_child"], drugs["for_adult"] = [child for child, _ in flags], [adult for _, adult in flags]
    drugs = drugs.sort_values(["boxes", "cip13"], ascending=[False, True])
    keys = ["atc", "label", "for_child", "for_adult"]
    cut = drugs.groupby(keys, sort=False).agg(
        name=("name", "first"), cip13=("cip13", "first"), boxes=("boxes", "sum")
    )
    cut = cut.reset_index()
    # A label below one box in a thousand of its ATC code adds bytes, not looks.
    share = cut.boxes * 1000 >= cut.groupby("atc").boxes.transform("sum")
    cut = cut[share].sort_values(["atc", "boxes", "label", "cip13"], ascending=[True, False, True, True])
    cut["boxes"] = cut.boxes.clip(lower=1)
    table = pa.Table.from_pandas(
        cut[["atc", "label", "name", "cip13", "for_child", "for_adult", "boxes"]], preserve_index=False
    )
    pq.write_table(
        table.replace_schema_metadata(None), to / "drugs.parquet", compression="zstd", compression_level=19
    )


def build_conditions(source: Path, to: Path) -> set[str]:
    """conditions.csv with whole prevalences of a given day, per 100,000; returns the ATC codes it names."""
    rows = [row for row in read(source / "conditions.csv") if row["group"] not in NOT_A_CONDITION]
    for row in rows:
        share = float(row.pop("prevalence_pct")) * 1000 / CASES_A_DAY[row["course"]]
        row["per_100k"] = str(max(round(share), 1))
    write(
        to / "conditions.csv",
        rows,
        "icd10,label_fr,group,course,sex,age_min,age_max,per_100k,atc_examples".split(","),
    )
    return {code for row in rows for code in row["atc_examples"].split(";") if code}


def build_atc_labels(source: Path, to: Path, wanted: set[str]) -> None:
    """atc_labels.csv: the wanted codes and the levels above them."""
    near = {code[:length] for code in wanted for length in (1, 3, 4, 5, 7)}
    rows = [row for row in read(source / "atc_labels.csv") if row["atc"] in near]
    write(to / "atc_labels.csv", rows, ["atc", "level", "label_fr"])


def build_specialties(source: Path, to: Path) -> None:
    """specialties.csv with whole weights: box shares in thousandths of a per cent, or our estimates."""
    estimates = {
        "21": 2500,
        "34": 400,
        "70": 600,
        "71": 200,
        "73": 300,
        "79": 500,
        "81": 150,
        "83": 800,
        "84": 250,
    }
    rows = read(source / "specialties.csv")
    for row in rows:
        known = row["box_share_2025_pct"]
        weight = round(float(known) * 1000) if known else estimates.get(row["code"], 20)
        row["weight"] = str(weight if row["practitioner"] else 0)
    write(to / "specialties.csv", rows, ["code", "label", "practitioner", "weight"])


def singular(label: str) -> str:
    """The label for one worker: plural endings go up to the first preposition."""
    words = label.split()
    for at, word in enumerate(words):
        if word.lower() in STOPS or re.match(r"[dl]'", word):
            break
        words[at] = "-".join(one(part) for part in word.split("-"))
    text = " ".join(words)
    for wrong, right in MENDED.items():
        text = re.sub(wrong, right, text)
    return text


def one(word: str) -> str:
    """A word of the head of a label, in the singular."""
    if word.lower() in INVARIABLE:
        return word
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux"):
        return word[:-3] + "al"
    return word[:-1] if word.endswith("s") else word


def build_occupations(source: Path, to: Path) -> None:
    """occupations.csv: PCS-ESE labels in the singular, whole weights by sex."""
    labels: dict[str, tuple[str, str]] = {}
    for group, own in OWN_LABELS.items():
        labels |= dict.fromkeys(own, ("", group))
    for row in read(source / "occupations.csv"):
        if row["level"] != "4" or row["group"] in OWN_LABELS or DROPPED.search(row["label"]):
            continue
        text = re.split(r"\s*[(,*:]|, ", row["label"])[0].strip()
        text = singular(re.sub(r" (salariés|et assimilés)$", "", text))
        if len(text) <= 64:
            labels.setdefault(text, (row["pcs_code"], row["group"]))
    rows = []
    for label, (code, group) in labels.items():
        base = 12 if FREQUENT.search(label) else 1
        men = base * (1 if MOSTLY_WOMEN.search(label) else 10)
        women = base * (1 if MOSTLY_MEN.search(label) else 10)
        sector = next((name for name, words in SECTORS.items() if re.search(words, label)), "private")
        rows.append(
            {"pcs_code": code, "group": group, "label": label, "sector": sector, "men": men, "women": women}
        )
    for place, sex in enumerate(("men", "women")):
        for group, shares in GROUP_SHARES.items():
            inside = [row for row in rows if row["group"] == group]
            total = sum(row[sex] for row in inside)
            for row in inside:
                row[sex] = max(row[sex] * shares[place] * 10_000 // total, 1)
    write(to / "occupations.csv", rows, ["pcs_code", "group", "label", "sector", "men", "women"])


# Employers and insurers are put together from words; the first half of a coined name never stands alone.
TRADES = (
    "MENUISERIE TRANSPORTS GARAGE BOULANGERIE MACONNERIE PLOMBERIE ELECTRICITE CARROSSERIE IMPRIMERIE "
    "PEPINIERES SCIERIE "
    "CONSERVERIE BISCUITERIE FONDERIE CHAUDRONNERIE AMBULANCES PRESSING RESTAURANT HOTEL PHARMACIE "
    "OPTIQUE COIFFURE "
    "CHARPENTE COUVERTURE PEINTURE TERRASSEMENT PAYSAGES LOGISTIQUE EMBALLAGES PLASTIQUES MECANIQUE "
    "TEXTILES MEUBLES "
    "SALAISONS LAITERIE MINOTERIE NETTOYAGE SECURITE INFORMATIQUE ASSURANCES IMMOBILIER"
).split()
FIRST = "ARVO BELO BRIVA CORMA DELVA ERMO FALVE GOURMA HELVI JORVA KERVO LORMA MELVI NORVA ORMA".split()
LAST = "LINE RANT DOUR NEL THIS VEN MARE LOUP QUEL ZAN".split()
GENERAL = {
    "own": {"A SON COMPTE": 10},
    "care": {
        "CENTRE HOSPITALIER": 40,
        "CLINIQUE": 15,
        "EHPAD": 25,
        "CABINET MEDICAL": 5,
        "MAISON DE SANTE": 4,
    },
    "school": {"ECOLE PRIMAIRE": 30, "COLLEGE": 22, "LYCEE": 20, "UNIVERSITE": 5},
    "public": {
        "MAIRIE": 35,
        "CONSEIL DEPARTEMENTAL": 15,
        "COMMUNAUTE DE COMMUNES": 12,
        "MINISTERE": 12,
        "PREFECTURE": 4,
    },
    "home": {"PARTICULIER EMPLOYEUR": 20, "ASSOCIATION D'AIDE A DOMICILE": 12},
    "private": {
        "INTERIM": 15,
        "SUPERMARCHE": 25,
        "EXPLOITATION AGRICOLE": 10,
        "MAIRIE": 8,
        "CENTRE HOSPITALIER": 6,
    },
}
PLACES = (
    "TROIS RIVIERES,VAL CLAIR,QUATRE VENTS,DEUX RIVES,HAUTS PLATEAUX,GRAND CHENE,PONT NEUF,BEAU RIVAGE,"
    "VIEUX MOULIN,"
    "CINQ CLOCHERS,PLAINE BLEUE,COTE SAUVAGE,BOIS JOLI,TERRES BLANCHES,LAC D'ARGENT,MARAIS VERT"
).split(",")
FORMS = "MUTUELLE,PREVOYANCE,MUTUELLE FAMILIALE,SOLIDARITE SANTE,UNION MUTUALISTE".split(",")


def build_employers(to: Path) -> None:
    """employers.csv: trade + coined name (nobody's), and general kinds of employer, with whole weights."""
    coined = [first + last for first in FIRST for last in LAST]
    rows = [
        {"sector": sector, "label": label, "weight": weight * 40}
        for sector, kinds in GENERAL.items()
        for label, weight in kinds.items()
    ]
    for at, name in enumerate(coined):
        for turn in range(4):
            trade = TRADES[(at * 7 + turn * 11) % len(TRADES)]
            rows.append({"sector": "private", "label": f"{trade} {name}", "weight": 60 // (turn + 1)})
    write(to / "employers.csv", rows, ["sector", "label", "weight"])


def build_insurers(to: Path) -> None:
    """insurers.csv: invented mutual insurers, their weights falling with the rank."""
    names = [f"{form} {article(place)} {place}" for place in PLACES for form in FORMS]
    rows = [{"label": name, "weight": 100_000 // (rank + 8)} for rank, name in enumerate(names)]
    write(to / "insurers.csv", rows, ["label", "weight"])


def article(place: str) -> str:
    """The French "of the" before a place."""
    first = place.split()[0]
    if first in {"PLAINE", "COTE"}:
        return "DE LA"
    plural = (first.endswith("S") and first != "BOIS") or first in {"QUATRE", "DEUX", "CINQ"}
    return "DES" if plural and first != "MARAIS" else "DU"


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def write(path: Path, rows: Iterable[dict], columns: list[str]) -> None:
    """Write `columns` of `rows` as CSV, UTF-8, line feeds."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Build every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--to", type=Path, default=Path("simbreach/reference/data"))
    options = parser.parse_args()
    wanted = build_conditions(options.sources, options.to)
    build_drugs(options.sources, options.to, wanted)
    build_atc_labels(options.sources, options.to, wanted)
    build_specialties(options.sources, options.to)
    build_occupations(options.sources, options.to)
    build_employers(options.to)
    build_insurers(options.to)
    analyses = [row | {"decimals": row["decimals"] or "0"} for row in read(options.sources / "analyses.csv")]
    write(options.to / "analyses.csv", analyses, list(analyses[0]))


if __name__ == "__main__":
    main()
