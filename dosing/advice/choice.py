"""Which protocol the site proposes for a patient."""

from typing import Any

from dosing.advice.start import derive, look_up
from dosing.base.findings import Finding, ordered
from dosing.knowledge.sentences import say
from dosing.lint.proved import proved
from dosing.rules.patients import check


def proposed_protocol(drug: str, **inputs: Any) -> tuple[str | None, tuple[Finding, ...]]:
    """The protocol that the site's profile proposes for a patient, and what to know of it.

    Parameters
    ----------
    drug : str
    **inputs
        By the registry's names; what the choice needs is named when it is missing.

    Examples
    --------
    >>> proposed_protocol("argatroban", child_pugh="B")[0]
    'argatroban-smpc-reduced'
    """
    seeds = proved()
    site = seeds.site
    patient, _ = derive(check(inputs))
    findings: list[Finding] = []
    chosen = next(iter(site.protocols.get(drug, ())), None)
    if drug in site.titration:
        outputs, findings = look_up(seeds, seeds.tables[site.titration[drug]], patient)
        chosen = outputs.get("protocol")
        if chosen is None:
            findings = [say("to-propose", needed=f.text) for f in findings]
    if not site.confirmed and chosen is not None:
        findings.append(say("protocol-proposed"))
    return chosen, ordered(findings)
