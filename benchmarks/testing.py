"""What the fixtures cost: a dataset made and opened, people searched for in a log, the plugin's start."""

import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ahocorasick_rs
import duckdb
from measure import Result, in_turn, run, script

from simbreach.testing.breach import Breach, open_breach
from simbreach.testing.cache import Cache, Wanted
from simbreach.testing.outputs import assert_no_leak
from simbreach.truth.read import DATA_FILE

COLD = """import sys
from pathlib import Path
from simbreach.testing.breach import open_breach
from simbreach.testing.cache import Cache, Wanted
folder = Path(sys.argv[1])
open_breach(Cache(folder / "cache"), Wanted("labs-demo", rows=int(sys.argv[2])), folder / "breach")
"""
# As many values a person as the leaked table has filled columns, each by the provider's plainest method.
FAKER = """import sys
from faker import Faker
fake = Faker("fr_FR", use_weighting=False)
fake.seed_instance(4)
methods = [fake.last_name, fake.first_name, fake.date_of_birth, fake.ssn, fake.street_address, fake.postcode]
methods += [fake.city, fake.phone_number, fake.email, fake.company, fake.job, fake.iban]
methods += [fake.date_this_decade, fake.random_int, fake.prefix, fake.user_name, fake.password]
methods += [fake.sentence, fake.time]
fields = int(sys.argv[2])
chosen = [methods[n % len(methods)] for n in range(fields)]
people = [[make() for make in chosen] for _ in range(int(sys.argv[1]))]
"""


def measure(quick: bool) -> list[Result]:
    rows = 500 if quick else 5_000
    with tempfile.TemporaryDirectory(prefix="simbreach-bench-") as folder:
        home = Path(folder)
        cache = Cache(home / "cache")
        breach = open_breach(cache, Wanted("labs-demo", rows=rows), home / "breach")
        return [
            _cold(home, breach, rows, 1 if quick else 3),
            _warm(home, breach, 3 if quick else 20),
            *_search(breach, 1 << 18 if quick else 10_000_000),
            _start(3 if quick else 20),
        ]


def _cold(home: Path, breach: Breach, rows: int, rounds: int) -> Result:
    columns = breach.truth["columns"].to_table(columns=["field"]).column("field").to_pylist()
    fields = sum(field != "empty" for field in columns)
    python, folders = sys.executable, iter(range(1_000))
    ours, faker = in_turn(
        lambda: run([python, "-c", COLD, home / f"cold-{next(folders)}", str(rows)]).seconds,
        lambda: run([python, "-c", FAKER, str(rows), str(fields)]).seconds,
        rounds=rounds,
    )
    what = f"a cold `breach` of {rows:,} rows, truth and typed people included, in a process of its own"
    return Result(
        what, f"{ours:.2f} s", f"Faker, {fields} fields, {faker:.2f} s", faker / ours, 20, least=True
    )


def _warm(home: Path, breach: Breach, rounds: int) -> Result:
    file = breach.cache.databases(breach.wanted).home / DATA_FILE
    folders = iter(range(1_000))

    def warm() -> None:
        open_breach(breach.cache, breach.wanted, home / f"warm-{next(folders)}").table("patients")

    def plain() -> None:
        duckdb.connect(str(file), read_only=True).close()

    ours, peer = in_turn(lambda: _seconds(warm), lambda: _seconds(plain), rounds=rounds)
    what = "a warm `breach`, a table of it opened"
    return Result(
        what, f"{ours * 1e3:.1f} ms", f"DuckDB file {peer * 1e3:.1f} ms", ours / peer, 2, least=False
    )


def _search(breach: Breach, size: int) -> list[Result]:
    """The peers look for one spelling of each identifier, ours for all."""
    log = _log(size)
    text = log.decode()
    patterns = sorted({word for p in breach.patients for word in _words(p) if word})
    in_text = ahocorasick_rs.AhoCorasick(patterns)
    in_bytes = ahocorasick_rs.BytesAhoCorasick([pattern.encode() for pattern in patterns])
    assert_no_leak(log, breach)
    ours, ours_text, peer, peer_text = in_turn(
        lambda: _seconds(lambda: assert_no_leak(log, breach)),
        lambda: _seconds(lambda: assert_no_leak(text, breach)),
        lambda: _seconds(lambda: in_bytes.find_matches_as_indexes(log)),
        lambda: _seconds(lambda: in_text.find_matches_as_indexes(text)),
        rounds=5,
    )
    what = f"`assert_no_leak` on {size / 1e6:.0f} MB of {{}}, {len(breach.patients):,} people"
    name = "ahocorasick_rs"
    return [
        Result(what.format(kind), f"{a * 1e3:.0f} ms", f"{name} {b * 1e3:.0f} ms", a / b, 2, least=False)
        for kind, a, b in (("bytes", ours, peer), ("text", ours_text, peer_text))
    ]


def _words(patient: object) -> list[str | None]:
    names = ("nir", "email", "mobile", "landline", "full_name")
    return [getattr(patient, name) for name in names]


def _log(size: int) -> bytes:
    """An application's log about nobody."""
    chance = random.Random(4)
    lines = []
    for number in range(size // 100):
        stamp = f"2024-05-{chance.randrange(1, 29):02} 10:{number // 60 % 60:02}:{number % 60:02}"
        item, took = chance.randrange(10**9), chance.random()
        lines.append(
            f"{stamp} INFO request {chance.getrandbits(64):x} GET /v1/items/{item} 200 in {took:.6f} s, reçu"
        )
    return "\n".join(lines).encode()[:size]


def _start(rounds: int) -> Result:
    """One `--version` is answered before any plugin is loaded; twice, it loads and lists them."""
    listed = [sys.executable, "-m", "pytest", "--version", "--version"]
    with_it, without = in_turn(
        lambda: run(listed).seconds,
        lambda: run([*listed, "-p", "no:simbreach"]).seconds,
        rounds=rounds,
    )
    return Result(
        "the plugin over `pytest --version --version`, in units of 20 ms",
        f"{with_it * 1e3:.0f} ms",
        f"{without * 1e3:.0f} ms",
        (with_it - without) / 0.02,
        1,
        least=False,
    )


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    script(measure)
