"""Which protocol the site proposes for a patient."""

from dosing.advice.guide import look_up
from dosing.base.findings import Finding, ordered
from dosing.rules.columns import Patients
from dosing.rules.remarks import remark


def proposed(drug: str, patients: Patients) -> tuple[str | None, tuple[Finding, ...]]:
    """The protocol that the site's profile proposes for one patient, and what to know of it.

    Parameters
    ----------
    drug : str
    patients : Patients
        One, with what follows from what was given; what the choice needs is named when missing.
    """
    seeds = patients.seeds
    site = seeds.site
    findings: list[Finding] = []
    chosen = next(iter(site.protocols.get(drug, ())), None)
    if drug in site.titration:
        outputs, said = look_up(seeds.tables[site.titration[drug]], patients)
        findings, chosen = list(said), outputs.get("protocol")
        if chosen is None:
            findings = [remark(seeds, "to-propose", needed=f.text).at(0) for f in said]
    if not site.confirmed and chosen is not None:
        findings.append(remark(seeds, "protocol-proposed").at(0))
    return chosen, ordered(findings)
