"""Which edges of the seeds have no worked patient on one of their sides."""

from collections.abc import Iterator

import numpy as np

from dosing.base.units import show
from dosing.knowledge import library
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol, Table
from dosing.rules.columns import one_patient
from dosing.rules.derive import derive
from dosing.rules.tables import Axis, compile_grid


def edges_without_cases(seeds: Library) -> list[str]:
    """Edges of shipped tables and protocols that have no worked case on one of their sides."""
    found = []
    worked = dict(library.cases())
    every: list[Table | Protocol] = [*seeds.tables.values(), *seeds.protocols.values()]
    for seed in every:
        if not seed.rows:
            continue
        lines = worked.get(seed.id, [])
        given = ({k: v for k, v in line.items() if k in seeds.names} for line in lines)
        patients = [derive(one_patient(seeds, one)) for one in given]
        for axis in compile_grid(seeds, seed).axes:
            for edge in _inner_edges(axis):
                values = [patient.numbers(axis.name)[0] for patient in patients]
                sides = {np.sign(v - edge) for v in values if not np.isnan(v)}
                if len(sides) < 2:
                    found.append(f"{seed.id}: {axis.name} at {show(edge)} lacks a case on a side")
    return found


def _inner_edges(axis: Axis) -> Iterator[float]:
    ends = {axis.domain.low, axis.domain.high}
    yield from (edge for edge in axis.edges if edge not in ends)
