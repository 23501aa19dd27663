"""Leave out of a page's hidden cells what no later cell needs: most of them only hand numbers to the text."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Mapping

Names = frozenset[str]


def scope(*code: ast.AST | None) -> symtable.SymbolTable:
    """Return what Python knows of the names of some pieces of code."""
    return symtable.symtable("\n".join(ast.unparse(one) for one in code if one), "cell", "exec")


def reads(*code: ast.AST | None) -> Names:
    """Return the names that code may need from before it, in its functions and comprehensions as well."""

    def within(table: symtable.SymbolTable) -> set[str]:
        symbols = table.get_symbols()
        inner = {name for child in table.get_children() for name in within(child)}
        if table.get_type() == "module":
            return inner | {one.get_name() for one in symbols if one.is_referenced()}
        return inner - {one.get_name() for one in symbols if one.is_local()} | {
            one.get_name() for one in symbols if one.is_referenced() and not one.is_local()
        }

    return frozenset(within(scope(*code)))


def binds(*code: ast.AST | None) -> Names:
    """Return the names to which code gives a value of their own."""
    symbols = scope(*code).get_symbols()
    return frozenset(one.get_name() for one in symbols if one.is_assigned() or one.is_imported())


def changes(statement: ast.stmt) -> Names:
    """Return the names whose value may be another one after a statement: by x = 1, x[0] = 1 or x.sort()."""
    parts = [one for one in ast.walk(statement) if isinstance(getattr(one, "ctx", None), ast.Store)]
    alone = [one.value for one in ast.walk(statement) if isinstance(one, ast.Expr)]
    parts += [one.func for one in alone if isinstance(one, ast.Call)]
    held = [one.value for one in parts if isinstance(one, ast.Attribute | ast.Subscript)]
    return binds(statement) | reads(*held)


def before(statements: Iterable[ast.stmt], after: Names) -> Names:
    """Return the names that are needed before some statements if those of `after` are needed behind them."""
    needed = after
    for one in reversed(list(statements)):
        match one:
            case ast.For():
                round_again = needed | before(one.body, needed)
                inside = before(one.body, round_again) - reads(one.target)  # whose names the loop gives
                needed |= inside | reads(one.iter) | before(one.orelse, needed)
            case ast.While():
                needed |= before(one.body, needed | before(one.body, needed)) | reads(one.test)
            case ast.If():
                needed = before(one.body, needed) | before(one.orelse, needed) | reads(one.test)
            case ast.With():
                inside = before(one.body, needed) - reads(*(item.optional_vars for item in one.items))
                needed = inside | reads(*(item.context_expr for item in one.items))
            case ast.AugAssign() | ast.Try():
                needed |= reads(one) | binds(one)
            case _:
                needed = (needed - binds(one)) | reads(one)
    return needed


def is_glue(statement: ast.stmt) -> bool:
    """Say whether a statement does nothing but hand numbers to the text."""
    if isinstance(statement, ast.For):
        return all(map(is_glue, statement.body))
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "myst_nb"
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "glue"


def without_plumbing(cells: Mapping[int, tuple[str, bool]]) -> dict[int, str]:
    """Return the code of cells by their places, given it and whether a cell is hidden.

    Of a hidden cell only those statements are left that a later cell needs, and nothing if there is none.
    """
    kept: dict[int, str] = {}
    needed: Names = frozenset()
    for place, (source, hidden) in sorted(cells.items(), reverse=True):
        lines = dict(enumerate(source.splitlines(), start=1))
        left, gone = set[int](), set[int]()
        for one in reversed(ast.parse(source).body):
            first = min([one.lineno, *(above.lineno for above in getattr(one, "decorator_list", ()))])
            drop = is_glue(one) or (hidden and not changes(one) & needed)
            (gone if drop else left).update(range(first, (one.end_lineno or first) + 1))
            needed = needed if drop else before([one], needed)
        if left:
            shown = left if hidden else lines.keys() - gone
            kept[place] = "\n".join(lines[number] for number in sorted(shown)).strip("\n")
    return dict(sorted(kept.items()))
