"""Handbooks made for tests: the shipped policy, changed where a test says so."""

from __future__ import annotations

from datetime import tzinfo
from pathlib import Path
from typing import Any

import svcctl.handbook
from svcctl.base.record import Record
from svcctl.book import toml
from svcctl.handbook.lookup import Handbook
from tests.support.builders import ZONE

TEMPLATE = Path(svcctl.handbook.__file__).parent / "template" / "policy.toml"


def shipped(day: str = "2026-01-01") -> Record:
    """Return the policy that `init` writes, in force from a day."""
    return toml.parse(TEMPLATE.read_bytes()) | {"id": day}


def limit(duty: str, within: str, kind: str = "complaint", severity: str = "") -> dict[str, Any]:
    """Return one row of a policy."""
    row = {"duty": duty, "kind": kind, "within": within, "owner": "agent", "rule": "house"}
    return row | ({"severity": severity} if severity else {})


def policy(day: str, *limits: dict[str, Any], **more: object) -> Record:
    """Return a policy file that states these limits and nothing else."""
    return {"id": day, "title": "house rules", "limit": list(limits), **more}


def handbook(*files: Record, zone: tzinfo = ZONE) -> Handbook:
    """Return a handbook of these policy files, of the shipped one if none is given."""
    return Handbook(files or (shipped(),), {}, zone, "test")
