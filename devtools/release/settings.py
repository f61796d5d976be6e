"""What a newcomer changes, `infra/settings.yaml`, written wherever it is needed.

    python -m devtools.release.settings write                # `make settings`
    python -m devtools.release.settings check                # part of `make lint`
    python -m devtools.release.settings take dev < values.json   # keep Terraform's output `values`, then write
    python -m devtools.release.settings get name             # print one setting

What is written follows from the settings and from `infra/outputs/<environment>.json` alone, so it can be made again at
any time. Nothing here is secret: names, addresses, client IDs.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from devtools.errors import DevToolsError
from devtools.project import DATA_SERVICES, ROOT, SERVICES
from devtools.release.manifests import ENVIRONMENTS, NEVER_RELEASED, manifest, with_image

MANIFESTS = ("addons-project.yaml", "addons.yaml", "bootstrap.yaml", "project.yaml", "services.yaml")
# The only addresses on github.com in those manifests are the shop's own repository.
REPOSITORY = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+")
RANGE = re.compile(r"(\d{1,3}\.){3}\d{1,3}/([89]|[12]\d|3[0-2])")
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# What each value must look like, and how to say it.
RULES: dict[str, tuple[str, str]] = {
    "name": (r"[a-z][a-z0-9]{2,9}", "3 to 10 lower-case letters and digits, a letter first"),
    "contact": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "an e-mail address"),
    "sender": (r"[^<>\"\n]+ <[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+>", "a name and an address: Shop <hello@shop.example>"),
    "alerts.to": (
        r"[^@\s,]+@[^@\s,]+\.[^@\s,]+(, *[^@\s,]+@[^@\s,]+\.[^@\s,]+)*",
        "addresses with commas between",
    ),
    "alerts.smarthost": (r"[A-Za-z0-9.-]+:\d+", "a mail server and its port: smtp.example:587"),
    "alerts.username": (r"\S*", 'a user at the mail server, or ""'),
    "location": (r"[a-z][a-z0-9]+", "an Azure region such as westeurope"),
    "github.owner": (r"[A-Za-z0-9-]+", "an organisation or a user on GitHub"),
    "github.repository": (r"[\w.-]+", "a repository's name"),
    "github.owner_id": (r"\d+", "a number (see the file's comment)"),
    "github.repository_id": (r"\d+", "a number (see the file's comment)"),
    "azure.tenant_id": (UUID, "a UUID (see the file's comment)"),
    "azure.administrators_group": (r"\S(.*\S)?", "the name of a group in Entra ID"),
    "azure.administrators_group_id": (UUID, "a UUID (see the file's comment)"),
    **{f"security.{switch}": (r"True|False", "true or false") for switch in ("defender", "policies")},
    **{f"environments.{name}.subscription_id": (UUID, "a subscription's UUID") for name in ENVIRONMENTS},
    **{f"environments.{name}.host": (r"([a-z0-9-]+\.)+[a-z]{2,}", "a host name") for name in ENVIRONMENTS},
}
# What Terraform's output `values` holds beside the environment's name.
OUTPUTS = {
    *("accounts", "endpoints_cidr", "identities", "kubelet_client_id", "postgres", "redis"),
    *("registry", "resource_group", "vault_uri"),
}
# Receivers that reach people; `heartbeat` only shows that notifications arrive.
RECEIVERS = ("email", "teams", "webhook")
WRITTEN = "# Written by `make settings` from infra/settings.yaml and Terraform's outputs: do not edit.\n"


def load(root: Path = ROOT) -> dict[str, Any]:
    """The settings, checked. Raises DevToolsError that names every value that is not right."""
    try:
        settings = yaml.safe_load((root / "infra" / "settings.yaml").read_text())
    except (OSError, yaml.YAMLError) as error:
        raise DevToolsError(f"infra/settings.yaml cannot be read: {error}") from error
    wrong = [
        f"{key} is {found!r}; it must be {words}"
        for key, (pattern, words) in RULES.items()
        if not re.fullmatch(pattern, str(found := _at(settings, key)))
    ]
    for name in ENVIRONMENTS:
        ranges = _at(settings, f"environments.{name}.authorised_ranges")
        if not isinstance(ranges, list) or not all(
            re.fullmatch(r"[\d.]+/([89]|[12]\d|3[0-2])", str(r)) for r in ranges
        ):
            wrong.append(f"environments.{name}.authorised_ranges must be a list of CIDR ranges such as 203.0.113.0/24")
        wrong += _wrong_receivers(name, _at(settings, f"environments.{name}.alerts"))
    if wrong:
        raise DevToolsError("infra/settings.yaml: " + "; ".join(wrong) + ".")
    return settings


def _wrong_receivers(environment: str, receivers: Any) -> list[str]:
    """Mistakes in an environment's receivers of alerts. Production must reach somebody."""
    key = f"environments.{environment}.alerts"
    if not isinstance(receivers, list) or not {*map(str, receivers)} <= {*RECEIVERS, "heartbeat"}:
        return [f"{key} must be a list of email, teams, webhook and heartbeat"]
    if environment == "prod" and not {*receivers} & {*RECEIVERS}:
        return [f"{key} reaches nobody: name email, teams or webhook"]
    return []


