"""Random patients that draw on every name that any check, table or score asks.

How many stand before each table, protocol and score is a setting: DOSING_TEST_ROWS=100 draws more
than 20,000 in all, which takes some minutes.
"""

import os

import numpy as np
import pandas as pd

from dosing.knowledge.library import load
from dosing.rules.asked import names_asked
from dosing.rules.checks import checks_of, drug_checks
from dosing.rules.convert import limits
from dosing.rules.read import options_of
from dosing.rules.tables import grid_of

SEEDS = load()
ROWS = int(os.environ.get("DOSING_TEST_ROWS", "24"))
MISSING, IMPOSSIBLE, UNREADABLE = 0.25, 0.01, 0.005
# What lets a 4Ts score and a Child-Pugh class follow, so that these are among the answers.
ITEMS = {
    "onset_day": [3, 5, 7, 12], "heparin_before": ["none", "within 30 days"],
    "new_thrombosis": ["none", "new"], "other_cause": ["none", "possible", "definite"],
    "platelets_peak": [150, 220, 300], "platelets_nadir": [20, 60, 140],
    "ascites": ["none", "mild"], "encephalopathy_grade": [0, 1], "albumin_g_dl": [2.5, 4],
    "bilirubin_mg_dl": [0.8, 2.5], "inr": [1, 1.8], "height_cm": [150, 175],
    "creatinine_mg_dl": [0.8, 3], "age_y": [8, 40, 85], "sex": ["female", "male"],
    "weight_kg": [12, 49.9, 50, 70, 100, 140],
}  # fmt: skip


def names_for(seed, moment="start"):
    """Every input that a table or protocol, its checks and its order may ask."""
    if moment == "start":
        checks = checks_of(SEEDS, seed)
    else:
        checks = drug_checks(SEEDS, seed.drug, seed.indication, "titrate")
    asked = names_asked(SEEDS, (*seed.columns, "weight_kg"), checks)
    strengths = {"concentration", "concentration_units", "bag"}
    return [name for name, key in SEEDS.names.items() if key in asked | strengths]


def edges_of(seed):
    """The edges at which a table's answers change, by column."""
    return {a.name: list(a.edges) for a in grid_of(SEEDS, seed).axes if not a.values}


def drawn(names, size, rng, edges=()):
    """A frame of such patients: some values missing, few impossible, a very few unreadable."""
    edges = dict(edges)
    quantities = {}
    columns = {}
    for name in names:
        key = SEEDS.names[name]
        if key in quantities and rng.random() < 0.9:  # seldom one value in two units
            continue
        quantities[key] = name
        columns[name] = _column(name, size, rng, edges.get(name))
    return pd.DataFrame(columns, index=[f"p{i}" for i in range(size)])


def _column(name, size, rng, edges):
    quantity = SEEDS.quantities[SEEDS.names[name]]
    if quantity.kind != "number":
        options = [*options_of(quantity)]
        values = np.array(rng.choice(np.array(options, dtype=object), size), dtype=object)
    else:
        low, high = limits(quantity, name)
        usual = ITEMS.get(name) or edges or [low, (low + high) / 2, high]
        values = np.array(rng.choice(np.array(usual, dtype=float), size), dtype=object)
        off = rng.random(size) < 0.3
        values[off] = np.round(rng.uniform(low, min(high, 400), off.sum()), 1)
        if quantity.whole:
            values = np.array([float(round(v)) for v in values], dtype=object)
        values[rng.random(size) < IMPOSSIBLE] = -7.5
    if name in ITEMS:
        keep = rng.random(size) < 0.7
        values[keep] = rng.choice(np.array(ITEMS[name], dtype=object), keep.sum())
    values[rng.random(size) < MISSING] = None
    values[rng.random(size) < UNREADABLE] = "many"
    return values
