"""Which CKAN, and how: `ckan:URL?option=value`; the token never stands in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from gongshu.standards.faults import UsageFault

OPTIONS = ("organisation", "license", "files", "datastore", "organisations", "workers")
TOKEN = "GONGSHU_CKAN_TOKEN"  # noqa: S105 - the name of the variable, not a token


@dataclass(frozen=True, slots=True)
class Address:
    """A CKAN site and what is to be put there.

    `files`: `upload`, or a template of links (`{slug} {key} {form} {version} {sha256} {file}`) to where the files lie.
    """

    url: str
    organisation: str = ""  # every dataset goes there; empty: the provider's own
    license: str = ""
    files: str = "upload"
    datastore: bool = True
    organisations: bool = True  # whether missing ones may be made
    workers: int = 3  # requests at once at most; as many as CKAN's own client allows itself

    @property
    def uploads(self) -> bool:
        """Whether files go to CKAN itself."""
        return self.files == "upload"


def parse(address: str) -> Address:
    """The address in words. Raises `UsageFault` for what CKAN cannot be reached by."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise UsageFault("usage.ckan-address", address=parts.hostname or address)
    said = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = sorted(set(said) - set(OPTIONS))
    if unknown:
        raise UsageFault("usage.ckan-option", option=unknown[0], known=", ".join(OPTIONS))
    files = said.get("files", "upload")
    if files != "upload" and "{" not in files:
        files = files.rstrip("/") + "/{slug}/{file}"
    workers = said.get("workers", "3")
    return Address(
        urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", "")),
        said.get("organisation", ""),
        said.get("license", ""),
        files,
        said.get("datastore", "yes") not in ("no", "0", "false") and files == "upload",
        said.get("organisations", "yes") not in ("no", "0", "false"),
        int(workers) if workers.isdigit() and 1 <= int(workers) <= 32 else 3,
    )


def token(url: str) -> str:
    """The token for that site: of its host if there is one (`GONGSHU_CKAN_TOKEN_DATA_EXAMPLE_GOV_CN`), else of all."""
    host = "".join(each if each.isalnum() else "_" for each in (urlsplit(url).hostname or "")).upper()
    return os.environ.get(f"{TOKEN}_{host}") or os.environ.get(TOKEN, "")
