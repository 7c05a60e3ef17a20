"""Every mirror of ours passes the suite for third parties: a folder, fsspec's memory, a real CKAN in both roles."""

from __future__ import annotations

import pytest

from gongshu.publishers.mirrors import conformance
from gongshu.publishers.mirrors.ckan.mirror import Ckan
from gongshu.publishers.mirrors.files import Files


@pytest.mark.parametrize("case", conformance.CASES)
def test_a_folder(case, tmp_path):
    conformance.run(case, lambda: Files(str(tmp_path / "site")), tmp_path / "ledger", site=True)


@pytest.mark.parametrize("case", conformance.CASES)
def test_any_file_system_of_fsspec(case, tmp_path):
    conformance.run(case, lambda: Files(f"memory://conformance-{tmp_path.name}"), tmp_path, site=True)


@pytest.mark.parametrize("case", conformance.CASES)
@pytest.mark.slow
def test_a_real_ckan(case, ckan, tmp_path):
    conformance.run(case, lambda: Ckan(ckan.url), tmp_path)


@pytest.mark.parametrize("case", ["created", "updated", "withdrawn"])
@pytest.mark.slow
def test_a_real_ckan_without_datastore(case, ckan, tmp_path):
    conformance.run(case, lambda: Ckan(f"{ckan.url}?datastore=no"), tmp_path)


def test_a_mirror_that_lies_is_found(tmp_path):
    class Liar(Files):
        def look(self, code, slug, namespace):
            return None

    with pytest.raises(conformance.Nonconforming):
        conformance.run("created", lambda: Liar(str(tmp_path / "site")), tmp_path / "ledger", site=True)


def test_the_table_is_sorted():
    assert list(conformance.CASES) == sorted(conformance.CASES)
