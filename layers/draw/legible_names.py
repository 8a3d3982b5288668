"""Names that can be drawn, for documents that must not fail because of one name."""

from __future__ import annotations

from dataclasses import replace

from layers.plan.fault import printable
from layers.plan.plan import Plan


def with_legible_names(plan: Plan) -> Plan:
    """Return `plan` with control characters in the names of its sites escaped, so that the names can be drawn."""

    def shown(words: str) -> str:
        return printable(words, limit=len(words) + 1)

    sites = {
        key: replace(site, name=type(site.name)(*(shown(words) for words in site.name)))
        for key, site in plan.sites.items()
        if not all(words.isprintable() for words in site.name)
    }
    return replace(plan, sites={**plan.sites, **sites}) if sites else plan
