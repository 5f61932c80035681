"""The rules of the house, held by machine. CONTRIBUTING.md says them in words."""

import ast
import doctest
import functools
import graphlib
import importlib
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).name
LONGEST_MODULE = 600
LONGEST_FUNCTION, MOST_PARAMETERS = 60, 8
# Says what Voila is told, line after line.
LARGE_BY_NATURE = {"dosing.interfaces.server.configuration"}
HEAVY = {"pandas", "matplotlib", "ipywidgets", "anywidget", "voila", "IPython"}


def _files(*folders: str, suffixes: tuple[str, ...]) -> list[Path]:
    """Files of the tree, without what tools leave behind."""
    return [
        path
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in suffixes
        and path.is_file()
        and not any(p == "__pycache__" or p == ".ipynb_checkpoints" for p in path.parts)
    ]


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


MODULES = _files("dosing", suffixes=(".py",))
NOTEBOOKS = _files("notebooks", suffixes=(".ipynb",))
SEEDS = _files("seeds", suffixes=(".toml",))
WRITTEN = ("", ".py", ".toml", ".csv", ".ipynb", ".md", ".js", ".css", ".html", ".j2", ".json")
TEXTS = [
    *_files("dosing", "notebooks", "seeds", "tests", "benchmarks", "docs", ".ci", suffixes=WRITTEN),
    *(p for p in sorted(ROOT.iterdir()) if p.is_file() and p.name != ".git"),
]


def _floors() -> dict[str, int]:
    """Folder to floor, as the picture in CONTRIBUTING.md draws it."""
    picture = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    drawn = re.findall(r"^floor (\d)  ([a-z_]+)/ ", picture, re.MULTILINE)
    assert len({folder for _, folder in drawn}) == len(drawn), "a folder is drawn twice"
    return {folder: int(floor) for floor, folder in drawn}


FLOORS = _floors()
MOST_FLOORS, LONGEST_CHAIN = 9, 12


def _folder(path: Path) -> str:
    """The folder of a module; empty for ``dosing/__init__.py``, which only names the public."""
    parts = path.relative_to(ROOT / "dosing").parts
    return parts[0] if len(parts) > 1 else ""


@functools.cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=_name(path))


@functools.cache
def _walked(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(_parsed(path)))


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything imported, at the top or within a function."""
    for node in _walked(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: write the full name of what is imported"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@functools.cache
def _modules_imported(path: Path, loaded: bool = False) -> frozenset[str]:
    """The modules of the house that a module imports; ``loaded``: as soon as it is loaded."""
    known = {_dotted(p) for p in MODULES}
    found = set()
    late = _not_loaded(path) if loaded else frozenset()
    for line, name in _imports(path):
        if line in late:
            continue
        while name and name not in known:
            name = name.rpartition(".")[0]
        found.add(name)
    return frozenset(found - {"", "dosing", _dotted(path)})


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _not_loaded(path: Path) -> frozenset[int]:
    """The lines of imports that wait until a function is called, or are for the type checker."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    waiting = [n for n in _walked(path) if isinstance(n, kinds) or _for_types_only(n)]
    inside = (node for part in waiting for node in ast.walk(part))
    return frozenset(n.lineno for n in inside if isinstance(n, ast.Import | ast.ImportFrom))


