"""Measure the code as a reader meets it: ``python -m benchmarks.house [FOLDER]``.

One figure a line, with the bound that CONTRIBUTING.md sets where it sets one. Tests and docstrings are left out: a body is the
lines of a function without its docstring, a token one of Python's own without comments and line ends, a statement is weighed
by the nodes of its syntax tree without the statements inside it. Exit 1 where a bound is passed.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np

HOUSE = Path(__file__).resolve().parents[1] / "gridmerge"
LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
NOT_WEIGHED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)

# The bounds of CONTRIBUTING.md; what has none is for reading.
BOUNDS = {
    "tokens a line": 8.0,
    "nodes a statement, p90": 24,
    "one-word function names, %": 40,
    "modules named like a function in them": 0,
    "body lines, p90": 22,
}


@dataclass(frozen=True)
class Module:
    """One file: its dotted name below the package, its text and its syntax tree."""

    name: str
    text: str
    tree: ast.Module

    def functions(self) -> Iterator[Function]:
        """Every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node


def read_modules(folder: Path) -> list[Module]:
    """Every module of a package, by its path."""
    modules = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text("utf-8")
        name = ".".join(path.relative_to(folder).with_suffix("").parts)
        modules.append(Module(name, text, ast.parse(text)))
    return modules


def split_docstring(body: list[ast.stmt]) -> tuple[ast.stmt | None, list[ast.stmt]]:
    """The docstring of a body, if it has one, and the statements after it."""
    first = body[0] if body else None
    if (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return first, body[1:]
    return None, body


def docstring_lines(tree: ast.Module) -> set[int]:
    """Numbers of the lines that docstrings stand in."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, *Function.__args__)):
            text, _ = split_docstring(node.body)
            if text is not None:
                lines.update(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    return lines


def count_tokens(module: Module) -> tuple[int, int]:
    """Tokens of code, and the lines that hold any."""
    passed_over = docstring_lines(module.tree)
    tokens, lines = 0, set()
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type in LAYOUT or token.type == tokenize.COMMENT or token.start[0] in passed_over:
            continue
        tokens += 1
        lines.add(token.start[0])
    return tokens, len(lines)


def body_length(function: Function) -> int:
    """Lines of a function's body without its docstring."""
    _, body = split_docstring(function.body)
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def count_nodes(node: ast.AST) -> int:
    """Nodes of a statement's syntax tree, without the statements inside it."""
    inside = [
        child
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, (ast.stmt, ast.ExceptHandler))
    ]
    return 1 + sum(count_nodes(child) for child in inside)


def is_one_word(name: str) -> bool:
    """Tell a name of one word: `read`, `_read`, not `read_table`."""
    return "_" not in name.strip("_")


def named_like_function(module: Module) -> bool:
    """Tell whether a module bears the name of a function at its top."""
    own = module.name.rsplit(".", 1)[-1]
    return any(isinstance(node, Function) and node.name == own for node in module.tree.body)


def measure(modules: list[Module]) -> dict[str, float]:
    """The figures of a package, by what they are called."""
    functions = [function for module in modules for function in module.functions()]
    nodes = [node for module in modules for node in ast.walk(module.tree)]
    weighed = [
        node for node in nodes if isinstance(node, ast.stmt) and not isinstance(node, NOT_WEIGHED)
    ]
    counted = [count_tokens(module) for module in modules]
    bodies = [body_length(function) for function in functions]
    comprehensions = sum(isinstance(node, COMPREHENSIONS) for node in nodes)
    tokens, lines = sum(one[0] for one in counted), sum(one[1] for one in counted)
    return {
        "modules": len(modules),
        "lines of code": lines,
        "functions": len(functions),
        "body lines, p50": float(np.percentile(bodies, 50)),
        "body lines, p90": float(np.percentile(bodies, 90)),
        "body lines, most": max(bodies),
        "parameters, mean": float(np.mean([len(function.args.args) for function in functions])),
        "tokens a line": tokens / lines,
        "nodes a statement, p90": float(np.percentile([count_nodes(node) for node in weighed], 90)),
        "comprehensions a hundred functions": 100 * comprehensions / len(functions),
        "one-word function names, %": 100
        * float(np.mean([is_one_word(function.name) for function in functions])),
        "modules named like a function in them": sum(
            named_like_function(module) for module in modules
        ),
    }


@click.command(help=__doc__)
@click.argument(
    "folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=HOUSE
)
def main(folder: Path) -> None:
    """Print the figures of a package."""
    passed = False
    for name, figure in measure(read_modules(folder)).items():
        bound = BOUNDS.get(name)
        over = bound is not None and figure > bound
        passed |= over
        words = "" if bound is None else f"   at most {bound:g}{'  PASSED' if over else ''}"
        click.echo(f"{name:38s} {figure:9.1f}{words}")
    sys.exit(int(passed))


if __name__ == "__main__":
    main()
