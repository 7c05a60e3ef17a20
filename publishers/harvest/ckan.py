"""A CKAN to harvest, as anybody sees it: its search lists whole datasets, a page at a time.

A dataset's state is the hash of its normal form, files' dates included. `metadata_modified` alone would not do: a
sysadmin can let it stand while a title changes (measured). A dataset that a gongshu catalogue brought there says whose
it is, so that it keeps its code and finds its way home.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from gongshu.publishers.canonical import digest
from gongshu.publishers.harvest import Fetched, Found, Part, Root
from gongshu.publishers.harvest.download import Gone, Web, too_large
from gongshu.publishers.harvest.limits import Limits
from gongshu.publishers.metadata import profile
from gongshu.publishers.mirrors.ckan.address import parse
from gongshu.publishers.mirrors.ckan.shape import CODE, NAMESPACE, SENT, clean, extras
from gongshu.standards.faults import PublishFault

PAGE = 100
ID = re.compile(r"[\w.-]{1,100}", re.ASCII)
SHA256 = re.compile(r"(?:sha256:|sha-256:)?([0-9a-fA-F]{64})")
SUFFIX = re.compile(r"[a-z0-9]{1,8}")
PAGES = {"html", "htm", "xhtml"}
SAID = ("name", "title", "notes", "version", "author", "maintainer", "license_id", "url", "type")
SAID_OF_FILES = ("id", "name", "description", "format", "mimetype", "hash", "size", "url", "url_type", "last_modified",
                 "metadata_modified")  # fmt: skip


class Site:
    """One CKAN."""

    def __init__(self, address: str, limits: Limits, trusts: Callable[[str, str], bool]) -> None:
        self.url = parse(address).url
        self.name = f"ckan:{self.url}"
        self._limits = limits
        self._web = Web(self.url, limits)
        parts = urlsplit(self.url)
        self._place = f"{parts.netloc.lower()}{parts.path}"  # http or https: the same site

    def read(self, organisation: str, query: str) -> Iterator[Found]:
        """Every dataset that the search lists to anybody."""
        words = {"q": query or "*:*", "rows": PAGE, "sort": "name asc"}
        if organisation:
            words["fq"] = "organization:" + json.dumps(organisation, ensure_ascii=False)
        seen: set[str] = set()
        start = 0
        while True:
            try:
                page = self._result("package_search", {**words, "start": start})
            except Gone as error:
                raise PublishFault("pull.not-ckan", address=self.url, detail=f"HTTP {error.status}") from error
            listed = page.get("results") if isinstance(page, dict) else None
            if not isinstance(listed, list):
                raise PublishFault("pull.not-ckan", address=self.url, detail="package_search")
            fresh = 0
            for each in listed:
                found = self._found(each)
                if found is not None and found.id not in seen:
                    seen.add(found.id)
                    fresh += 1
                    if len(seen) > self._limits.datasets:
                        raise PublishFault("pull.endless", address=self.url, most=self._limits.datasets)
                    yield found
            start += len(listed)
            count = page.get("count")
            if not listed or not fresh or not isinstance(count, int) or start >= count:
                return

    def missing(self, id: str) -> str | None:
        """The search may lag behind, so the dataset itself is asked for."""
        try:
            found = self._result("package_show", {"id": id})
        except Gone as error:
            return f"HTTP {error.status}"
        return "deleted" if isinstance(found, dict) and found.get("state") == "deleted" else None

    def fetch(self, part: Part, place: Path, tag: str, modified: str) -> Fetched | None:
        """A file of the site, or of a host that was named."""
        if part.size is not None and part.size > self._limits.file:
            raise too_large(part.address, part.size, self._limits.file)
        try:
            got = self._web.file(part.address, place, tag=tag, modified=modified, page=part.suffix in PAGES)
        except Gone as error:
            raise PublishFault("pull.file-gone", key=part.key, title=part.title, status=error.status) from error
        if got is not None and part.sha256 and got.sha256 != part.sha256 and not self._limits.stale:
            got.path.unlink(missing_ok=True)
            raise PublishFault("pull.hash-differs", key=part.key, title=part.title)
        return got

    def close(self) -> None:
        """Let go of its connections."""
        self._web.close()

    def _result(self, action: str, words: Mapping[str, Any]) -> Any:
        answer = self._web.json(f"{self.url}/api/3/action/{action}", words)
        if not isinstance(answer, dict) or answer.get("success") is not True:
            raise PublishFault("pull.not-ckan", address=self.url, detail=action)
        return answer.get("result")

    # --- one dataset ---

    def _found(self, shown: Any) -> Found | None:
        """The dataset in our words; None where it has not even an id."""
        if not isinstance(shown, dict) or not ID.fullmatch(str(shown.get("id") or "")):
            return None
        id_ = str(shown["id"])
        title = clean(shown.get("title"))[:1000] or id_
        try:
            return self._read(id_, title, shown)
        except (TypeError, ValueError, AttributeError, KeyError, RecursionError) as error:
            fault = PublishFault("pull.unusable", title=title, detail=type(error).__name__)
            return Found(id_, id_, title, Root("", id_), (), "", {}, fault=fault)

    def _read(self, id_: str, title: str, shown: Mapping[str, Any]) -> Found:
        said = extras(shown)
        name = str(shown.get("name") or id_)
        name = name if ID.fullmatch(name) else id_
        ours = bool(said.get(CODE)) and bool(said.get(NAMESPACE))
        root = Root(said[NAMESPACE], said[CODE]) if ours else Root(f"ckan:{self._place}", id_)
        listed = [each for each in shown.get("resources") or () if isinstance(each, dict)]
        form = _normal(shown, listed)
        if len(json.dumps(form, ensure_ascii=False)) > self._limits.words or len(listed) > self._limits.parts:
            raise ValueError("too long")
        parts: list[Part] = []
        links: list[Any] = []
        for each in listed:
            part = self._part(each)
            if part is not None and self._web.allowed(part.address):
                parts.append(part)
            else:
                links.append(part or each)
        keys = [part.key for part in parts]
        if len(set(keys)) != len(keys):
            raise ValueError("resource id")
        return Found(
            id=id_,
            code=said[CODE] if ours else f"{self._place}/{name}",
            title=title,
            root=root,
            via=(said[NAMESPACE], self.name) if ours else (self.name,),
            state=digest(form),
            metadata=self._metadata(shown, said, title, links),
            address=f"{self.url}/dataset/{name}",
            parts=tuple(parts),
            version=clean(shown.get("version"))[:100],
        )

    def _part(self, shown: Mapping[str, Any]) -> Part | None:
        """One resource; None where it has no address of its own."""
        id_, url = str(shown.get("id") or ""), str(shown.get("url") or "").strip()
        if not url or not ID.fullmatch(id_):
            return None
        url = urljoin(f"{self.url}/", url)
        path = urlsplit(url).path.rpartition("/")[2]
        suffixes = [str(shown.get("format") or "").lower(), path.rpartition(".")[2].lower()]
        suffix = next((each for each in suffixes if SUFFIX.fullmatch(each)), "bin")
        hashed = SHA256.fullmatch(str(shown.get("hash") or "").strip())
        size = shown.get("size")
        told = {name: clean(shown.get(name))[:2000] for name in ("format", "hash", "mimetype", "last_modified")}
        return Part(
            key=id_,
            title=clean(shown.get("name"))[:1000],
            suffix=suffix,
            address=url,
            mark=digest([clean(shown.get(name)) for name in SAID_OF_FILES]),
            media_type=clean(shown.get("mimetype"))[:100] or "application/octet-stream",
            size=size if isinstance(size, int) and size >= 0 else None,
            sha256=hashed[1].lower() if hashed else "",
            silent=shown.get("url_type") != "upload",
            told={"address": url[:2000], **{name: value for name, value in told.items() if value}},
        )

    def _metadata(
        self, shown: Mapping[str, Any], said: Mapping[str, str], title: str, links: list[Any]
    ) -> dict[str, Any]:
        """What is said of it under the guide's names; of one that we brought there every element that we wrote."""
        organisation = shown.get("organization") if isinstance(shown.get("organization"), dict) else {}
        provider = clean((organisation or {}).get("title") or (organisation or {}).get("name"))[:1000]
        made: dict[str, Any] = {"title": title}
        for name, described in profile()["properties"].items():
            text = said.get(str(described.get("x-zh", name)))
            if text and name not in ("title", "abstract", "resourceCode"):
                made[name] = _value(text)
        made.setdefault("provider", provider or self._place)
        made.setdefault("abstract", clean(shown.get("notes")))
        listed = [_link(each) for each in links]
        tags = [clean(each.get("name")) for each in shown.get("tags") or () if isinstance(each, dict)]
        more = {"license": clean(shown.get("license_id")), "tags": tags, "links": listed}
        return {**made, **{name: value for name, value in more.items() if value}}


def _normal(shown: Mapping[str, Any], listed: list[Any]) -> dict[str, Any]:
    """Everything of a dataset that tells one state from another, as text."""
    organisation = shown.get("organization") if isinstance(shown.get("organization"), dict) else {}
    return {
        **{name: clean(shown.get(name)) for name in SAID},
        "state": clean(shown.get("state")),
        "organisation": [clean((organisation or {}).get(name)) for name in ("name", "title")],
        "tags": sorted(clean(each.get("name")) for each in shown.get("tags") or () if isinstance(each, dict)),
        "extras": {key: clean(value) for key, value in extras(shown).items() if key != SENT},
        "resources": [[clean(each.get(name)) for name in SAID_OF_FILES] for each in listed],
    }


def _link(part: Any) -> dict[str, str]:
    """A file that lies elsewhere: told, and not fetched."""
    if isinstance(part, Part):
        return {"title": part.title, "address": part.address[:2000]}
    return {"title": clean(part.get("name"))[:1000], "address": clean(part.get("url"))[:2000]}


def _value(text: str) -> Any:
    """An extra's text: the list or mapping that was written as JSON, else itself."""
    if text[:1] in "[{":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return clean(text)
    return clean(text)
