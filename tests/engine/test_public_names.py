"""The names of the library exist, are listed, and cost nothing until they are used."""

import subprocess
import sys

import pytest

import gongshu


@pytest.mark.parametrize("name", gongshu.__all__)
def test_every_public_name_is_there(name):
    assert callable(getattr(gongshu, name))
    assert name in dir(gongshu)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError):
        gongshu.valdiate  # noqa: B018 - the access is what is tested


def test_importing_the_package_loads_nothing_else():
    code = (
        "import sys, gongshu; print([m for m in sys.modules if m.startswith('gongshu.') or m in ('numpy', 'pyarrow')])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
