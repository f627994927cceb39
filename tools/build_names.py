"""Build the shipped tables of first names and surnames from a folder of downloaded open data.

Run by maintainers: `python tools/build_names.py SOURCES [--to simbreach/reference/data]`. The folder holds
first_names.parquet and surnames.parquet as `simbreach/reference/SOURCES.md` describes them.

Of the surnames, only those known to have at least 100 births in ten years are kept. The list gives the rest
in no true order, so that none of it can be told to be common: all of it is replaced by invented names, put
together from beginnings and endings of listed ones. Integers and sorted order only: two runs agree.
"""

import argparse
import re
import unicodedata
from collections import Counter, defaultdict
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from surname_styles import STYLES, style_of

from simbreach.core.sampling import Alias

FIRST_YEAR = 1900
# Tiers 1 and 2 of the list: names with at least 100 births in 1991-2000.
KEPT_TIERS = 2
VOCABULARY = 110_000
# A particle or article that goes before a word, each a family of names of its own.
PARTICLES = ("LE", "DE", "EL", "BEN", "AIT", "VAN")
# How often each four letters of a lender, and the five about a seam, must stand in listed names.
FLUENT = {"italian": (3, 1), "maghreb": (3, 1), "slavic": (3, 1)}
KEPT_FLUENT, REST_FLUENT = (4, 2), (40, 4)
# An ending of three letters that fewer listed names share does not look French.
COMMON_ENDING = 200
# What a plain French name holds no more than a few of: lenders of the style `french` go without.
FOREIGN = re.compile(r"[KW]|[AOIZGUMF]$|SCH|GH|TZ|SZ|DH|BH|AO|[IO]UI|(.)\1\1|OUA|II|UU")
# Styles whose region needs a longer tail than its share of the list, in tenths.
TAIL_TENTHS = {"breton": 20, "norman": 15, "basque": 15}
NEVER_INVENTED = ("asian", "antillean", "creole", "turkish", "subsaharan")
LENGTHS, REST_LENGTHS = range(5, 11), range(5, 9)
RUDE = re.compile(
    r"MERD|PUT[AE]|PUTIN|ENCUL|BITE|BRANL|COUIL|SALO[PU]|CHIE[RSN]|NEGR|NAZI|PEDE|PEDO|CON[NS]?(?:A|E|ARD|$)|CACA|PIPI|"
    r"NICHON|BORDEL|VIOL|CUL(?!T)|FOUTR|GOUIN|CROTT|PISS|SEIN$|NIBAR|ZIZI|ZOB|TEUB|CHATTE|FESS|SODO|SUCE|TARE|DEBIL|"
    r"IDIOT|CRETIN|HITLER|SALE$|MORT$|POURR|VERGE|MINABL|RACAI|BOCHE|YOUP|BOUGN|GUEUSE|LADRE|GARCE|PROST|CADAV|"
    r"BOUFF|BESTIA|PENIS|ANUS$|CLITO|NIQUE|CAGUE|CHIAN|GROSSE|MOCHE|TRUIE|GOULAG|SHOAH|VULV|BAISE|"
    r"BATAR|COCU|COCHON|POUFF|^RATON|PUANT|TETON|BICOT|JUIF|CATIN$|ARABE|SOTTE|PUCEL|GALEUX|^LEPR|BOSSU"
)


def fold(name: str) -> str:
    """The name without accents."""
    return unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()


def shuffled(names: set[str]) -> list[str]:
    """The names in an order that no letter decides."""
    return sorted(names, key=lambda name: blake2b(name.encode(), digest_size=8).digest())


def pieces(names: list[str], length: int) -> Counter[str]:
    """How many names hold each sequence of `length` characters, the ends of a name marked."""
    counts: Counter[str] = Counter()
    for name in names:
        marked = f"^{name}$"
        counts.update({marked[i : i + length] for i in range(len(marked) - length + 1)})
    return counts


