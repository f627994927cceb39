"""What Hypothesis is told when it is imported (entry point `hypothesis`): how our record types are made.

Nothing but names: strategies are imported when a test asks for one of the types.
"""

from typing import TYPE_CHECKING, Any

from simbreach.testing.records import Household, Patient

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def register() -> None:
    """Let `st.from_type(Patient)`, `st.from_type(Household)`, and whatever asks for these types, resolve."""
    from hypothesis.strategies import register_type_strategy

    register_type_strategy(Patient, _patients)
    register_type_strategy(Household, _households)


def _patients(_: Any) -> "SearchStrategy[Patient]":
    from simbreach.testing.strategies import persons

    return persons()


def _households(_: Any) -> "SearchStrategy[Household]":
    from simbreach.testing.strategies import households

    return households()
