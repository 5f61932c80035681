"""Small faults, one at a time: the mutants that `tests/mutate.py` puts before the tests.

A number changed, a comparison moved by its edge, ``and`` for ``or``, plus for minus, nothing
returned, a statement left out, a finding left out. Annotations, docstrings and what only mypy
reads are left alone, and so is a statement whose absence is a NameError: any test sees that.
"""

import ast
import difflib
import itertools
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

ROOT = Path(__file__).resolve().parent.parent
SWAPS = {
    "comparison": {"<": ("<=", ">"), "<=": ("<", ">"), ">": (">=", "<"), ">=": (">", "<"),
                   "==": ("!=",), "!=": ("==",), "is": ("is not",), "is not": ("is",),
                   "in": ("not in",), "not in": ("in",)},
    "boolean": {"and": ("or",), "or": ("and",), "&": ("|",), "|": ("&",)},
    "arithmetic": {"+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "//": ("/",), "%": ("*",),
                   "**": ("*",)},
}  # fmt: skip
SIGN = re.compile(r"<=|>=|==|!=|<|>|not\s+in|is\s+not|\b(?:in|is|and|or)\b|\*\*|//|[-+*/%&|^@]")
TOLD = re.compile(r"find|warn|note|say|said|sentence|stop|remark|told|reason", re.IGNORECASE)


@attrs.frozen
class Mutant:
    """One small fault: the bytes `start` to `end` of a file, written otherwise."""

    path: str
    kind: str
    start: int
    end: int
    text: str
    line: int

    @property
    def room(self) -> str:
        return Path(self.path).parts[1]

    def source(self) -> str:
        old = (ROOT / self.path).read_bytes()
        return (old[: self.start] + self.text.encode() + old[self.end :]).decode()

    def diff(self) -> list[str]:
        """The lines taken away and the lines put in their place."""
        old = (ROOT / self.path).read_text("utf-8").splitlines()
        lines = difflib.unified_diff(old, self.source().splitlines(), n=0, lineterm="")
        return [x for x in lines if x[0] in "+-" and x[:3] not in ("+++", "---")]

    def words(self) -> str:
        """The change as the page of judged survivors names it."""
        old, new = (" ".join(x[1:].strip() for x in self.diff() if x[0] == s) for s in "-+")
        return f"`{self.path}`: `{old}` → `{new}`"


def mutants(path: str) -> Iterator[Mutant]:
    """Every mutant of one module, given by its path from the root of the checkout."""
    raw = (ROOT / path).read_bytes()
    lines = [0, *itertools.accumulate(len(x) for x in raw.splitlines(keepends=True))]

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        first, last = lines[node.lineno - 1], lines[node.end_lineno - 1]
        return first + node.col_offset, last + node.end_col_offset

    for node, inside in _walk(ast.parse(raw), frozenset()):
        for left, right in _neighbours(node):
            after = span(left)[1]
            if sign := SIGN.search(raw[after : span(right)[0]].decode()):
                plain = " ".join(sign.group().split())
                begin, end = (after + at for at in sign.span())
                for kind, swaps in SWAPS.items():
                    for text in swaps.get(plain, ()):
                        yield Mutant(path, kind, begin, end, text, right.lineno)
        for part, kind, text in _replaced(node):
            yield Mutant(path, kind, *span(part), text, part.lineno)
        if isinstance(node, ast.stmt) and inside and _can_be_dropped(node, inside):
            kind = "finding" if TOLD.search(ast.unparse(node)) else "statement"
            yield Mutant(path, kind, *span(node), "pass", node.lineno)


def _neighbours(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Pairs of expressions with an operator between them."""
    match node:
        case ast.Compare():
            yield from itertools.pairwise([node.left, *node.comparators])
        case ast.BoolOp():
            yield from itertools.pairwise(node.values)
        case ast.BinOp():
            yield node.left, node.right


def _replaced(node: ast.AST) -> Iterator[tuple[ast.expr, str, str]]:
    """Expressions that are written otherwise: which one, the kind of mutant, and how."""
    match node:
        case ast.Constant(value=bool()):
            yield node, "boolean", str(not node.value)
        case ast.Constant(value=int() | float() as value):
            step = 1 if isinstance(value, int) or not value else value / 10
            yield node, "number", repr(value + step)
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            yield node, "boolean", f"({ast.unparse(node.operand)})"
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            if isinstance(test, ast.Name | ast.Call | ast.Attribute | ast.NamedExpr):
                yield test, "boolean", f"(not ({ast.unparse(test)}))"
        case ast.Return(value=ast.expr() as answer) if ast.unparse(answer) != "None":
            yield answer, "return", "None"
        case ast.Tuple(ctx=ast.Load()) | ast.List(ctx=ast.Load()):
            for part in node.elts:
                if isinstance(part, ast.Starred | ast.Call) and TOLD.search(ast.unparse(part)):
                    yield part, "finding", "*()"
        case ast.Call():
            for part in node.args:
                if isinstance(part, ast.Starred) and TOLD.search(ast.unparse(part)):
                    yield part, "finding", "*()"
            for word in node.keywords:
                if word.arg and re.search("findings|notes|warnings", word.arg):
                    yield word.value, "finding", "()"


def _walk(node: ast.AST, bound: frozenset[str]) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Each node that runs, with the names that its function binds more than once."""
    for name, part in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        if isinstance(node, ast.keyword) and node.arg == "strict":
            continue  # of zip: it asserts what the code before it has proved
        for child in part if isinstance(part, list) else [part]:
            inside = bound
            match child:
                case ast.If(test=test) if ast.unparse(test).endswith("TYPE_CHECKING"):
                    continue
                case ast.FunctionDef(decorator_list=[ast.Name(id="overload")]):
                    continue
                case ast.FunctionDef():
                    names = [n.id for n in ast.walk(child) if _binds(n)]
                    names += [a.arg for a in ast.walk(child.args) if isinstance(a, ast.arg)]
                    inside = frozenset({"", *(n for n, k in Counter(names).items() if k > 1)})
            if isinstance(child, ast.AST):
                yield child, inside
                yield from _walk(child, inside)


def _binds(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _can_be_dropped(node: ast.stmt, bound: frozenset[str]) -> bool:
    match node:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Expr() | ast.Raise() | ast.Delete() | ast.Continue() | ast.Break():
            return True
        case ast.AugAssign():
            return True
        case ast.Assign(targets=[target]) | ast.AnnAssign(target=target, value=ast.expr()):
            return {n.id for n in ast.walk(target) if _binds(n)} <= bound
        case ast.If(body=[*_, ast.Return() | ast.Raise() | ast.Continue()], orelse=[]):
            return True
    return False


def sample(paths: Iterable[str], seed: int) -> Iterator[Mutant]:
    """Mutants in random order: rooms take turns, and so do the kinds within a room.

    So the first hundred are a fair sample of every room, wherever one stops.
    """
    rng = random.Random(seed)
    rooms: dict[str, dict[str, list[Mutant]]] = {}
    for mutant in itertools.chain.from_iterable(map(mutants, paths)):
        rooms.setdefault(mutant.room, {}).setdefault(mutant.kind, []).append(mutant)
    turns = []
    for kinds in rooms.values():
        piles = list(kinds.values())
        for pile in piles:
            rng.shuffle(pile)
        rng.shuffle(piles)
        turns.append(_in_turn(piles))
    rng.shuffle(turns)
    yield from _in_turn(turns)


def _in_turn(piles: Iterable[Iterable[Mutant]]) -> Iterator[Mutant]:
    for taken in itertools.zip_longest(*piles):
        yield from (mutant for mutant in taken if mutant is not None)
