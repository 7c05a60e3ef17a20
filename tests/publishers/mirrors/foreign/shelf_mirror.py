"""A mirror as somebody else writes it: one JSON file a dataset in a folder. Nothing of it is in the package."""

from __future__ import annotations

import base64
import contextlib
import json
from pathlib import Path
from uuid import uuid4

from gongshu.publishers.mirrors import Shown


class Shelf:
    """`shelf:FOLDER`. A dataset with its files is one file, replaced in one go: nothing can be half there."""

    workers = 1

    def __init__(self, address: str) -> None:
        self.name = f"shelf:{address}"
        self.folder = Path(address)

    def read(self, namespace):
        found = {}
        for path in self.folder.glob("*.json"):
            box = json.loads(path.read_text("utf-8"))
            if namespace in (None, box["namespace"]):
                found[box["code"]] = Shown(box["state"], box["title"], box["version"], box["condition"], str(path))
        return found

    def look(self, code, slug, namespace):
        return self.read(namespace).get(code)

    def on_the_way(self, state):
        return ()

    def step(self, head, ledger, state, *, at):
        public = [
            (resource.key, output)
            for resource in head.resources
            for output in resource.outputs
            if output.audience == "open" and head.state == "published"
        ]
        box = {
            "namespace": ledger.namespace,
            "code": head.code,
            "state": state,
            "title": head.title,
            "version": head.number,
            "condition": head.state,
            "files": {
                f"{key}.{output.form}": base64.b64encode(ledger.object_path(output.sha256).read_bytes()).decode()
                for key, output in public
            },
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f"part-{uuid4().hex}"
        part.write_text(json.dumps(box), "utf-8")
        at("shelf.written")
        part.replace(self.folder / f"{head.slug}.json")
        at("shelf.there")

    def fetch(self, head, resource, output):
        path = self.folder / f"{head.slug}.json"
        if not path.exists():
            return None
        found = json.loads(path.read_text("utf-8"))["files"].get(f"{resource.key}.{output.form}")
        return None if found is None else iter([base64.b64decode(found)])

    def tidy(self):
        for part in self.folder.glob("part-*"):
            part.unlink()

    def lock(self):
        return contextlib.nullcontext()
