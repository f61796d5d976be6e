"""values.schema.json of the umbrella chart and of each subchart, made from their values.

`python -m devtools.checks.chart_schema` writes them. Types follow from the defaults, every map is closed, so a misspelt
key is refused by Helm; what a default cannot say (choices, patterns, free maps) stands in RULES.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import yaml

from devtools.project import ROOT

CHART = ROOT / "charts" / "streamcart"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
type Schema = dict[str, Any]

QUANTITY: Schema = {"type": "string", "pattern": r"^[0-9]+(Mi|Gi|Ti)$"}
MEMORY: Schema = {"type": "string", "pattern": r"^[0-9]+(Mi|Gi)$"}
CPU: Schema = {"type": "string", "pattern": r"^([0-9]+m|[0-9]+(\.[0-9]+)?)$"}
STRINGS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
PORT: Schema = {"type": "integer", "minimum": 1, "maximum": 65535}
PERCENT: Schema = {"type": "integer", "minimum": 1, "maximum": 100}
SHARE: Schema = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100}
NAME: Schema = {"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"}
CIDRS: Schema = {"type": "array", "items": {"type": "string", "pattern": r"^[0-9a-f.:]+/[0-9]+$"}}
OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}
AUTHENTICATION: Schema = {"enum": ["password", "entra"]}
# The name of a value in the vault, or nothing.
VAULT_NAME: Schema = {"type": "string", "pattern": "^[a-z0-9-]*$"}
SERVICES = ("ui", "catalog", "auth", "payment", "video")
# What a service may lack for good.
PARTS = ("postgres", "worker", "beat", "events", "files", "backup")
SERVICE: Schema = {"enum": list(SERVICES)}
SERVICE_LIST: Schema = {"type": "array", "items": SERVICE, "uniqueItems": True}
RESOURCES: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["requests", "limits"],
    "properties": {
        "requests": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"cpu": CPU, "memory": MEMORY},
        },
        "limits": {"type": "object", "additionalProperties": False, "properties": {"cpu": CPU, "memory": MEMORY}},
    },
}
BODY_SIZE: Schema = {"type": "string", "pattern": "^[0-9]+[km]$"}
ROUTE: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["service", "namespace", "path", "port", "maxBodySize"],
    "properties": {
        "service": SERVICE,
        "namespace": NAME,
        "path": {"type": "string", "pattern": "^/[a-z0-9/-]*$"},
        "port": PORT,
        "maxBodySize": BODY_SIZE,
        "uploads": {
            "type": "object",
            "additionalProperties": False,
            "required": ["maxBodySize", "paths"],
            "properties": {
                "maxBodySize": BODY_SIZE,
                # A regular expression without what ends a path or a capture in a controller's configuration.
                "paths": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": r"^(?:[A-Za-z0-9_./|+*^\[\]-]|\(\?:|\))+$"},
                },
            },
        },
    },
}
FILE_ROUTE: Schema = {
    "type": "object",
    "additionalProperties": False,
    "required": ["service", "path"],
    "properties": {"service": SERVICE, "path": {"type": "string", "pattern": "^/[a-z0-9/-]+$"}},
}

# What a value must be beyond the type of its default; by path, `*` for any one key.
RULES: dict[str, Schema] = {
    "tags": {
        "type": "object",
        "additionalProperties": {"type": "boolean"},
        "propertyNames": {"enum": ["all", *SERVICES, "redis"]},
    },
    "global.host": {"type": "string", "pattern": r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$"},
    "global.scheme": {"enum": ["http", "https"]},
    "global.environment": {"enum": ["local", "dev", "prod"]},
    "global.images.pullPolicy": {"enum": ["IfNotPresent", "Always", "Never"]},
    "global.images.pullSecrets": {"type": "array", "items": NAME},
    "global.routing.flavor": {"enum": ["nginx", "ingress-nginx", "gateway"]},
    "global.routing.hiddenPaths": {"type": "array", "items": {"type": "string", "pattern": "^[a-z]+$"}, "minItems": 1},
    "global.routing.routes": {"type": "array", "items": ROUTE, "minItems": 1},
    **{
        f"global.routing.limits.{name}": {"type": "integer", "minimum": 1}
        for name in ("requestsPerSecond", "burst", "connections", "uploadsPerMinute", "uploadBurst")
    },
    "global.routing.files": {"type": "array", "items": FILE_ROUTE},
    "global.routing.controllerNamespace": NAME,
    "global.network.calls": {"type": "object", "additionalProperties": SERVICE_LIST, "propertyNames": SERVICE},
    "global.network.testedByPurchase": SERVICE_LIST,
    "global.network.dns.podLabels": STRINGS,
    "global.network.dns.nodeCidrs": CIDRS,
    "global.network.redisCidrs": CIDRS,
    "global.network.storageCidrs": CIDRS,
    "global.network.kedaNamespace": NAME,
    "global.network.privateCidrs": CIDRS,
    "global.network.smtpPort": {"type": "integer", "minimum": 0, "maximum": 65535},
    "global.secrets.source": {"enum": ["generate", "external"]},
    "global.secrets.store.kind": {"enum": ["SecretStore", "ClusterSecretStore"]},
    "global.secrets.services": {
        "type": "object",
        "propertyNames": {"enum": [*SERVICES, "redis"]},
        "additionalProperties": {
            "type": "object",
            "propertyNames": {"pattern": "^[A-Z][A-Z0-9_]*$"},
            "additionalProperties": {"type": "string", "pattern": "^[a-z0-9-]+$"},
        },
    },
    "global.redis.external.port": PORT,
    "global.redis.external.authentication": AUTHENTICATION,
    "global.monitoring.labels": STRINGS,
    "global.monitoring.alerts.email.smarthost": {"type": "string", "pattern": r"^([A-Za-z0-9.-]+:\d+)?$"},
    "global.monitoring.alerts.email.passwordSecretName": VAULT_NAME,
    **{f"global.monitoring.alerts.{name}.secretName": VAULT_NAME for name in ("teams", "webhook", "heartbeat")},
    "global.monitoring.slo.availabilityPercent": SHARE,
    "global.monitoring.slo.latencyPercent": SHARE,
    # The bounds of django-prometheus' histogram: another number would match no bucket.
    "global.monitoring.slo.latencySeconds": {"enum": [0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 2.5, 7.5]},
    "env": {
        "type": "object",
        "propertyNames": {"pattern": "^[A-Z][A-Z0-9_]*$"},
        "additionalProperties": {"type": "string"},
    },
    "serviceAccountAnnotations": STRINGS,
    "podLabels": STRINGS,
    "podAnnotations": STRINGS,
    "nodeSelector": STRINGS,
    "tolerations": OBJECTS,
    "affinity": {"type": "object"},
    "extraEnv": OBJECTS,
    "extraVolumes": OBJECTS,
    "extraVolumeMounts": OBJECTS,
    "extraObjects": {"type": "array", "items": {"type": "object", "required": ["apiVersion", "kind", "metadata"]}},
    "namespace": NAME,
    "logLevel": {"enum": ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]},
    "image.digest": {"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"},
    # That it does not move is the template's to say (common.image): a schema's message would be "'not' failed".
    "image.tag": {"type": "string", "pattern": "^[A-Za-z0-9_.-]*$"},
    "web.replicas": {"type": "integer", "minimum": 1},
    "web.workers": {"type": "integer", "minimum": 1},
    "web.threads": {"type": "integer", "minimum": 1},
    "web.autoscaling.cpuPercent": PERCENT,
    "worker.scratch": QUANTITY,
    "worker.concurrency": {"type": "integer", "minimum": 1},
    "postgres.storage": QUANTITY,
    "postgres.external.port": PORT,
    "postgres.external.authentication": AUTHENTICATION,
    "postgres.external.cidrs": CIDRS,
    "postgres.external.sslMode": {"enum": ["require", "verify-ca", "verify-full"]},
    "files.kind": {"enum": ["volume", "azure"]},
    "files.storage": QUANTITY,
    "files.accessMode": {"enum": ["ReadWriteOnce", "ReadWriteMany"]},
    "files.public": {"type": "string", "pattern": "^[a-z]+$"},
    "backup.kind": {"enum": ["volume", "azure"]},
    "backup.storage": QUANTITY,
    "backup.retentionDays": {"type": "integer", "minimum": 1},
    "backup.restore": {"type": "string", "pattern": r"^([A-Za-z0-9._-]+\.dump)?$"},
    "restoreDrill.storage": QUANTITY,
    "storage": QUANTITY,
    "provider": {"enum": ["sandbox", "stripe", "none"]},
    "stripe.publishableKey": {"type": "string", "pattern": "^(pk_(test|live)_[A-Za-z0-9]+)?$"},
    "stripe.secretKeyName": NAME,
    "stripe.webhookSecretsName": NAME,
    "users": SERVICE_LIST,
    "customers.visitors": {"type": "integer", "minimum": 1, "maximum": 50},
    "customers.pauseSeconds": {"type": "number", "minimum": 0.1, "maximum": 60},
    "customers.buyShare": {"type": "integer", "minimum": 0, "maximum": 100},
    "encoding.preset": {"enum": ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower"]},
}


def schemas() -> dict[Path, str]:
    """The text of every values.schema.json by its path."""
    umbrella = _values(CHART / "values.yaml")
    defaults = umbrella["global"]["defaults"]
    shared = _schema_of(umbrella["global"], "global")
    shared["properties"]["defaults"] = _service({}, defaults)
    texts: dict[Path, str] = {}
    properties: Schema = {"tags": RULES["tags"], "global": shared}
    for name in (*SERVICES, "redis"):
        folder = CHART / "charts" / name
        own = _values(folder / "values.yaml")
        schema = _schema_of(own, "") if name == "redis" else _service(own, defaults)
        # Helm hands the umbrella's globals to every subchart, and may add the library's empty values.
        schema["properties"] |= {"global": {"type": "object"}}
        texts[folder / "values.schema.json"] = _text(schema)
        # The subchart's own schema says what it takes.
        properties[name] = {"type": "object"}
    properties["common"] = {"type": "object"}
    texts[CHART / "values.schema.json"] = _text(
        {"type": "object", "additionalProperties": False, "properties": properties}
    )
    return texts


def _service(own: dict[str, Any], defaults: dict[str, Any]) -> Schema:
    """A service may set what it has itself and everything that has a default.

    A part that its values switch off is one that it lacks: its chart has no templates for it.
    """
    schema = _schema_of(_merged(defaults, own), "")
    for part in PARTS:
        if own.get(part, {}).get("enabled") is False:
            schema["properties"][part]["properties"]["enabled"] = {"const": False}
    return schema


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def _schema_of(value: Any, path: str) -> Schema:
    """The schema of a value by its default."""
    if path in RULES:
        return copy.deepcopy(RULES[path])
    if path.split(".")[-1] == "resources":
        return copy.deepcopy(RESOURCES)
    if isinstance(value, dict):
        properties = {key: _schema_of(below, f"{path}.{key}".lstrip(".")) for key, below in value.items()}
        return {"type": "object", "additionalProperties": False, "properties": properties}
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer", "minimum": 0}
    if isinstance(value, list):
        return {"type": "array"}
    return {"type": "string"}


def _values(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())


def _text(schema: Schema) -> str:
    return json.dumps({"$schema": DIALECT} | schema, indent=2) + "\n"


if __name__ == "__main__":
    for target, text in schemas().items():
        target.write_text(text)
