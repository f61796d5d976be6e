"""Policies as code: each looks at all rendered objects and says, in sentences, what must not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.chart.policies import environment, networking, pods, references
from tests.chart.render import Object

type Policy = Callable[[list[Object]], Iterator[str]]

POLICIES: dict[str, Policy] = {
    policy.__name__: policy
    for policy in (
        pods.restricted,
        pods.bounded,
        pods.pinned,
        pods.probed,
        pods.without_tokens,
        pods.drained,
        pods.disruptable,
        pods.scaled_by_one,
        references.selectors_match,
        references.services_have_pods,
        references.names_resolve,
        references.targets_exist,
        networking.denied_by_default,
        networking.peers_exist,
        networking.both_sides_agree,
        networking.rules_name_peers,
        networking.namespaces_are_restricted,
        networking.names_resolve_on_every_node,
        networking.challenges_reach_the_solver,
        environment.complete,
        environment.known,
    )
}


def violations(objects: list[Object]) -> list[str]:
    """Everything that any policy objects to, with the policy's name."""
    return [f"{name}: {sentence}" for name, policy in POLICIES.items() for sentence in policy(objects)]
