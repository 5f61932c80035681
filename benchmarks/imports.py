"""What importing costs: processes that import dosing, its rooms, NumPy, or nothing, in turn."""

import os
import statistics
import subprocess
import sys
import time

ROUNDS = 21
# Names are loaded when first asked for: with `dosing.start` all that one dose needs is there.
ALONE, WITH_START = "import dosing", "import dosing; dosing.start"
WAYS = ("pass", "import numpy", ALONE, WITH_START)
HEAVY = ("pandas", "matplotlib", "ipywidgets")


def process(code):
    """How long a process takes that does only this. [s]"""
    # Byte code is kept from the first round on, as it is wherever a package is installed.
    settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, env=settings)
    return time.perf_counter() - begun


def main():
    process(f"import sys, dosing; dosing.start; sys.exit(bool(set(sys.modules) & {set(HEAVY)!r}))")
    took = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way in WAYS:
            took[way].append(process(way))
    medians = {way: 1000 * statistics.median(times) for way, times in took.items()}
    print(f"whole processes in turn, median of {ROUNDS}; none of {', '.join(HEAVY)} is imported")
    for way, median in medians.items():
        print(f"{way:28} {median:6.0f} ms")
    for way in (ALONE, WITH_START):
        ratios = [d / n for d, n in zip(took[way], took["import numpy"], strict=True)]
        print(f"{way} / import numpy: {statistics.median(ratios):.2f} (median of the pairs)")


if __name__ == "__main__":
    main()
