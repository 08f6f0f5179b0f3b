"""docs/en/findings.md, written from findings.toml: `python -m tests.findings_page` makes it anew."""

from __future__ import annotations

from pathlib import Path

from gridmerge.findings import SEVERITIES, Kind, kinds

PAGE = Path(__file__).resolve().parents[1] / "docs" / "en" / "findings.md"
HEAD = """# 发现的问题 · Findings

每个发现都属于下面某一类。`findings.csv` 的 `kind` 列就是这里的代码；`gridmerge explain 代码` 给出同样的说明。
Every finding is of one of these kinds: the `kind` column of `findings.csv`; `gridmerge explain CODE` says the same.

`{layer}` 图层，`{source_id}` 部门原编号，`{measure}` 数量（单位见“单位”）。
`{layer}` is the layer, `{source_id}` the department's own grid code, `{measure}` how much, in the unit given.

本页由 `python -m tests.findings_page` 按 `gridmerge/findings.toml` 写出，请勿手改。
This page is written from `gridmerge/findings.toml` by that command; do not edit it.
"""
TITLES = {"error": "错误 · error", "warning": "警告 · warning", "note": "说明 · note"}


def page() -> str:
    """The page as it should be."""
    sections = [HEAD]
    for severity in SEVERITIES:
        listed = sorted((kind for kind in kinds().values() if kind.severity == severity), key=lambda kind: kind.code)
        if listed:
            sections.append(f"## {TITLES[severity]}\n\n" + "\n".join(_entry(kind) for kind in listed))
    return "\n".join(sections)


def _entry(kind: Kind) -> str:
    unit = f"（单位 unit：{kind.unit}）" if kind.unit else ""
    return (
        f"### `{kind.code}`{unit}\n\n{kind.message.zh}\n{kind.message.en}\n\n> {kind.explain.zh}\n> {kind.explain.en}\n"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
