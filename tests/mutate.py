"""Mutation testing: do the tests notice a small fault? `make mutate`; see `docs/mutation.md`.

Own code, because no kept tool fits: cosmic-ray 8.7 changes the working tree, has one test command
for all modules and drops no statement; mutmut 3.8 changes only bodies of functions, drops no
statement and knows no mapped package (`dosing.seeds`); neither samples, and mutatest is not kept.
"""

import argparse
import importlib.util
import multiprocessing
import os
import queue
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.mutants import ROOT, Mutant, sample

JUDGED = ROOT / "docs" / "mutation.md"
PAGES = {"ui", "interfaces"}
SLOW = ["knowledge", "rules", "advice"]  # their tests come last
# What every test process needs is loaded once; `dosing` each process loads anew.
PRELOADED = ["pytest", "numpy", "pandas", "hypothesis", "cattrs", "playwright.sync_api"]
MEMORY = 8 << 30
NEAR_S, ALL_S = 60, 900  # of the processor's time: a busy machine kills no mutant
KILLED, SURVIVED = "killed", "survived"


def copied(to: Path) -> Path:
    """A copy of the checkout that imports its own seeds, which the checkout maps."""
    left = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
    shutil.copytree(ROOT, to, ignore=left)
    for name in ("seeds", "notebooks"):
        (to / "dosing" / name).symlink_to(to / name)
    return to


def near_tests(path: str) -> list[str]:
    """The tests of a module, and the examples in it."""
    room, name = Path(path).parts[1:]
    return [f"tests/{room}/test_{name}", "--doctest-modules", path]


def far_tests(room: str) -> list[str]:
    """All tests below the pages, those of one room first."""
    cases = [f"tests/{p.name}" for p in sorted((ROOT / "tests").glob("test_s[eh]*.py"))]
    rooms = {p.parent.name for p in (ROOT / "tests").glob("*/test_*.py")} - PAGES - {room}
    ordered = sorted(rooms, key=lambda n: (SLOW.index(n) if n in SLOW else -1, n))
    return [f"tests/{room}", *cases, *(f"tests/{n}" for n in ordered)]


