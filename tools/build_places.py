"""Build the shipped tables of places, streets and births from a folder of downloaded open data.

Run by maintainers: `python tools/build_places.py SOURCES [--to simbreach/reference/data]`. The folder holds
communes.parquet, street_names.parquet, street_names_department.parquet, hamlet_names.parquet,
birth_places.csv, countries.csv and age_pyramid.parquet as `simbreach/reference/SOURCES.md` describes
them. Floats end here: the shipped tables hold integers.
"""

# ruff: noqa: E501 - lists of words read better as text

import argparse
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import toponyms

# Lambert-93 (EPSG:2154), the projection of metropolitan France. Source: IGN, note NT/G 71.
_ECCENTRICITY, _EXPONENT, _CONSTANT = 0.0818191910428158, 0.7256077650532670, 11_754_255.4261
_ORIGIN_X, _ORIGIN_Y, _MERIDIAN = 700_000.0, 12_655_612.0499, 3.0
_EARTH_M = 6_371_000.0
# Overseas départements lie on a plane of their own, this far apart, so that none is near another.
_APART_M = 5_000_000
_HILBERT_BITS = 24

# Births abroad: what the published and estimated shares of immigrants leave is spread over other countries.
_COUNTRY_UNITS = 100
_REST_WEIGHT = 3
# One million French born abroad or so came from North Africa before independence; their countries weigh
# this much more for births before 1962, and European ones for births before 1940 (estimates).
_BANDS = (1917, 1940, 1962, 1985)
_BAND_PERCENT = {
    "99352": (260, 330, 90, 70),
    "99350": (130, 150, 100, 80),
    "99351": (170, 190, 90, 70),
    "99127": (500, 170, 40, 60),
    "99134": (450, 200, 40, 70),
    "99122": (500, 60, 60, 70),
    "99139": (60, 130, 110, 60),
    "99109": (100, 120, 110, 60),
    "99131": (200, 110, 80, 120),
}
_OTHER_PERCENT = (25, 45, 100, 120)

# How many people live in a street of a type, against a `rue` of 20 (estimate); other types are no addresses.
_TYPE_WEIGHTS = {
    "RUE": 20, "AVENUE": 30, "BOULEVARD": 40, "CHEMIN": 10, "IMPASSE": 8, "ROUTE": 12, "PLACE": 5, "ALLEE": 12,
    "RESIDENCE": 30, "LOT": 25, "SQUARE": 12, "RUELLE": 4, "PASSAGE": 4, "SENTIER": 4, "CITE": 15, "QUAI": 10,
    "CRS": 15, "CLOS": 10, "MTE": 8, "TRA": 8, "GR": 20, "VILLA": 4, "COTE": 8, "MAIL": 8, "FG": 20, "PTR": 8,
    "QUA": 8, "HAM": 8, "DOMAINE": 8, "VEN": 4, "CHS": 8, "GPL": 5, "COUR": 4, "PROMENADE": 4, "ESPLANADE": 4,
}  # fmt: skip
_LEFT_OUT = re.compile(
    r"Walesa|^\w+ \S{1,2}$|\b(ZA|ZI|HLM|TGV|Camping|Cimetière|Anc|Hlm|Chem|Hôpital|Dit|Zone)\b"
)
_SPELLED_OUT = {"Gal": "Général", "Doc": "Docteur", "Mal": "Maréchal", "Afn": "AFN", "Pdt": "Président"}
_HOUSE_TYPES = re.compile(r"^(résidence|lotissement|domaine|clos) (le|la|les|l')(?=\W|\w)")
_SAINT = re.compile(r"\b(Saint|Sainte) (?=[A-ZÀ-Ý])")
_NATIONAL_FROM = 5  # communes
_MISSING_HEAD = 700

