"""What people do and who insures them: activity, occupation, employer, health fund, complementary insurer."""

from functools import cache

import numpy as np

from simbreach.core.arrays import I8, I16, I32, I64, either
from simbreach.core.arrow import Coded, Strings, strings
from simbreach.core.sampling import Alias
from simbreach.core.streams import Draw
from simbreach.reference import work

_AGES = 105
_ACTIVE = work.ACTIVITIES.index("active")
# What stands in place of an occupation, of a man and of a woman, in the order of ACTIVITIES after "active";
# infants have nothing.
_STATUSES = (
    ("Retraité", "Sans profession", "Étudiant", "Élève"),
    ("Retraitée", "Sans profession", "Étudiante", "Élève"),
)


def activity(draw: Draw, sex: I8, age: I16) -> I8:
    """`int8[n]`: index into `reference.work.ACTIVITIES`: active, retired, at home, student, pupil, infant."""
    return draw.pick("activity", _activity_table(), _by_sex(sex) * _AGES + age).astype(np.int8)


def occupation(draw: Draw, sex: I8, activity: I8) -> Coded:
    """The occupation of those who work, else the status (`Retraitée`, `Élève` …); nothing for infants."""
    table, words, forms = _occupations()
    at_work = draw.pick("occupation", table, _by_sex(sex))
    status = len(work.occupations().labels) - 1 + activity.astype(np.int64)
    item = np.where(activity == _ACTIVE, at_work, status)
    return Coded(forms[_by_sex(sex) * (len(forms) // 2) + item], words)


def employer(draw: Draw, occupation: Coded) -> Coded:
    """The employer of those who work: an invented firm, or a general kind that fits the occupation."""
    table, sectors = _employers()
    sector = sectors[occupation.codes]
    item = draw.pick("employer", table, np.maximum(sector, 0))
    codes = either(sector >= 0, table.starts[sector] + item, -1)
    return Coded(codes.astype(np.int32), work.employers().labels)


def payer_fund(draw: Draw) -> I32:
    """`int32[n]`: row in `reference.work.funds()` of the compulsory health fund."""
    return draw.pick("fund", _fund_table()).astype(np.int32)


def payer_name(payer_fund: I32) -> Coded:
    """The name of the health fund."""
    return Coded(payer_fund, work.funds().labels)


def payer_regime(payer_fund: I32) -> Coded:
    """The two-digit code of the fund's regime."""
    return Coded(payer_fund, work.funds().regimes)


def payer_regime_name(payer_fund: I32) -> Coded:
    """The name of the fund's regime (`REGIME GENERAL`)."""
    return Coded(payer_fund, work.funds().regime_labels)


def payer_caisse(payer_fund: I32) -> Coded:
    """The three-digit code of the fund: 99x, which no real fund has."""
    return Coded(payer_fund, work.funds().codes)


def payer_insurer(draw: Draw) -> Coded:
    """The complementary insurer, invented; 4 in 100 have none. Source: DREES, 2019 (96 % covered)."""
    codes = draw.pick("insurer", _table("insurers"))
    return Coded(either(draw.chance("none", "0.04"), -1, codes).astype(np.int32), work.insurers().labels)


def payer_insurer_code(payer_insurer: Coded) -> Coded:
    """The eight-digit code of the complementary insurer: 9900 and its rank, which no real insurer has."""
    return Coded(payer_insurer.codes, _insurer_codes())


def payer_contract_name(draw: Draw, payer_insurer: Coded) -> Coded:
    """The name of the complementary contract; nothing without an insurer."""
    codes = draw.pick("contract", _table("contracts"))
    return Coded(either(payer_insurer.codes >= 0, codes, -1).astype(np.int32), work.contracts().labels)


def _by_sex(sex: I8) -> I64:
    """0 for a man, 1 for a woman."""
    return sex.astype(np.int64) - 1


@cache
def _table(name: str) -> Alias:
    tables = {"insurers": work.insurers, "contracts": work.contracts}
    return Alias.build(tables[name]().weights)


@cache
def _activity_table() -> Alias:
    """Groups man, woman × age of the six activities."""
    sexes, first_ages, shares = work.activities()
    rows = []
    for sex in (1, 2):
        own = np.flatnonzero(sexes == sex)
        rows.append(shares[own][np.searchsorted(first_ages[own], np.arange(_AGES), side="right") - 1])
    return Alias.build(np.concatenate(rows).ravel(), np.full(2 * _AGES, len(work.ACTIVITIES)))


@cache
def _occupations() -> tuple[Alias, Strings, I32]:
    """Occupations by sex, all words, and which of them says each occupation, status and nothing, by sex."""
    known = work.occupations()
    table = Alias.build(np.concatenate((known.men, known.women)), np.full(2, len(known.labels)))
    said = [
        [*labels.to_pylist(), *statuses]
        for labels, statuses in zip((known.labels, known.feminine), _STATUSES, strict=True)
    ]
    words = {word: code for code, word in enumerate(dict.fromkeys(said[0] + said[1]))}
    forms = [code for own in said for code in (*(words[word] for word in own), -1)]
    return table, strings(list(words)), np.array(forms, dtype=np.int32)


@cache
def _employers() -> tuple[Alias, I64]:
    """Employers by sector, and the sector of each word of an occupation; -1 for a status and nothing."""
    known, (_, words, forms) = work.employers(), _occupations()
    sectors = np.full(len(words) + 1, -1, dtype=np.int64)
    for own in np.split(forms, 2):
        sectors[own[: len(work.occupations().sectors)]] = work.occupations().sectors
    return Alias.build(known.weights, known.sizes), sectors


@cache
def _fund_table() -> Alias:
    return Alias.build(work.funds().weights)


@cache
def _insurer_codes() -> Strings:
    return strings([f"9900{rank:04d}" for rank in range(len(work.insurers().labels))])
