"""What every test shares: one steady profile for generated cases, and no site of the machine's."""

import os

import hypothesis

from tests.browser_support import browser  # noqa: F401 (one Chromium for all tests of a process)

# A site folder of the person who runs the tests would replace the seeds under test.
os.environ.pop("DOSING_SITE", None)
# Figures are drawn to memory, on machines with and without a screen.
os.environ.setdefault("MPLBACKEND", "Agg")

# Workers share slow machines: a generated case is judged by its answer, not by its time.
hypothesis.settings.register_profile("dosing", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("dosing")