# Départements that the street tables lack, by what their towns look like.
_COLOURS = {
    "22 29 35 56": "rue des Ajoncs|rue des Genêts|rue des Bruyères|rue de Bretagne|rue Anne de Bretagne|rue du Menhir"
    "|rue des Korrigans|rue de Brocéliande|rue de la Duchesse Anne|impasse des Ajoncs|allée des Genêts"
    "|rue des Hortensias|rue des Camélias|rue du Calvaire|rue de la Fontaine Saint-Yves|rue Saint-Yves"
    "|place du Martray|rue Théodore Botrel|rue du Dolmen|rue de l'Hermine|rue Nominoë|rue Bertrand Du Guesclin"
    "|rue de la Chapelle|rue des Embruns|rue de la Mer|rue des Goélands|rue des Mouettes|rue du Phare"
    "|venelle du Four|rue Surcouf|rue de Cornouaille|rue du Léon|rue du Trégor|résidence Les Ajoncs",
    "14 50 61": "rue de Normandie|rue Guillaume le Conquérant|rue de la 2e Division Blindée|rue du Pressoir"
    "|rue des Pommiers|rue des Haras|chemin du Clos|rue de la Cidrerie|rue du 6 Juin 1944|avenue du 6 Juin"
    "|rue du Débarquement|rue de la Libération|rue des Vikings|rue du Bocage|chemin de la Haye|rue de la Mer"
    "|rue des Canadiens|rue des Vergers|place du Marché au Beurre|route de la Mer",
    "44 49 53 72": "rue de la Loire|rue d'Anjou|rue de Bretagne|rue du Maine|rue du Bocage|rue des Mauges|rue du Mail"
    "|rue du Roi René|rue de l'Ardoise|rue des Vignes|rue de la Sarthe|rue de la Mayenne|rue du Muscadet"
    "|levée de la Loire|chemin de halage|rue des Tisserands|rue de la Boire",
    "71": "rue de Bourgogne|rue du Charolais|rue de la Mine|rue de la Saône|rue du Creusot|rue des Vignerons"
    "|rue du Mâconnais|quai de Saône|rue de l'Autunois|rue de Cluny|montée de la Roche",
}
# As a street of 600, 400 and 125 communes of the whole country would weigh: one address in seven in all.
_COLOUR_WEIGHT, _ROAD_WEIGHT, _KER_WEIGHT = 12_000, 8_000, 2_500

# Words of hamlets that belong to the south, and words of fields where nobody lives.
_SOUTHERN = re.compile(r"\b(?:Mas|Mases|Puech|Pech|Prade|Coste|Costes|Combe|Combes|Serre|Bastide|Sagne|Sagnes|Cros|Bosc|Plan"
                       r"|Puy|Garrigue|Borde|Lauze|Clot|Peyre|Fount|Font|Costa|Rec|Riu|Campagne|Crouzet|Fabre|Rouquette"
                       r"|Coulet|Cabane|Mazet|Cassagne|Barthe|Labarthe|Lasserre|Lacoste)\b")  # fmt: skip
_FIELDS = re.compile(r"\b(?:Champs?|Pr[éè]s?|Goûtes?|Pièces?|Raies?|Derrière|Sous|Sur|Entre|Dessus|Dessous|Communaux|Corvée|Fosses?|Fossés"
                     r"|Cimetière|Villages?|Bourg|Longues?|Chemin|Route|Église|Poteau|Sablons|Plantes|Haies?|Carrières?"
                     r"|Ouches?|Vignes?|Noues?|Couture|Coutures|Terres?|Sillons|Arpents|Journaux|Mouille|Mortes?)\b")  # fmt: skip
# What other languages of France name their places is left to them: only names that open in French are kept.
_FRENCH = re.compile(
    r"^(?:Le |La |Les |L'|Bel |Beau|Belle|Mon |Saint |Sainte |Grand|Petit|Haut|Bas |Vieux |Maison|Moulin|Ferme)"
)
_HAMLETS_FROM = 70  # communes