def splices(lenders: list[str], listed: list[str], fluent: tuple[int, int], lengths: range) -> set[str]:
    """Every name that begins like one lender and ends like another, three shared letters between.

    A lender is left out unless each four of its letters stand in `fluent[0]` of the `listed` names, and so
    is a name unless the five letters about its seam stand in `fluent[1]` of them.
    """
    four, five = pieces(listed, 4), pieces(listed, 5)
    lenders = [name for name in lenders if all(four[piece] >= fluent[0] for piece in pieces([name], 4))]
    begins, ends = defaultdict(set), defaultdict(set)
    for name in lenders:
        for i in range(1, len(name) - 3):
            begins[name[i : i + 3]].add(name[:i])
            ends[name[i : i + 3]].add(name[i + 3 :])
    made = set()
    for seam in sorted(begins):
        for head in sorted(begins[seam]):
            for tail in sorted(ends[seam]):
                if len(head) + 3 + len(tail) in lengths and five[head[-1] + seam + tail[0]] >= fluent[1]:
                    made.add(head + seam + tail)
    return made


def family(name: str) -> tuple[str, str]:
    """The particle in front of a name ("" for none) and the rest."""
    head, blank, rest = name.partition(" ")
    return (head, rest) if blank and head in PARTICLES and rest.isalpha() else ("", name)


