"""Build the shipped tables of places, streets and births from a folder of downloaded open data.

Run by maintainers: `python tools/build_places.py SOURCES [--to simbreach/reference/data]`. The folder holds
communes.parquet, street_names.parquet, street_names_department.parquet, hamlet_names.parquet,
birth_places.csv, countries.csv and age_pyramid.parquet as `simbreach/reference/sources_places.md` describes
them. Floats end here: the shipped tables hold integers.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# Lambert-93 (EPSG:2154), the projection of metropolitan France. Source: IGN, note NT/G 71.
_EXCENTRICITY, _EXPONENT, _CONSTANT = 0.0818191910428158, 0.7256077650532670, 11_754_255.4261
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


def lambert_93(lat: np.ndarray, lon: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Easting and northing in metres of points in degrees WGS84."""
    phi = np.radians(lat)
    e_sin = _EXCENTRICITY * np.sin(phi)
    isometric = np.log(np.tan(np.pi / 4 + phi / 2) * ((1 - e_sin) / (1 + e_sin)) ** (_EXCENTRICITY / 2))
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


if __name__ == "__main__":
    main()