def _at(settings: Any, dotted: str) -> Any:
    for key in dotted.split("."):
        settings = settings.get(key) if isinstance(settings, dict) else None
    return settings


def get(root: Path, key: str) -> str:
    """One setting, for the scripts in scripts/azure. Raises DevToolsError when there is none of that name."""
    found = _at(load(root), key)
    if found is None or isinstance(found, dict | list):
        raise DevToolsError(f"infra/settings.yaml has no value {key}.")
    return str(found)


def outputs(root: Path, environment: str) -> dict[str, Any]:
    """Terraform's outputs of an environment, or {} before its first run."""
    path = root / "infra" / "outputs" / f"{environment}.json"
    return json.loads(path.read_text()) if path.is_file() else {}


def take(root: Path, environment: str, text: str) -> None:
    """Keep Terraform's output `values`. Raises DevToolsError when it is not that, or another environment's."""
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise DevToolsError("This is no JSON: pipe `terraform output -json values` in.") from error
    if not isinstance(found, dict) or not found.keys() >= OUTPUTS:
        raise DevToolsError("This is not Terraform's output `values`: pipe `terraform output -json values` in.")
    if found.get("environment") != environment:
        raise DevToolsError(f"These are the values of {found.get('environment')}, not of {environment}.")
    path = root / "infra" / "outputs" / f"{environment}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")


