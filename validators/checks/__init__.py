"""One fault a file: this table says which module knows a code of cells."""

from __future__ import annotations

from collections.abc import Mapping

_HERE = "gongshu.validators.checks"

CHECKS: Mapping[str, str] = {
    "cell.code-name-given": f"{_HERE}.code_name_given",
    "cell.code-unknown": f"{_HERE}.code_unknown",
    "cell.code-withdrawn": f"{_HERE}.code_withdrawn",
    "cell.control-char": f"{_HERE}.control_char",
    "cell.date-serial": f"{_HERE}.date_serial",
    "cell.digits-lost": f"{_HERE}.digits_lost",
    "cell.enum": f"{_HERE}.enum",
    "cell.format": f"{_HERE}.format",
    "cell.fullwidth": f"{_HERE}.fullwidth",
    "cell.identifier": f"{_HERE}.identifier",
    "cell.leading-zero-lost": f"{_HERE}.leading_zero_lost",
    "cell.length": f"{_HERE}.length",
    "cell.maximum": f"{_HERE}.maximum",
    "cell.minimum": f"{_HERE}.minimum",
    "cell.pattern": f"{_HERE}.pattern",
    "cell.placeholder": f"{_HERE}.placeholder",
    "cell.precision": f"{_HERE}.precision",
    "cell.required": f"{_HERE}.required",
    "cell.scientific": f"{_HERE}.scientific",
    "cell.type": f"{_HERE}.type",
    "cell.whitespace": f"{_HERE}.whitespace",
    "row.label-differs": f"{_HERE}.label_differs",
}
