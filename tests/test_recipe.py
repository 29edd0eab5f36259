"""docs/production.md, followed literally on a clean Debian and used over https."""

import os

import pytest

from scripts import prove_recipe, system_packages

pytestmark = pytest.mark.soak


def test_the_recipe_for_a_server_works_as_it_stands() -> None:
    if os.geteuid():
        pytest.fail("This needs root: it makes and starts a machine of its own.")
    if line := system_packages.missing(system_packages.DEBOOTSTRAP):
        pytest.fail(line)
    prove_recipe.prove()