def _at_top(tree: ast.Module) -> Iterator[str]:
    """The packages imported as soon as a module is."""
    waiting: list[ast.AST] = [*tree.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if _for_types_only(node):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
        waiting.extend(ast.iter_child_nodes(node))


def test_the_picture_of_the_house_is_true():
    folders = {_folder(p) for p in MODULES} - {""}
    assert folders | {"notebooks"} == set(FLOORS)
    assert set(FLOORS.values()) == set(range(max(FLOORS.values()) + 1))
    assert len(set(FLOORS.values())) <= MOST_FLOORS
    assert [p.name for p in MODULES if not _folder(p)] == ["__init__.py"]


def test_every_room_that_contributing_names_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`(?:dosing/)?((?:[a-z_]+/)+(?:[a-z_]+\.py)?)`", text))
    inside = {n for n in named if n.split("/")[0] in {*FLOORS, "dosing"} - {"notebooks"}}
    missing = [n for n in inside if not (ROOT / "dosing" / n.removeprefix("dosing/")).exists()]
    assert missing == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_down(path):
    folder = _folder(path)
    if not folder:
        return
    for line, name in _imports(path):
        package, *rest = name.split(".")
        if package == "dosing" and rest and rest[0] in FLOORS:
            assert FLOORS[rest[0]] <= FLOORS[folder], f"line {line}: {folder} may not use {rest[0]}"
            assert (folder, rest[0]) != ("advice", "sim"), f"line {line}: advice may not import sim"


def _arrows(loaded: bool = False) -> dict[str, frozenset[str]]:
    return {_dotted(p): _modules_imported(p, loaded) for p in MODULES}


def test_no_circle_among_folders():
    among: dict[str, set[str]] = {}
    for module, imported in _arrows().items():
        here = module.split(".")[1:2]
        there = {name.split(".")[1] for name in imported}
        if here:
            among.setdefault(here[0], set()).update(there - {here[0]})
    order = graphlib.TopologicalSorter(among)
    order.prepare()  # raises CycleError, which names the circle


def test_no_circle_among_modules():
    graphlib.TopologicalSorter(_arrows()).prepare()


def test_no_long_chain_of_modules_is_loaded():
    longest: dict[str, int] = {}
    arrows = _arrows(loaded=True)
    for module in graphlib.TopologicalSorter(arrows).static_order():
        longest[module] = 1 + max((longest[n] for n in arrows.get(module, ())), default=0)
    assert max(longest.values()) <= LONGEST_CHAIN, max(longest, key=lambda n: longest[n])


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_heavy_packages_are_imported_where_they_are_used(path):
    top = set(_at_top(_parsed(path)))
    assert "pandas" not in top
    if _folder(path) == "course" and path.stem.startswith(
        "plot"
    ):  # themselves loaded when a picture is drawn
        top -= {"matplotlib"}
    if _folder(path) == "interfaces" and path.stem in ("server", "handlers"):
        top -= {"voila"}  # themselves loaded when the dashboards are served
    if _folder(path) != "ui":
        assert not top & HEAVY


def test_importing_dosing_imports_nothing_heavy():
    code = (
        "import sys, dosing; [getattr(dosing, n) for n in dosing.__all__];"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"


def test_only_the_library_reads_the_seeds():
    readers = {_name(p) for p in MODULES if "dosing.seeds" in p.read_text("utf-8")}
    assert readers <= {"dosing/knowledge/library.py"}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_is_one_subject(path):
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_MODULE


def _lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From ``def`` to the last line, without the docstring."""
    first = function.body[0]
    said = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) is not None else 0
    return function.end_lineno - function.lineno + 1 - said


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = function.args
    return len([*given.posonlyargs, *given.args, *given.kwonlyargs]) + sum(
        more is not None for more in (given.vararg, given.kwarg)
    )


def test_a_function_does_one_thing():
    functions = [
        (f"{_dotted(path)}.{node.name}", node)
        for path in MODULES
        if _folder(path) != "equations"  # what a paper prints as one equation stays one
        for node in _walked(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    large = {
        name
        for name, node in functions
        if _lines_of_code(node) > LONGEST_FUNCTION or _parameters(node) > MOST_PARAMETERS
    }
    assert {name for name, _ in functions} >= LARGE_BY_NATURE
    assert large <= LARGE_BY_NATURE


def test_how_large_a_function_is():
    source = (
        'def f(a, /, b, *c, d, **e):\n    """Say.\n\n    More.\n    """\n    x = 1\n    return x'
    )
    function = ast.parse(source).body[0]
    assert (_lines_of_code(function), _parameters(function)) == (3, 5)


@pytest.mark.parametrize("path", [p for p in MODULES if p.stem != "__init__"], ids=_name)
def test_every_module_has_a_test_of_its_name(path):
    place = path.relative_to(ROOT / "dosing")
    assert (ROOT / "tests" / place.parent / f"test_{place.name}").exists()


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_the_examples_in_docstrings_run(path):
    module = importlib.import_module(_dotted(path))
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    for example in doctest.DocTestFinder().find(module):
        runner.run(example, out=report.append)
    assert not runner.summarize(verbose=False).failed, "".join(report)


def _dotted_names(path: Path) -> set[str]:
    """What a module's docstrings and messages, or a page, name as ``dosing.something``."""
    if path.suffix == ".py":
        texts = [
            node.value
            for node in _walked(path)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
    else:
        texts = [path.read_text("utf-8")]
    named = re.compile(r"(?<![\w/.-])dosing(?:\.[A-Za-z_]\w*)+")
    return {name for text in texts for name in named.findall(text)}


def _resolves(name: str) -> bool:
    """Whether a dotted name leads to a module, or to something in one."""
    found: object = importlib.import_module("dosing")
    done = "dosing"
    for part in name.split(".")[1:]:
        done = f"{done}.{part}"
        if not hasattr(found, part):
            try:
                importlib.import_module(done)
            except ImportError:
                return False
        found = getattr(found, part)
    return True


@pytest.mark.parametrize(
    "path",
    [
        *MODULES,
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
        *_files("docs", suffixes=(".md",)),
        *NOTEBOOKS,
    ],
    ids=_name,
)
def test_what_is_named_exists(path):
    assert [name for name in sorted(_dotted_names(path)) if not _resolves(name)] == []


def test_a_name_that_leads_nowhere_is_seen():
    assert _resolves("dosing.course.plots")
    assert _resolves("dosing.start")
    assert _resolves("dosing.knowledge.library.Library")
    assert not _resolves("dosing.ui.plots")
    assert not _resolves("dosing.start_manny")


# Rooms of logic: no equation lives there, so neither does a number that a source prints.
LOGIC = {"advice", "orders", "rules", "lint"}
# Hours, minutes, percent, grams, seconds; half for rounding; the step of a pump.
CONVERSIONS = {24, 60, 100, 1000, 3600, 0.5, 0.1}


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in MODULES
        if _folder(p) in LOGIC
        or (_folder(p) == "ui" and p.stem in ("model", "patient"))
        or (_folder(p) == "course" and not p.stem.startswith("plot"))
    ],
    ids=_name,
)
def test_no_clinical_number_lives_in_logic(path):
    found = {
        f"line {node.lineno}: {node.value}"
        for node in _walked(path)
        if isinstance(node, ast.Constant)
        and type(node.value) in (int, float)
        and node.value not in CONVERSIONS
        and (node.value != int(node.value) or 10 < node.value < 10_000)
        and not (isinstance(node.value, int) and node.value.bit_count() == 1)
    }
    assert found == set(), "a number that a source prints belongs in seeds/"


def test_the_lock_holds_hashes_and_no_address():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert not [line for line in lines if "://" in line or " @ " in line]
    assert not [x for x in lines if x.startswith("-")]
    assert not [x for x in lines if x.strip().startswith("--") and "--hash=sha256:" not in x]
    pins = [x for x in lines if x and not x[0].isspace() and not x.startswith("#")]
    assert pins
    for pin in pins:
        assert re.match(r"[a-z0-9._-]+==\S+ ", pin), pin
        assert pin.rstrip().endswith("\\"), f"{pin}: no hash follows"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=_name)