def lambert_93(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Easting and northing in metres of points in degrees WGS84."""
    phi = np.radians(lat)
    e_sin = _ECCENTRICITY * np.sin(phi)
    isometric = np.log(np.tan(np.pi / 4 + phi / 2) * ((1 - e_sin) / (1 + e_sin)) ** (_ECCENTRICITY / 2))
    radius = _CONSTANT * np.exp(-_EXPONENT * isometric)
    angle = _EXPONENT * np.radians(lon - _MERIDIAN)
    return _ORIGIN_X + radius * np.sin(angle), _ORIGIN_Y - radius * np.cos(angle)


def hilbert(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where integer points of [0, 2^24)² lie along Hilbert's curve."""
    x, y = x.copy(), y.copy()
    along = np.zeros(len(x), dtype=np.int64)
    for bit in reversed(range(_HILBERT_BITS)):
        side = 1 << bit
        right, up = (x & side) > 0, (y & side) > 0
        along += side * side * ((3 * right) ^ up)
        flip = ~up & right
        x, y = np.where(flip, side - 1 - (x & (side - 1)), x), np.where(flip, side - 1 - (y & (side - 1)), y)
        x, y = np.where(up, x, y) & (side - 1), np.where(up, y, x) & (side - 1)
    return along


def communes(source: Path) -> pd.DataFrame:
    """Communes and municipal districts of the 101 départements, by département and along the curve."""
    table = pd.read_parquet(source / "communes.parquet")
    table = table[(table.zone != "com") & ~table.has_municipal_districts].copy()
    lat, lon = table.lat.to_numpy(float), table.lon.to_numpy(float)
    x, y = lambert_93(lat, lon)
    overseas = table.zone.eq("drom").to_numpy()
    for number, code in enumerate(sorted(table[overseas].department_code.unique()), 1):
        rows = table.department_code.eq(code).to_numpy()
        middle_lat, middle_lon = lat[rows].mean(), lon[rows].mean()
        x[rows] = np.radians(lon[rows] - middle_lon) * np.cos(np.radians(middle_lat)) * _EARTH_M
        x[rows] += number * _APART_M
        y[rows] = np.radians(lat[rows] - middle_lat) * _EARTH_M
    table["x_m"], table["y_m"] = np.rint(x).astype(np.int32), np.rint(y).astype(np.int32)
    along = np.zeros(len(table), dtype=np.int64)
    for rows in table.reset_index().groupby("department_code").indices.values():
        xs, ys = table.x_m.to_numpy(np.int64)[rows], table.y_m.to_numpy(np.int64)[rows]
        along[rows] = hilbert(xs - xs.min(), ys - ys.min())
    table["along"] = along
    return table.sort_values(["department_code", "along", "insee_code"]).reset_index(drop=True)


def write_communes(table: pd.DataFrame, out: Path) -> None:
    """communes.parquet and departments.csv."""
    write(
        {
            "insee_code": pa.array(table.insee_code, pa.string()),
            "name": pa.array(table["name"], pa.string()),
            "population": pa.array(table.population.astype(int), pa.int32()),
            "x_m": pa.array(table.x_m, pa.int32()),
            "y_m": pa.array(table.y_m, pa.int32()),
            "postcodes": pa.array([sorted(codes) for codes in table.postal_codes], pa.list_(pa.string())),
        },
        out / "communes.parquet",
    )
    names = table[["department_code", "department_name"]].drop_duplicates()
    write_csv(names, out / "departments.csv")


def write_pyramid(source: Path, out: Path) -> None:
    """age_pyramid.parquet: the whole country on 1 January 2021, then the age 0 of the five next years."""
    table = pd.read_parquet(source / "age_pyramid.parquet")
    table = table[table.territory.eq("FR")]
    kept = table[table.year.eq(2021) | (table.age.eq(0) & table.year.between(2022, 2026))]
    kept = kept.sort_values(["year", "sex", "age"])
    write(
        {
            "year": pa.array(kept.year, pa.int16()),
            "sex": pa.array(kept.sex.map({"M": 1, "F": 2}).astype(int), pa.int8()),
            "age": pa.array(kept.age, pa.int8()),
            "population": pa.array(kept.population, pa.int32()),
        },
        out / "age_pyramid.parquet",
    )


def write_births(source: Path, out: Path) -> None:
    """birth_places.csv and countries.csv."""
    places = pd.read_csv(source / "birth_places.csv", dtype=str)
    places = places.sort_values("insee_code")[["insee_code", "births_est_2022"]]
    write_csv(places.rename(columns={"births_est_2022": "births"}), out / "birth_places.csv")
    table = pd.read_csv(source / "countries.csv", dtype=str, keep_default_na=False)
    table = table[table.status.eq("current") & table.insee_code.ne("99100")]
    shares = pd.to_numeric(table.immigrant_share_pct).fillna(0)
    weights = (shares * _COUNTRY_UNITS).round().astype(int).clip(lower=_REST_WEIGHT)
    columns = {"insee_code": table.insee_code, "name": table["name"].str.replace("’", "'")}
    for number, year in enumerate(_BANDS):
        percents = [_BAND_PERCENT.get(code, _OTHER_PERCENT)[number] for code in table.insee_code]
        columns[f"weight_{year}"] = (weights * percents // 100).clip(lower=1)
    write_csv(pd.DataFrame(columns), out / "countries.csv")


def streets(source: Path, places: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Street → weight by département code, and of the whole country under "FR"."""
    table = pd.read_parquet(source / "street_names.parquet")
    types = dict(zip(table.full, table.type_code, strict=True))
    by_department = pd.read_parquet(source / "street_names_department.parquet")
    groups = {
        code: _weighed(rows.full, rows.communes, types)
        for code, rows in by_department.groupby("department_code", sort=True)
    }
    france = table[table.communes >= _NATIONAL_FROM]
    groups["FR"] = _weighed(france.full, france.communes, types)
    head = dict(sorted(groups["FR"].items(), key=lambda item: (-item[1], item[0]))[:_MISSING_HEAD])
    for codes, names in _COLOURS.items():
        for code in codes.split():
            own = dict.fromkeys(names.split("|"), _COLOUR_WEIGHT)
            own |= dict.fromkeys(_roads(places[places.department_code.eq(code)]), _ROAD_WEIGHT)
            if code in ("22", "29", "56"):
                article = "er" if code == "56" else "ar"
                kers = [name for name in toponyms.breton(article) if name.startswith("Ker")][::2]
                own |= {
                    f"{('rue', 'impasse', 'route', 'allée')[i % 4]} de {k}": _KER_WEIGHT
                    for i, k in enumerate(kers)
                }
            groups[code] = head | own
    return groups


def _weighed(names: pd.Series, communes: pd.Series, types: dict[str, str]) -> dict[str, int]:
    """Clean street → number of communes · weight of its type, the most frequent first."""
    weights: dict[str, int] = {}
    for name, count in zip(names, communes, strict=True):
        factor = _TYPE_WEIGHTS.get(types[name], 0)
        if factor and not _LEFT_OUT.search(name):
            clean = _SAINT.sub(r"\1-", _HOUSE_TYPES.sub(lambda m: f"{m[1]} {m[2].capitalize()}", name))
            clean = re.sub(r"^Grand Rue$", "Grande Rue", clean)
            clean = " ".join(_SPELLED_OUT.get(word, word) for word in clean.split(" "))
            clean = clean.replace("d'Afn", "d'AFN")
            weights[clean] = weights.get(clean, 0) + int(count) * factor
    return weights


def _roads(places: pd.DataFrame) -> list[str]:
    """Roads and streets that lead to the largest communes of a département."""
    names = places.sort_values("population", ascending=False)["name"].head(24)
    joined = [_towards(name) for name in names]
    return [f"route {to}" for to in joined[:18]] + [f"rue {to}" for to in joined[6:]]


def _towards(commune: str) -> str:
    """`du Faouët`, `d'Auray`, `de Vannes`."""
    for article, joined in (("Le ", "du "), ("Les ", "des "), ("La ", "de la "), ("L'", "de l'")):
        if commune.startswith(article):
            return joined + commune[len(article) :]
    return ("d'" if commune[0] in "AEÉÈIOUÎYH" else "de ") + commune


def hamlets(source: Path) -> dict[str, dict[str, int]]:
    """Hamlet → weight by kind of countryside."""
    table = pd.read_parquet(source / "hamlet_names.parquet")
    table = table[(table.communes >= _HAMLETS_FROM) & table.name.str.contains(_FRENCH)]
    table = table[~table.name.str.contains(_FIELDS)]
    names = table.name.str.replace(_SAINT, r"\1-", regex=True)
    counts = {name: int(count) for name, count in zip(names, table.communes, strict=True)}
    general = {name: count for name, count in counts.items() if not _SOUTHERN.search(name)}
    bourg = {toponyms.BOURG: sum(counts.values()) // 8}
    return {
        "general": general | bourg,
        "south": counts | bourg,
        "vannetais": toponyms.breton("er"),
        "breton": toponyms.breton("ar"),
        "gallo": toponyms.gallo(),
        "norman": toponyms.norman(),
        "bocage": toponyms.bocage(),
    }


def write_groups(groups: dict[str, dict[str, int]], path: Path) -> None:
    """Rows (group, name, weight), groups and names in a fixed order."""
    rows = [
        (g, n, w) for g in sorted(groups) for n, w in sorted(groups[g].items(), key=lambda i: (-i[1], i[0]))
    ]
    columns = list(zip(*rows, strict=True))
    write(
        {
            "group": pa.array(columns[0], pa.string()).dictionary_encode(),
            "name": pa.array(columns[1], pa.string()).dictionary_encode(),
            "weight": pa.array(columns[2], pa.int32()),
        },
        path,
    )


def write(columns: dict[str, pa.Array], path: Path) -> None:
    """Columns as one zstd Parquet file."""
    pq.write_table(pa.table(columns), path, compression="zstd", compression_level=19)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Rows as CSV with a header line."""
    table.to_csv(path, index=False, lineterminator="\n")


def main() -> None:
    """Read the folder named on the command line, write the shipped tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("--to", type=Path, default=Path("simbreach/reference/data"))
    options = parser.parse_args()
    table = communes(options.sources)
    write_communes(table, options.to)
    write_pyramid(options.sources, options.to)
    write_births(options.sources, options.to)
    write_groups(streets(options.sources, table), options.to / "streets.parquet")
    write_groups(hamlets(options.sources), options.to / "hamlets.parquet")


if __name__ == "__main__":
    main()
