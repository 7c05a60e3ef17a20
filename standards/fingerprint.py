"""What a standard says, as one hash: equal for the same meaning, whatever the order of keys, comments or folder."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from gongshu.standards.model import Kind, Standard
from gongshu.standards.plainform import plain


def fingerprint(standard: Standard, codelist_hashes: Mapping[str, str]) -> str:
    """SHA-256 (hex) of the RFC 8785 JSON of the model with the content hash of each code list it draws on.

    `codelist_hashes` maps a reference as the standard writes it to the list's content hash; for a code list itself
    its own `id@version` may be given, else its rows are hashed here. `origin` and `fingerprint` take no part.
    """
    import rfc8785

    form = plain(standard)
    for name in ("origin", "fingerprint", "codes"):
        form.pop(name, None)
    hashes = dict(codelist_hashes)
    if standard.kind is Kind.CODELIST and standard.reference not in hashes:
        from gongshu.standards.codelists import content_hash

        hashes[standard.reference] = content_hash(standard.codes or ())
    return hashlib.sha256(rfc8785.dumps({"standard": form, "codelists": hashes})).hexdigest()
