"""The suite for third parties passes on the ledger, a folder, fsspec's memory and a real CKAN in both roles.

A bucket has its own file.
"""

from __future__ import annotations

import contextlib
import dataclasses
from uuid import uuid4

import pytest

from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.store import Store
from gongshu.publishers.ledger import Publication
from gongshu.publishers.mirrors import Shown, conformance
from gongshu.publishers.mirrors.ckan.mirror import Ckan
from gongshu.publishers.mirrors.files import Files
from gongshu.publishers.plan import state_sha256


class Catalogue:
    """The ledger, looked at and written to as a mirror is: what is promised of mirrors holds of it too."""

    name, workers = "catalogue", 1

    def __init__(self, folder, namespace):
        self.folder, self.namespace = folder, namespace

    def read(self, namespace):
        if namespace not in (None, self.namespace):
            return {}
        with Store(self.folder, write=True) as store:
            return {head.code: Shown(state_sha256(head), head.title, head.number, head.state) for head in store.heads()}

    def look(self, code, slug, namespace):
        return self.read(namespace).get(code)

    def on_the_way(self, state):
        return ()

    def step(self, head, ledger, state, *, at):
        with Store(self.folder, write=True, at=at) as store:
            now = store.head(head.code)
            if now is not None and state_sha256(now) == state:
                return
            expected = None if now is None else (now.version, now.edit)
            if head.state == "withdrawn":
                store.withdraw(head.code, reason="错", at=head.published_at, expected=expected)
                return
            for resource in head.resources:
                for output in resource.outputs:
                    store.put(ledger.object_path(output.sha256))
            fields = {each.name for each in dataclasses.fields(Publication)} - {"actor", "plan"}
            publication = Publication(**{name: getattr(head, name) for name in fields})
            store.publish(publication, expected=expected)

    def fetch(self, head, resource, output):
        with Store(self.folder, write=True) as store:
            now = store.head(head.code)
            shown = [one for each in now.resources for one in each.outputs] if now and now.state == "published" else []
            if not any(one.audience == "open" and one.sha256 == output.sha256 for one in shown):
                return None
            return iter([store.object_path(output.sha256).read_bytes()])

    def tidy(self):
        pass

    def lock(self):
        return contextlib.nullcontext()


@pytest.mark.parametrize("case", conformance.CASES)
def test_the_ledger(case, tmp_path):
    namespace = str(uuid4())
    conformance.run(case, lambda: Catalogue(tmp_path / "c", namespace), tmp_path, namespace=namespace)
    with Store(tmp_path / "c") as store:
        assert not list(catalogue_faults(store))


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
