"""Commands that look things up: departments, explain."""

from __future__ import annotations

import difflib

import click

from gridmerge.cli.console import Console
from gridmerge.cli.options import with_console
from gridmerge.errors import ProjectError


@click.command()
@with_console
def departments(console: Console) -> None:
    """List the catalogue of departments: keys, names, aliases.

    列出部门目录：键、名称和别名。
    """
    from gridmerge.catalog import load_catalog

    every = list(load_catalog())
    console.table(
        ["key", "部门", "department", "rank", "又称 / also"],
        [[d.key, d.zh, d.en, f"{d.rank:g}", "、".join(d.aliases)] for d in every],
    )
    console.summary(
        {"departments": [{"key": d.key, "zh": d.zh, "en": d.en, "rank": d.rank} for d in every]}
    )


@click.command()
@click.argument("code")
@with_console
def explain(console: Console, code: str) -> None:
    """Tell what a finding means and what to do about it.

    解释某类问题的含义和处理办法。
    """
    from gridmerge.findings import load_kinds

    known = load_kinds()
    if code not in known:
        near = difflib.get_close_matches(code, known, n=3, cutoff=0.3) or list(known)[:3]
        raise ProjectError(
            f"没有名为 {code} 的问题类型；相近的有：{'、'.join(near)}。",
            f"There is no finding called {code}; near it: {', '.join(near)}.",
        )
    kind = known[code]
    severity = {"error": "错误", "warning": "提醒", "note": "说明"}[kind.severity]
    console.line(f"{code}（{severity}）", f"{code} ({kind.severity})")
    console.line(kind.explain.zh, kind.explain.en)
    console.summary(
        {"code": code, "severity": kind.severity, "zh": kind.explain.zh, "en": kind.explain.en}
    )
