"""A real Kubernetes API server, which KUBECONFIG names, and nothing of a shop in it that is not these tests' own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from tests.cluster.cluster import MARK, NAMESPACES, find, kubectl, listed, sweep

# Storage classes that the values for AKS name, made from the cluster's default one where it has none of these names.
CLASSES = ("managed-csi", "azurefile-csi", "expandable")


@pytest.fixture(autouse=True, scope="session")
def cluster() -> Iterator[None]:
    """Empty before and after. Skips without KUBECONFIG, and never touches a cluster that holds somebody's shop."""
    if not os.environ.get("KUBECONFIG"):
        pytest.skip("KUBECONFIG names no cluster: nothing was installed (scripts/ci/kind.sh makes one)")
    namespace, name = MARK
    if not find("configmap", name, namespace):
        if held := [item for item in NAMESPACES if find("namespace", item)]:
            pytest.exit(
                f"The cluster of KUBECONFIG has namespaces of a shop ({', '.join(held)}); give an empty one.", 1
            )
        kubectl("create", "configmap", name, "--namespace", namespace)
    sweep()
    _make_storage_classes()
    yield
    sweep()


def _make_storage_classes() -> None:
    classes = json.loads(kubectl("get", "storageclasses", "--output=json"))["items"]
    annotation = "storageclass.kubernetes.io/is-default-class"
    default = next(item for item in classes if item["metadata"].get("annotations", {}).get(annotation) == "true")
    for name in CLASSES:
        if name not in [item["metadata"]["name"] for item in classes]:
            made = {key: value for key, value in default.items() if key != "metadata"} | {"metadata": {"name": name}}
            made["allowVolumeExpansion"] = name == "expandable"
            kubectl("apply", "--server-side", "--filename=-", stdin=json.dumps(made))


@pytest.fixture(scope="session")
def tag() -> str:
    """Tag of the images that the cluster can run; `<tag>-next` is the same again, `<tag>-broken` never starts."""
    return os.environ.get("TEST_IMAGE_TAG", "0.1.0")


@pytest.fixture(scope="module")
def empty() -> Iterator[None]:
    """A module of its own begins and ends with nothing."""
    if listed("deployments"):
        sweep()
    yield
    sweep()
