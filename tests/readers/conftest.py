"""`read` gives a whole source as rows and faults; `acceptance` is the folder of third-party files, if any."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest


def _load(name: str):
    spec = importlib.util.spec_from_file_location(f"readers_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def read():
    return _load("reading").read


@pytest.fixture(scope="session")
def acceptance() -> Path:
    folder = Path(__file__).resolve().parents[2].parent / "shared" / "acceptance"
    if not folder.is_dir():
        pytest.skip("the acceptance files are not here")
    return folder
