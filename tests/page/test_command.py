"""`gongshu ui` says where it is, and leaves nothing behind when it is ended."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is sent as a signal here")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_ended(tmp_path: Path, sent: signal.Signals) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "GONGSHU_LANG": "en"}
    command = [sys.executable, "-m", "gongshu.cli", "ui", "--no-browser", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout is not None
        text = ""
        while "}" not in text:
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            text += line
        address = json.loads(text)["address"]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{32}/", address)
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own address
            assert "Drop a file here" in answer.read().decode()
        assert [each.name for each in tmp_path.iterdir() if each.name.startswith("gongshu-ui-")]
        process.send_signal(sent)
        assert process.wait(20) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    assert not [each.name for each in tmp_path.iterdir() if each.name.startswith("gongshu-ui-")]
