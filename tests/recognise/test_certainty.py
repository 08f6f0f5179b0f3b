"""How sure `init` says it is of a coordinate system that was told by trying."""

from __future__ import annotations

import pytest

from gridmerge.findings import found
from gridmerge.recognise.proof import _system
from gridmerge.recognise.table import Table


@pytest.mark.parametrize(("rivals", "sure", "words"), [(0, "sure", "只有它"), (2, "likely", "有 3 个坐标系")])
def test_a_system_with_rivals_is_never_called_sure(rivals, sure, words):
    table = Table(name="[[layers]]")
    _system(table, [found("crs_by_evidence", layer="fire", measure=98, crs="EPSG:4544（CGCS2000）", rivals=rivals)], True)
    guess = table.values["crs"]
    assert (guess.value, guess.sure) == ("EPSG:4544", sure)
    assert words in guess.why