def invent(listed: pd.DataFrame, count: int, taken: set[str]) -> list[tuple[str, str]]:
    """`count` pairs (style, name): invented, commonest first, none in `taken`; styles as among rare names."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    kept: dict[tuple[str, str], list[str]] = defaultdict(list)
    shares: Counter[tuple[str, str]] = Counter()
    for name, style, tier in zip(listed["name"], listed["style"], listed["tier"], strict=True):
        particle, rest = family(name)
        if rest.isalpha() and style not in NEVER_INVENTED:
            groups[style, particle].append(rest)
            if tier <= KEPT_TIERS:
                kept[style, particle].append(rest)
            else:
                shares[style, particle] += TAIL_TENTHS.get(style, 10)
    made: dict[tuple[str, str], list[str]] = {}
    for group in sorted(groups, key=lambda g: (g == ("french", ""), g)):
        style, particle = group
        want = shares[group] * count // shares.total()
        if group == ("french", ""):
            want = count - sum(map(len, made.values()))
        lead = f"{particle} " if particle else ""
        if group == ("french", ""):
            plain = [name for name in groups[group] if not FOREIGN.search(name)]
            common = sorted(set(kept[group]) & set(plain))
            endings = Counter(name[-3:] for name in groups[group])
            found = shuffled(splices(common, groups[group], KEPT_FLUENT, LENGTHS))
            found += shuffled(splices(plain, groups[group], REST_FLUENT, REST_LENGTHS) - set(found))
            found = [name for name in found if endings[name[-3:]] >= COMMON_ENDING]
        else:
            fluent = FLUENT.get(style, (1 if len(groups[group]) < 1000 else 2, 1))
            found = shuffled(splices(groups[group], groups[group], fluent, LENGTHS))
        usable = [
            name
            for name in found
            if not {name, lead + name} & taken and not RUDE.search(name) and style_of(lead + name) == style
        ]
        made[group] = varied(usable, max(40, want // 400))[:want]
        taken.update(lead + n for n in made[group])
        print(f"{style} {particle}: {len(made[group])} of the {want} wanted, from {len(usable)}")
    ranked = sorted(
        (
            ((2 * i + 1) * 10**9 // len(names), group, name)
            for group, names in made.items()
            for i, name in enumerate(names)
        ),
    )
    return [(style, f"{particle} {name}".strip()) for _, (style, particle), name in ranked]


def varied(names: list[str], most: int) -> list[str]:
    """The names, at most `most` with the same first four letters, and three times as many with one ending."""
    heads: Counter[str] = Counter()
    tails: Counter[str] = Counter()
    chosen = []
    for name in names:
        head, tail = name[:4], name[-4:]
        if heads[head] < most and tails[tail] < 3 * most:
            heads[head] += 1
            tails[tail] += 1
            chosen.append(name)
    return chosen


def display(name: str) -> str:
    """The usual spelling of a name in capitals: mixed case, and the accent of -ière."""
    return re.sub("iere(s?)$", r"ière\1", name.title())


def build_surnames(listed: pd.DataFrame, first_names: set[str], to: Path) -> None:
    """Write surnames.parquet: name, style, weight (tenths of a birth), invented, display where not plain."""
    listed = listed.assign(style=[style_of(name) for name in listed["name"]])
    kept = listed[(listed["tier"] <= KEPT_TIERS) & listed["name"].str.fullmatch(r"[A-Z]+(?:[ '-][A-Z]+)*")]
    kept = kept.sort_values("rank")
    invented = invent(listed, VOCABULARY - len(kept), set(listed["name"]) | first_names)
    weights = np.rint(kept["weight"].to_numpy() * 10).astype(np.int64).tolist()
    cut = len(kept)
    # Beyond the cut, weight · rank stays what it is there.
    weights += [weights[-1] * cut // (cut + i + 1) for i in range(len(invented))]
    names = kept["name"].tolist() + [name for _, name in invented]
    styles = kept["style"].tolist() + [style for style, _ in invented]
    shown = [d if d != n.title() else display(n) for n, d in zip(kept["name"], kept["display"], strict=True)]
    shown += [display(name) for _, name in invented]
    order = sorted(range(len(names)), key=lambda i: (STYLES.index(styles[i]), i))
    table = pa.table(
        {
            "name": pa.array([names[i] for i in order]),
            "style": pa.array([STYLES.index(styles[i]) for i in order], pa.int8()),
            "weight": pa.array([weights[i] for i in order], pa.int32()),
            "invented": pa.array([i >= cut for i in order]),
            "display": pa.array([shown[i] if shown[i] != names[i].title() else None for i in order]),
        }
    )
    table = table.replace_schema_metadata({"styles": " ".join(STYLES)})
    pq.write_table(table, to / "surnames.parquet", compression="zstd", compression_level=19)
    total, list_total = sum(weights) // 10, int(listed["weight"].sum())
    print(f"surnames: {cut} kept, {len(invented)} invented, weight {total} (list: {list_total})")


def build_first_names(listed: pd.DataFrame, to: Path) -> None:
    """Write first_names.parquet (a weighted choice for each year and sex) and the names with their births."""
    listed = listed.sort_values(["birth_year", "sex", "count", "name"], ascending=[True, False, False, True])
    vocabulary = sorted(listed["name"].unique())
    code = listed["name"].map({name: i for i, name in enumerate(vocabulary)}).to_numpy(np.int32)
    group = ((listed["birth_year"] - FIRST_YEAR) * 2 + (listed["sex"] == "F")).to_numpy()
    counts = listed["count"].to_numpy(np.int64)
    table = Alias.build(counts, np.bincount(group))
    columns = {
        "name": code,
        # Half of the threshold, which is even, fits 32 bits; the other name's place in its group fits 16.
        "half_keep": (table.keep >> np.uint64(1)).astype(np.uint32),
        "other": table.other.astype(np.uint16),
    }
    sizes = " ".join(map(str, table.sizes.tolist()))
    flat = pa.table(columns).replace_schema_metadata({"first_year": str(FIRST_YEAR), "sizes": sizes})
    encoding = {"name": "DELTA_BINARY_PACKED", "half_keep": "PLAIN", "other": "PLAIN"}
    options = {"compression": "zstd", "compression_level": 19, "use_dictionary": False}
    pq.write_table(flat, to / "first_names.parquet", column_encoding=encoding, **options)
    births = pa.array(np.bincount(code, weights=counts).astype(np.int32))
    words = pa.table({"name": pa.array(vocabulary), "births": births})
    pq.write_table(words, to / "first_name_words.parquet", **options)
    print(f"first names: {len(flat)} counts of {len(vocabulary)} names")


def main() -> None:
    """Read the folder given, write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("--to", type=Path, default=Path("simbreach/reference/data"))
    options = parser.parse_args()
    first_names = pq.read_table(options.sources / "first_names.parquet").to_pandas()
    build_first_names(first_names, options.to)
    surnames = pq.read_table(options.sources / "surnames.parquet").to_pandas()
    build_surnames(surnames, {fold(name) for name in first_names["name"].unique()}, options.to)


if __name__ == "__main__":
    main()
