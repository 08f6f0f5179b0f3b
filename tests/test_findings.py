"""The closed list of findings: complete, bilingual, and never said twice."""

import re
import string

import pytest
from click.testing import CliRunner

from gridmerge.cli import main
from gridmerge.findings import SEVERITIES, Finding, load_kinds, make_finding, sort_findings


@pytest.mark.parametrize("kind", load_kinds().values(), ids=list(load_kinds()))
def test_each_kind_is_whole(kind):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", kind.code)
    assert kind.severity in SEVERITIES
    for text in (kind.message, kind.explain):
        assert re.search(r"[一-鿿]", text.zh), "the Chinese sentence is Chinese"
        assert not re.search(r"[一-鿿]", text.en.replace("村", "").replace("飞地", "")), (
            "the English sentence is English"
        )
    blanks = [
        {name for _, name, _, _ in string.Formatter().parse(t) if name}
        for t in (kind.message.zh, kind.message.en)
    ]
    assert blanks[0] == blanks[1], "both sentences fill the same blanks"


def test_an_unknown_kind_or_a_missing_blank_is_a_bug():
    with pytest.raises(KeyError):
        Finding(kind="nonsense")
    kind = next(kind for kind in load_kinds().values() if kind.blanks)
    with pytest.raises(ValueError, match="lacks"):
        Finding(kind=kind.code)


def test_tidy_sorts_the_worst_first_and_says_nothing_twice():
    codes = [
        next(kind.code for kind in load_kinds().values() if kind.severity == s and not kind.blanks)
        for s in ("note", "warning")
    ]
    findings = [make_finding(code, layer="a") for code in codes]
    assert sort_findings(findings + findings) == tuple(reversed(findings))
    assert sort_findings(reversed(findings)) == sort_findings(findings)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", load_kinds())
def test_every_kind_is_explained_by_the_command(code, language):
    result = CliRunner().invoke(main, ["explain", code, "--lang", language])
    assert result.exit_code == 0 and load_kinds()[code].explain.in_(language) in result.stdout
