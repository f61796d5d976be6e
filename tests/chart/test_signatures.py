"""With signatures required, every image of a namespace that the controller watches is named by a policy."""

from __future__ import annotations

import re

import pytest

from apps.common.testing.iteration import some
from tests.chart.policies.model import pods
from tests.chart.render import Object, of_kind, render

REQUIRED = (
    "global.images.registry=shop.azurecr.io",
    "global.images.signatures.required=true",
    "global.images.signatures.repository=https://github.com/acme/shop",
)
DIGEST = "sha256:" + "a" * 64


def as_admitted(image: str) -> str:
    """The name under which Sigstore's policy-controller looks for policies: by digest, Docker Hub by its real host."""
    repository = re.sub(r":[^/]*$", "", image.partition("@")[0])
    return re.sub(r"^docker\.io/", "index.docker.io/", repository) + f"@{DIGEST}"


def matching(objects: list[Object], image: str) -> list[str]:
    """Policies whose globs take the image: `*` is anything but a slash, `**` anything."""
    return [
        policy["metadata"]["name"]
        for policy in of_kind(objects, "ClusterImagePolicy")
        for entry in policy["spec"]["images"]
        if re.fullmatch(
            ".*".join("[^/]*".join(map(re.escape, part.split("*"))) for part in entry["glob"].split("**")), image
        )
    ]


@pytest.mark.parametrize("environment", ["local", "dev", "prod"])
def test_every_image_is_named_by_one_policy(environment):
    """The controller refuses an image that no policy names, whoever made it."""
    objects = render(environment, settings=REQUIRED)
    assert all(
        item["metadata"]["labels"]["policy.sigstore.dev/include"] for item in some(of_kind(objects, "Namespace"))
    )
    images = {
        container["image"]
        for pod in pods(objects)
        for container in (*pod.spec["containers"], *pod.spec.get("initContainers", ()))
    }
    for image in some(images):
        wanted = "streamcart" if image.startswith("shop.azurecr.io/streamcart/") else "streamcart-servers"
        assert matching(objects, as_admitted(image)) == [wanted], image


def test_policies_admit_acme_solver_pods():
    """cert-manager makes them in the namespace of the certificate."""
    solver = as_admitted("quay.io/jetstack/cert-manager-acmesolver:v1.21.2")
    assert matching(render("prod", settings=REQUIRED), solver) == ["streamcart-servers"]


@pytest.mark.parametrize(
    "image",
    [
        "docker.io/library/postgres-of-mine:1",
        "docker.io/acme/postgres:18",
        "evil.example/docker.io/library/postgres:18",
    ],
)
def test_unnamed_images_are_refused(image):
    assert matching(render("dev", settings=REQUIRED), as_admitted(image)) == []


def test_images_need_no_signature_by_default():
    objects = render("prod")
    assert not of_kind(objects, "ClusterImagePolicy")
    assert not any(
        "policy.sigstore.dev/include" in item["metadata"]["labels"] for item in of_kind(objects, "Namespace")
    )
