"""Who owns a dataset at CKAN: an organisation, made where it is missing and that is allowed."""

from __future__ import annotations

import threading

from gongshu.publishers.identity import slug
from gongshu.publishers.ledger import Head
from gongshu.publishers.mirrors.ckan.address import Address
from gongshu.publishers.mirrors.ckan.shape import clean
from gongshu.publishers.mirrors.ckan.transport import Invalid, Missing, Site
from gongshu.standards.faults import PublishFault

# an organisation without what CKAN counts and gathers for it
_BARE = dict.fromkeys(
    (
        "include_datasets",
        "include_dataset_count",
        "include_users",
        "include_groups",
        "include_tags",
        "include_followers",
        "include_extras",
    ),
    False,
)


class Organisations:
    """The organisations of one site; each is asked for once."""

    def __init__(self, site: Site, to: Address) -> None:
        self._site, self._to = site, to
        self._turn = threading.Lock()
        self._there: set[str] = set()

    def of(self, head: Head) -> str:
        """The name of the organisation that owns the dataset. Raises `PublishFault` where there is none to be had."""
        if self._to.organisation:
            return self._to.organisation
        title = clean(head.metadata.get("provider"))
        name = slug(str(head.metadata.get("providerCode") or title))
        with self._turn:
            if name in self._there:
                return name
            try:
                self._site.call("organization_show", {**_BARE, "id": name})
            except Missing:
                if not self._to.organisations:
                    raise PublishFault("mirror.organisation", name=name, title=title, site=self._to.url) from None
                self._make(name, title)
            self._there.add(name)
        return name

    def _make(self, name: str, title: str) -> None:
        try:
            self._site.call("organization_create", {"name": name, "title": title})
        except Invalid:
            self._site.call("organization_show", {**_BARE, "id": name})  # somebody just made it
        except PublishFault as fault:
            if fault.code != "mirror.refused":
                raise
            raise PublishFault("mirror.organisation", name=name, title=title, site=self._to.url) from fault