def test_notebooks_launch_and_carry_no_output(path):
    notebook = json.loads(path.read_text("utf-8"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in code:
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    if not path.name.startswith("tutorial"):
        assert len(code) <= 3
        for cell in code:
            tree = ast.parse("".join(cell["source"]))
            assert not [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)]


# What ISMP asks of text that a person reads. The pieces are joined so that this file obeys too.
MU = "\u00b5\u03bc"
BARRED = {
    "the Greek letter mu: write mcg or micromol": re.compile(f"[{MU}]"),
    "U for units: write units": re.compile(r"\d ?U/(kg|h|mL|d)|\d ?U\b"),
    "the two letters for international units: write units": re.compile(r"\bI" + r"U\b"),
    "a short form of daily: write daily": re.compile(r"\bQ" + r"O?D\b|\bq\.?o?\.?d\b"),
    "a short form of every: write every 2 h": re.compile(r"\bq ?\d+ ?h\b", re.IGNORECASE),
    "a short form of subcutaneous: write subcut": re.compile(r"\bSC\b|\bSQ\b|\bsub ?q\b"),
}
# MELD 3.0 and the like are names. A fraction without its zero and a zero without need differ from
# a version number or a path by what stands beside them.
BARRED_IN_SEEDS = BARRED | {
    "a number without its leading zero": re.compile(r"(?<![\w.\]*)])\.\d"),
    "a number with a trailing zero": re.compile(
        r"(?<![\d.,])(?<!MELD )(?<!version )\d+\.0\b(?!\.)"
    ),
}
READ = {"label", "title", "note", "stop", "warn", "text", "says", "why", "help"}


def _sentences(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _sentences(part, name)
    elif isinstance(value, list):
        for part in value:
            yield from _sentences(part, key)
    elif isinstance(value, str) and key in READ:
        yield value


def _against(texts: Iterator[str] | list[str], barred: dict[str, re.Pattern[str]]) -> list[str]:
    return [
        f"{why}: {text.strip()[:120]!r}"
        for text in texts
        for why, pattern in barred.items()
        if pattern.search(text)
    ]


@pytest.mark.parametrize("path", SEEDS, ids=_name)
def test_seeds_read_as_ismp_asks(path):
    assert _against(_sentences(tomllib.loads(path.read_text("utf-8"))), BARRED_IN_SEEDS) == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_strings_of_the_code_read_as_ismp_asks(path):
    strings = (
        node.value
        for node in _walked(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    assert _against(strings, BARRED) == []


@pytest.mark.parametrize(
    "path",
    [
        ROOT / "README.md",
        ROOT / "CHANGELOG.md",
        *NOTEBOOKS,
        *_files("dosing/ui", suffixes=(".js", ".j2", ".html")),
        *_files("docs", suffixes=(".md",)),
    ],
    ids=_name,
)
def test_pages_read_as_ismp_asks(path):
    assert _against(path.read_text("utf-8").splitlines(), BARRED) == []


@pytest.mark.parametrize("pattern", BARRED_IN_SEEDS.values(), ids=list(BARRED_IN_SEEDS))
def test_each_barred_form_is_seen(pattern):
    wrong = [f"2 {MU[0]}g", f"2 {MU[1]}g", "18 U/" + "kg", "5 I" + "U", "Q" + "D", "q" + "6h",
             "S" + "C", "give .5 mg", "give 5.0 mg"]  # fmt: skip
    right = ["2 mcg/kg/min", "18 units/kg", "daily", "every 6 h", "subcut", "0.5 mg", "5 mg",
             "MELD 3.0", "1.05", "10.05", "2.0.1", "HLH-2004"]  # fmt: skip
    assert any(pattern.search(text) for text in wrong)
    assert not [text for text in right if pattern.search(text)]


def test_nothing_is_left_undone_or_skipped():
    marks = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "importor" + "skip"]
    marks += ["pytest." + "skip", "mark." + "skip", "mark." + "xfail", "assert " + "True"]
    found = [
        f"{_name(path)}: {mark}"
        for path in TEXTS
        if path.suffix in (".py", ".toml", ".ipynb", ".js")
        for mark in marks
        if mark in path.read_text("utf-8")
    ]
    assert found == []


def test_no_path_of_one_machine():
    path_of_a_machine = re.compile(
        r"/(work|root)/[a-z]|/(home|Users)/(?!someone\b)[a-z]|[A-Z]:\\\\?Users"
    )
    found = [
        f"{_name(path)}: {hit.group()}"
        for path in TEXTS
        if path.name not in (HERE, "LICENSE")
        for hit in path_of_a_machine.finditer(path.read_text("utf-8", errors="ignore"))
    ]
    assert found == []
