"""The slow truth of delimited text: one character at a time, by the rules that blocks.py states."""

from __future__ import annotations


def records(text: bytes, delimiter: bytes = b",") -> list[tuple[int, int, list[bytes], bool]]:
    """(line from 0, start, cells, whether its quote never closes) of every record; blank lines count."""
    found = []
    at, line, mark = 0, 0, delimiter[0]
    while at < len(text):
        start, first = at, line
        cells, cell, quoted, fresh, ended, opened = [], bytearray(), False, True, False, 0
        while at < len(text):
            code = text[at]
            crlf = code == 13 and text[at + 1 : at + 2] == b"\n"
            if quoted:
                if code == 34 and text[at + 1 : at + 2] == b'"':
                    cell.append(34)
                    at += 2
                    continue
                if code == 34:
                    quoted = False
                else:
                    line += code == 10 or (code == 13 and not crlf)
                    cell.append(code)
                at += 1
                continue
            if fresh and code == 34:
                quoted, fresh, opened = True, False, at
                at += 1
                continue
            fresh = False
            if code == mark:
                cells.append(bytes(cell))
                cell, fresh = bytearray(), True
                at += 1
                continue
            if code in (10, 13):
                at += 2 if crlf else 1
                line += 1
                ended = True
                break
            cell.append(code)
            at += 1
        cells.append(bytes(cell))
        if quoted and not ended:  # the quote never closes: its own line is lost, the rest is read again
            at = opened
            while at < len(text) and text[at] not in (10, 13):
                at += 1
            at += 2 if text[at : at + 2] == b"\r\n" else 1
            at = min(at, len(text))
            body = text[start:at]
            line = first + body.count(b"\n") + body.count(b"\r") - body.count(b"\r\n")
            found.append((first, start, cells, True))
            continue
        found.append((first, start, cells, False))
    return found
