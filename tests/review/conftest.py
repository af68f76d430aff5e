"""Fixtures of the tests of handviz/review."""

from pathlib import Path

import pytest
from review_cases import new_case

from handviz.review.store import Library


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a library may lie."""
    return tmp_path / "hands.handviz"


@pytest.fixture
def library(path: Path):
    """Ada's library of six cases."""
    with Library.open(path, "ada") as library:
        library.add_cases([new_case(number) for number in range(6)])
        yield library
