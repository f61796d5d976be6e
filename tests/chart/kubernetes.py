"""Strict validation against Kubernetes' own schemas, every object once however often it is rendered."""

from __future__ import annotations

import functools
import json

from kubernetes_validate import validate
from kubernetes_validate.utils import SchemaNotFoundError, ValidationError

from tests.chart.render import Object

VERSIONS = ("1.35", "1.36", "1.37")
# Groups whose definitions come with other projects (tests/chart/crds).
FOREIGN = (".coreos.com", "external-secrets.io", "keda.sh", "cert-manager.io", "gateway.networking.k8s.io")


def is_foreign(item: Object) -> bool:
    return item["apiVersion"].partition("/")[0].endswith(FOREIGN)


def findings(objects: list[Object], version: str) -> list[str]:
    """What the schemas of this release of Kubernetes object to; unknown fields are refused."""
    own = [item for item in objects if not is_foreign(item)]
    messages = ((item, _finding(json.dumps(item, sort_keys=True), version)) for item in own)
    return [f"{item['kind']} {item['metadata']['name']}: {message}" for item, message in messages if message]


@functools.cache
def _finding(text: str, version: str) -> str:
    try:
        validate(json.loads(text), version, strict=True)
    except ValidationError as error:
        return f"{'.'.join(map(str, error.path))}: {error.message}"
    except SchemaNotFoundError as error:
        return str(error)
    return ""
