"""docs/zh/findings.md and docs/en/findings.md, written from findings.toml: `python -m tests.findings_page` makes them anew."""

from __future__ import annotations

from pathlib import Path

from gridmerge.findings import SEVERITIES, FindingKind, load_kinds
from gridmerge.i18n.text import Language
from gridmerge.products.labels import name_unit

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGES: dict[Language, Path] = {"zh": DOCS / "zh" / "findings.md", "en": DOCS / "en" / "findings.md"}
HEADS: dict[Language, str] = {
    "zh": """# 发现的问题

读数据时看到的每一个问题，都列在 `findings.csv`、`plan.xlsx` 的“问题”表和地图的“核对”里，分三级：

| 级别 | 含义 | 要做什么 |
|---|---|---|
| 错误 | 这部分数据用不上 | 改正数据或 `gridmerge.toml` 后重新运行；`gridmerge check` 的退出码为 1 |
| 提醒 | 数据用上了，但有可疑之处 | 按下面的说明核对，需要时请部门补正 |
| 说明 | 程序替您作了处理 | 看一眼处理得对不对，一般不用管 |

问题不会让程序停下。真正做不下去时（文件打不开、缺村界），程序用一句话说明原因后停止。

`findings.csv` 的 `kind` 列就是下面的代码；`gridmerge explain 代码` 在命令行里给出同样的说明。
下文 `{layer}` 是图层，`{source_id}` 是部门原编号，`{measure}` 是数量，其余花括号也会换成具体内容。

<!-- 本页由 python -m tests.findings_page 按 gridmerge/findings.toml 写出，请勿手改 -->
""",
    "en": """# Findings

Everything that is noticed about the data is a finding. Findings are listed in `findings.csv`, in the workbook `plan.xlsx` and on the map.
There are three severities:

| Severity | Meaning | What to do |
|---|---|---|
| error | this part of the data cannot be used | correct the data or `gridmerge.toml` and run again; `gridmerge check` exits with 1 |
| warning | the data is used, but something is doubtful | follow the advice below; ask the department where needed |
| note | gridmerge dealt with something for you | look once whether it is right; usually nothing to do |

Findings never stop a run. What does (a file that cannot be opened, no villages) is an error message of one sentence.

The column `kind` of `findings.csv` holds the codes below; `gridmerge explain CODE` prints the same text.
`{layer}` stands for the layer, `{source_id}` for the department's own grid code and `{measure}` for the amount; the other braces are
filled in likewise.

<!-- Written by python -m tests.findings_page from gridmerge/findings.toml; do not edit. -->
""",
}
TITLES = {
    "zh": {"error": "错误", "warning": "提醒", "note": "说明"},
    "en": {"error": "Errors", "warning": "Warnings", "note": "Notes"},
}
UNIT_LINES = {"zh": "数量的单位：{}。", "en": "Unit of the amount: {}."}


def page(language: Language) -> str:
    """The page as it should be."""
    sections = [HEADS[language]]
    for severity in SEVERITIES:
        listed = sorted(
            (kind for kind in load_kinds().values() if kind.severity == severity),
            key=lambda kind: kind.code,
        )
        if listed:
            entries = "\n".join(_entry(kind, language) for kind in listed)
            sections.append(f"## {TITLES[language][severity]}\n\n{entries}")
    return "\n".join(sections)


def _entry(kind: FindingKind, language: Language) -> str:
    amount = name_unit(kind.unit, language)
    last = f"\n{UNIT_LINES[language].format(amount)}\n" if amount else ""
    return f"### `{kind.code}`\n\n> {kind.message.in_(language)}\n\n{kind.explain.in_(language)}\n{last}"


if __name__ == "__main__":
    for language, path in PAGES.items():
        path.write_text(page(language), "utf-8")