def _pytest(copy: str, tests: Sequence[str], limit_s: float) -> None:
    """In a process of its own: run tests in the copy, and see that it is the copy they test."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (round(limit_s), round(limit_s) + 5))
    os.chdir(copy)
    os.environ |= {"PYTHONPATH": copy, "XDG_CACHE_HOME": f"{copy}/.cache"}
    sys.path[:] = [copy, *(p for p in sys.path if p not in ("", str(ROOT)))]
    for name in [n for n in sys.modules if n.partition(".")[0] in ("tests", "dosing")]:
        del sys.modules[name]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    import pytest

    ways = ["-x", "--tb=no", "-p", "no:cacheprovider", f"--basetemp={copy}/.tmp"]
    code = pytest.main([*ways, "-m", "not browser", *tests])
    loaded = [m for n, m in sys.modules.items() if n.partition(".")[0] == "dosing"]
    os._exit(99 if any(not str(m.__file__).startswith(copy) for m in loaded) else int(code))


def run(copy: Path, tests: Sequence[str], limit_s: float = ALL_S) -> str | None:
    """Whether tests, run in a copy of the checkout, kill what is in it; None when time is up.

    Raises
    ------
    RuntimeError
        When no test was found, or the tests saw another package than the copy.
    """
    shutil.rmtree(copy / ".cache", ignore_errors=True)
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_pytest, args=(str(copy), tests, limit_s))
    process.start()
    process.join(10 * limit_s)
    if process.is_alive():
        process.kill()
        process.join()
    if process.exitcode in (-signal.SIGXCPU, -signal.SIGKILL):
        return None
    if process.exitcode in (4, 5, 99):
        raise RuntimeError(f"{' '.join(tests)}: no test was run, or not on the copy")
    return KILLED if process.exitcode else SURVIVED


def judge(mutant: Mutant, copy: Path, patience_s: float = ALL_S) -> str:
    """Whether the tests kill a mutant. One that never ends is killed by its own tests."""
    place = copy / mutant.path
    compiled = Path(importlib.util.cache_from_source(str(place)))
    whole = place.read_text("utf-8")
    try:
        place.write_text(mutant.source(), "utf-8")
        compiled.unlink(missing_ok=True)
        if run(copy, near_tests(mutant.path), NEAR_S) != SURVIVED:
            return KILLED
        return (patience_s and run(copy, far_tests(mutant.room), patience_s)) or SURVIVED
    finally:
        place.write_text(whole, "utf-8")
        compiled.unlink(missing_ok=True)


def table(results: Sequence[tuple[Mutant, str]], page: str) -> str:
    """The score of each room; survivors that the page judges equivalent do not count."""
    lines = ["room         killed  survived  equivalent  score"]
    for room in [*sorted({m.room for m, _ in results}), "all"]:
        here = [(m, end) for m, end in results if room in (m.room, "all")]
        alive = [m for m, end in here if end == SURVIVED]
        same = sum(m.words() in page for m in alive)
        killed, holes = len(here) - len(alive), len(alive) - same
        lines.append(f"{room:12} {killed:6} {holes:9} {same:11} {killed / (killed + holes):6.1%}")
    return "\n".join(lines)


def _asked(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutate", description=str(__doc__).split("\n")[0])
    add = parser.add_argument
    add("--minutes", type=float, default=10, help="begin no mutant after so long (10)")
    add("--all", action="store_true", help="every mutant, however long it takes")
    add("--seed", type=int, default=random.SystemRandom().randrange(10_000), help="of the sample")
    add("--only", default="", help="rooms or modules, as in base,rules/tables")
    add("--limit", type=int, help="at most so many mutants")
    add("--patience", type=float, default=90, help="seconds for the tests of other modules (90)")
    add("--trust", action="store_true", help="do not first run the tests on the unchanged code")
    add("--workers", type=int, default=os.cpu_count() or 1, help="processes at a time")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Judge a sample of mutants; print what survived, and the score of each room."""
    asked, begun = _asked(argv), time.monotonic()
    only = tuple(f"dosing/{name}" for name in asked.only.split(","))
    names = sorted(str(p.relative_to(ROOT)) for p in (ROOT / "dosing").glob("*/[!_]*.py"))
    names = [n for n in names if n.startswith(only) and Path(n).parts[1] not in PAGES]
    chosen = list(sample(names, asked.seed))
    print(f"{len(chosen)} mutants can be made; seed {asked.seed}", flush=True)
    multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOADED)
    results: list[tuple[Mutant, str]] = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked.workers) as pool:
        copies: queue.Queue[Path] = queue.Queue()
        for n in range(asked.workers):
            copies.put(copied(Path(folder).resolve() / str(n)))

        def unchanged(tests: list[str]) -> str | None:
            copy = copies.get()
            try:
                return run(copy, tests)
            finally:
                copies.put(copy)

        def one(mutant: Mutant) -> None:
            since = time.monotonic() - begun
            if asked.all or since < asked.minutes * 60:
                copy = copies.get()
                try:
                    end = judge(mutant, copy, ALL_S if asked.all else asked.patience)
                finally:
                    copies.put(copy)
                results.append((mutant, end))
                print(f"{since:5.0f} s  {end:8}  {mutant.path}:{mutant.line}", flush=True)
                if end == SURVIVED:
                    print(*mutant.diff(), sep="\n", flush=True)

        every = far_tests("base")
        parts = [every[:-1], every[-1:], ["--doctest-modules", *names]]
        if not asked.trust and set(pool.map(unchanged, parts)) != {SURVIVED}:
            print("The tests fail before anything is changed: run make test.")
            return 1
        list(pool.map(one, chosen[: asked.limit]))
    page = JUDGED.read_text("utf-8") if JUDGED.exists() else ""
    for mutant, end in results:
        if end == SURVIVED and mutant.words() not in page:
            print("", f"{mutant.path}:{mutant.line} ({mutant.kind})", *mutant.diff(), sep="\n")
    print("", f"seed {asked.seed}", table(results, page), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
