"""The INS, the national health identity, as HL7 writes it: a NIR with the OID of test identities."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow.compute as pc

from simbreach.core.arrays import Bits
from simbreach.core.arrow import Strings, booleans, decode, from_numpy, join, literal, strings
from simbreach.core.errors import IdentifierError
from simbreach.core.registry import Safety
from simbreach.core.streams import Draw
from simbreach.reference.nir_key import WHOLE, bodies_in, check_nir
from simbreach.reference.nir_space import in_space

TEST_OID = "1.2.250.1.213.1.4.10"

LABEL = "id.ins"
INPUTS = ("nir",)
SAFETY = Safety(
    range_=f"a NIR of our safe space with the OID {TEST_OID}",
    why="this OID marks test identities, so that software may never take them for a patient's",
    source="Agence du numérique en santé, OIDs of the INS (…1.4.8 real NIR, …1.4.9 NIA, …1.4.10 test)",
    date="2024-10-04",
)
PATTERN = (
    r"\b[12][0-9]{4}(?:[0-9]{2}|2[ABab])[0-9]{8}\^\^\^[A-Z-]*&1\.2\.250\.1\.213\.1\.4\.[0-9]{1,2}&ISO\^INS\b"
)
CHANCE = 97

_TAIL = "^^^ASIP-SANTE-INS-NIR&{oid}&ISO^INS"
_OIDS = tuple(f"1.2.250.1.213.1.4.{last}" for last in (8, 9, 10, 11))


def generate(draw: Draw, inputs: Mapping[str, Any]) -> Strings:
    """INS in HL7's form, `<nir>^^^ASIP-SANTE-INS-NIR&<oid>&ISO^INS`, of the column `nir` (15 characters)."""
    return join(inputs["nir"], literal(_TAIL.format(oid=TEST_OID)))


def validate(text: str) -> str:
    """The INS as `<nir with key>^<oid>`; IdentifierError for a wrong NIR or an OID of something else."""
    nir, _, rest = text.strip().partition("^")
    oid = rest.strip("^").partition("&")[2].partition("&")[0] or rest.strip("^")
    if oid not in _OIDS:
        raise IdentifierError("an INS names one of the OIDs 1.2.250.1.213.1.4.8 to .11 after the NIR")
    bare = check_nir(nir)
    if len(bare) != WHOLE:
        raise IdentifierError("the NIR of an INS carries its key: 15 characters, not 13")
    return f"{bare}^{oid}"


def is_synthetic(text: str) -> bool:
    """Whether the text has the OID of test identities and a NIR that is nobody's."""
    return bool(synthetic_mask(strings([text]))[0])


def synthetic_mask(column: Strings) -> Bits:
    """`bool[n]`: `is_synthetic` of each cell, false where null."""
    texts = decode(column)
    tail = rf"\^(?:\^\^[A-Z-]*&)?{TEST_OID.replace('.', '[.]')}(?:&ISO\^INS)?\s*$"
    tested = booleans(pc.match_substring_regex(texts, tail))
    places = np.flatnonzero(tested)
    numbers = pc.replace_substring_regex(texts.take(from_numpy(places)), tail, "")
    inside, bodies = bodies_in(numbers)
    found = np.zeros(len(column), dtype=np.bool_)
    found[places[inside]] = in_space(bodies)
    return found