def files(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Every file that follows from the settings, with what it must hold. Raises DevToolsError."""
    settings = load(root)
    address = "https://github.com/{owner}/{repository}".format(**settings["github"])
    yield from _without_another_s_releases(root, address)
    for name in MANIFESTS:
        path = root / "argocd" / name
        yield path, REPOSITORY.sub(address, path.read_text())
    for environment in ENVIRONMENTS:
        made = outputs(root, environment)
        folder = root / "argocd" / "environments" / environment
        yield folder / "azure.yaml", _document(shop_values(settings, environment, made))
        yield folder / "addons" / "external-secrets.yaml", _document(external_secrets(settings, made))
        yield folder / "addons" / "external-dns.yaml", _document(external_dns(settings, environment, made))
    # Where Terraform keeps its states, as it reads that, and as `azd` does.
    state = {
        "resource_group_name": f"{settings['name']}-terraform",
        "storage_account_name": f"{settings['name']}tfstate",
    }
    folder = root / "infra" / "terraform" / "environments"
    for name in ("bootstrap", *ENVIRONMENTS):
        yield folder / name / "backend.hcl", WRITTEN + "".join(f'{key:<20} = "{its}"\n' for key, its in state.items())
    yield folder / "dev" / "provider.conf.json", json.dumps(state, indent=2) + "\n"


def _without_another_s_releases(root: Path, address: str) -> Iterator[tuple[Path, str]]:
    """A copy of this repository begins without releases: those that it came with are commits that it does not have."""
    before = REPOSITORY.search((root / "argocd" / "bootstrap.yaml").read_text())
    if before is None or before[0] == address:
        return
    for environment in ENVIRONMENTS:
        for service in SERVICES:
            path = manifest(root, environment, service)
            yield path, with_image(path.read_text(), NEVER_RELEASED)


def shop_values(settings: dict[str, Any], environment: str, made: dict[str, Any]) -> dict[str, Any]:
    """The chart's values that are names of things in Azure. What Terraform has not made yet is left out."""
    repository = "https://github.com/{owner}/{repository}".format(**settings["github"])
    runbook = f"{repository}/blob/main/docs/runbooks/alerts.md"
    shop: dict[str, Any] = {
        "global": {
            "host": settings["environments"][environment]["host"],
            "azure": {"tenantId": settings["azure"]["tenant_id"]},
            # Whose workflow signs the images, for whoever switches `required` on.
            "images": {"signatures": {"repository": repository}},
            "routing": {"tls": {"acmeEmail": settings["contact"]}},
            "email": {"from": settings["sender"]},
            "monitoring": {"runbookUrl": runbook, "alerts": alerts(settings, environment)},
        }
    }
    if not made:
        return shop
    endpoints = [made["endpoints_cidr"]]
    shop["global"]["images"]["registry"] = made["registry"]
    shop["global"]["azure"]["kubeletClientId"] = made["kubelet_client_id"]
    for service in SERVICES:
        its = made["identities"][service]
        shop[service] = {"workloadIdentity": {"clientId": its["client_id"], "principalId": its["principal_id"]}}
    if made["redis"]:
        shop["global"]["redis"] = {"external": {"host": made["redis"]["host"], "authentication": "entra"}}
        shop["global"].setdefault("network", {})["redisCidrs"] = endpoints
    if made["accounts"]:
        shop["global"]["defaults"] = {
            part: {"azure": {"account": made["accounts"][account], "resourceGroup": made["resource_group"]}}
            for part, account in (("files", "media"), ("backup", "backup"))
            if account in made["accounts"]
        }
        shop["global"].setdefault("network", {})["storageCidrs"] = endpoints
    if "uploads" in made["accounts"]:
        shop["video"]["uploads"] = {"azure": {"account": made["accounts"]["uploads"]}}
    for service in DATA_SERVICES if made["postgres"] else ():
        shop[service]["postgres"] = {"external": _external_postgres(made["postgres"][service])}
    return shop


def alerts(settings: dict[str, Any], environment: str) -> dict[str, Any]:
    """Receivers of the environment's alerts; passwords and URLs are given by their names in the vault."""
    chosen = settings["environments"][environment]["alerts"]
    values: dict[str, Any] = {
        name: {"secretName": f"alerts-{name}-url"} for name in ("teams", "webhook", "heartbeat") if name in chosen
    }
    if "email" in chosen:
        values["email"] = {key: settings["alerts"][key] for key in ("to", "smarthost")} | {"from": settings["sender"]}
        if user := settings["alerts"]["username"]:
            values["email"] |= {"username": user, "passwordSecretName": "alerts-email-password"}
    return values


def _external_postgres(server: dict[str, Any]) -> dict[str, Any]:
    """A server that knows identities alone: where it is, and as whom a Job makes the service's role and database."""
    administrator = server["administrator"]
    return {
        "host": server["host"],
        "authentication": "entra",
        "cidrs": [server["cidr"]],
        "administrator": {"user": administrator["user"], "clientId": administrator["client_id"]},
    }


def external_secrets(settings: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """The operator's identity and the store `key-vault`, which the chart's ExternalSecrets name."""
    if not made:
        return {}
    store = {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ClusterSecretStore",
        "metadata": {
            "name": "key-vault",
            # Its definition comes with the same chart.
            "annotations": {
                "argocd.argoproj.io/sync-options": "SkipDryRunOnMissingResource=true",
                "argocd.argoproj.io/sync-wave": "1",
            },
        },
        "spec": {
            "provider": {
                "azurekv": {
                    "authType": "WorkloadIdentity",
                    "tenantId": settings["azure"]["tenant_id"],
                    "vaultUrl": made["vault_uri"],
                    "serviceAccountRef": {"name": "external-secrets", "namespace": "external-secrets"},
                }
            }
        },
    }
    return {"serviceAccount": _signs_in_as(settings, made, "external-secrets"), "extraObjects": [store]}


def external_dns(settings: dict[str, Any], environment: str, made: dict[str, Any]) -> dict[str, Any]:
    """Settings of external-dns: the DNS zone that it writes, and its identity."""
    its = settings["environments"][environment]
    values: dict[str, Any] = {"domainFilters": [its["host"]], "txtOwnerId": f"{settings['name']}-{environment}"}
    if made:
        configuration = {
            "tenantId": settings["azure"]["tenant_id"],
            "subscriptionId": its["subscription_id"],
            "resourceGroup": made["resource_group"],
            "useWorkloadIdentityExtension": True,
        }
        values["serviceAccount"] = _signs_in_as(settings, made, "external-dns")
        values["secretConfiguration"] = {
            "enabled": True,
            "mountPath": "/etc/kubernetes/",
            "data": {"azure.json": json.dumps(configuration)},
        }
    return values


def _signs_in_as(settings: dict[str, Any], made: dict[str, Any], name: str) -> dict[str, Any]:
    return {
        "annotations": {
            "azure.workload.identity/client-id": made["identities"][name]["client_id"],
            "azure.workload.identity/tenant-id": settings["azure"]["tenant_id"],
        }
    }


def _document(values: dict[str, Any]) -> str:
    return WRITTEN + yaml.safe_dump(values, sort_keys=False, width=1000)


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Returns the exit code; errors that can be fixed by hand are reported in one sentence."""
    parser = argparse.ArgumentParser(prog="settings", description="Write infra/settings.yaml wherever it is needed.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("write", help="write every file that follows from the settings")
    commands.add_parser("check", help="say which files do not follow from the settings")
    getting = commands.add_parser("get", help="print one setting, such as environments.dev.host")
    getting.add_argument("key")
    taking = commands.add_parser("take", help="keep Terraform's output `values` (standard input), then write")
    taking.add_argument("environment", choices=ENVIRONMENTS)
    options = parser.parse_args(arguments)
    try:
        if options.command == "get":
            print(get(root, options.key))
            return 0
        if options.command == "take":
            take(root, options.environment, sys.stdin.read())
        stale = [(path, text) for path, text in files(root) if not path.is_file() or path.read_text() != text]
    except DevToolsError as error:
        print(f"settings: {error}", file=sys.stderr)
        return 1
    for path, text in stale:
        print(path.relative_to(root))
        if options.command != "check":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if options.command == "check" and stale:
        print("settings: these do not follow from infra/settings.yaml; run `make settings`.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
