"""The policies over what Terraform plans with mocked providers: the provider's own schema and defaults worked out."""

from __future__ import annotations

import pytest

from tests.terraform import bootstrap_policies
from tests.terraform.configuration import ENVIRONMENTS, Resource
from tests.terraform.policies import ENVIRONMENT_POLICIES
from tests.terraform.running import copy, planned
from tests.terraform.test_mutations import BROKEN, broken

# What a plan does not hold: whether it may destroy.
NOT_IN_PLANS = {"kept"}


def objections(root, name: str, data) -> list[str]:
    found: list[Resource] = planned(root, name, data)
    assert len(found) > 20, "the plan came to nothing"
    if name == "bootstrap":
        return bootstrap_policies.violations(root, found)
    policies = {key: policy for key, policy in ENVIRONMENT_POLICIES.items() if key not in NOT_IN_PLANS}
    return [f"{key}: {path}" for key, policy in policies.items() for path in policy(found)]


@pytest.mark.parametrize("name", [*ENVIRONMENTS, "bootstrap"])
def test_plans_keep_the_policies(name, tmp_path):
    assert objections(copy(tmp_path), name, tmp_path / "data") == []


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("prod", "a clustered Redis"),
        ("prod", "keys of Redis"),
        ("prod", "servers in one subnet"),
        ("prod", "passwords of databases"),
        ("prod", "a writer of records that cannot list zones"),
        ("prod", "a way out through one zone"),
        ("prod", "a database without logs"),
        ("dev", "nodes that no budget counts"),
        ("dev", "a database without dumps"),
        ("bootstrap", "a pipeline that owns a subscription"),
        ("bootstrap", "a pipeline that gives any role"),
        ("bootstrap", "a role for plans that reads secrets"),
        ("bootstrap", "a plan that does not see the registry"),
        ("bootstrap", "a subscription without encryption at the host"),
    ],
)
def test_a_fault_is_seen_in_the_plan(name, fault, tmp_path):
    root = copy(tmp_path)
    broken(root, *BROKEN[fault])
    assert objections(root, name, tmp_path / "data")
