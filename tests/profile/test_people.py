"""What a profile may say about who comes again, who stands for nobody, and what may be told."""

from decimal import Decimal

import pytest

from simbreach.core.errors import ProfileError
from simbreach.profile.load import load_profile


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("duplicates.differences", "{typo = 0.7, moved = 0.4}", "the shares sum to 1.1, more than 1"),
        ("duplicates.differences", "{typing = 0.1}", "typing"),
        ("duplicates.differences", "{typo = 1.5}", "1.5"),
        ("canaries.one_in", "1", "one_in"),
        ("canaries.at_least", "-1", "at_least"),
        ("canaries.one_out_of", "100", "one_in"),
        ("policies.health_in_town", "true", "health_in_towns"),
        ("policies.health_in_towns", '"yes"', "health_in_towns"),
    ],
)
def test_what_cannot_be_is_refused_by_name(key: str, value: str, message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        load_profile("labs-demo", {key: value})


def test_health_is_told_in_towns_unless_a_profile_says_otherwise() -> None:
    assert load_profile("labs-demo").policies.health_in_towns is True
    everywhere = load_profile("labs-demo", {"policies.health_in_towns": "false"})
    assert everywhere.policies.health_in_towns is False


def test_differences_replace_those_that_are_not_said() -> None:
    profile = load_profile("labs-demo", {"duplicates.differences": "{typo = 0.5}"})
    assert profile.duplicates.differences == {"typo": Decimal("0.5")}
