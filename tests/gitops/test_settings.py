"""One file of settings: what is written from it, what is refused, and that the shop still renders from it."""

from __future__ import annotations

import io
import ipaddress
import itertools
import json
import re
import shutil
import sys

import pytest
import yaml

from devtools.checks.chart_schema import CHART
from devtools.project import DATA_SERVICES, ROOT, SERVICES
from devtools.release import settings
from devtools.release.manifests import NEVER_RELEASED, Image, read_image, with_image
from tests.chart.policies import violations
from tests.chart.render import helm_run

MADE = {
    "environment": "prod",
    "accounts": {"media": "acmeprodmedia", "backup": "acmeprodbackup", "uploads": "acmeproduploads"},
    "endpoints_cidr": "10.20.4.0/24",
    "identities": {
        name: {"client_id": f"client-of-{name}", "principal_id": f"principal-of-{name}"}
        for name in (*SERVICES, "database-administrator", "external-secrets", "external-dns")
    },
    "kubelet_client_id": "client-of-kubelet",
    "postgres": {
        name: {
            "host": f"acme-{name}.postgres.database.azure.com",
            "cidr": f"10.20.5.{number * 16}/28",
            "administrator": {"user": "acme-prod-database-administrator", "client_id": "client-of-administrator"},
        }
        for number, name in enumerate(DATA_SERVICES)
    },
    "redis": {"host": "acme-redis.westeurope.redis.azure.net", "cidr": "10.20.4.0/24"},
    "registry": "acmeimages.azurecr.io",
    "resource_group": "acme-prod",
    "vault_uri": "https://acme-prod-kv.vault.azure.net/",
}


@pytest.fixture
def root(tmp_path):
    """A copy of what settings read and write."""
    for folder in ("argocd", "infra"):
        ignored = shutil.ignore_patterns(".terraform*", "outputs")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    return tmp_path


def change(root, **values):
    path = root / "infra" / "settings.yaml"
    found = yaml.safe_load(path.read_text())
    for dotted, value in values.items():
        *parents, last = dotted.split("__")
        place = found
        for parent in parents:
            place = place[parent]
        place[last] = value
    path.write_text(yaml.safe_dump(found))


def test_the_tree_follows_from_its_settings():
    assert settings.main(["check"]) == 0


def test_a_newcomer_changes_one_file(root, capsys):
    change(root, github__owner="acme", name="acme", environments__prod__host="shop.acme.example")
    assert settings.main(["check"], root) == 1
    assert "make settings" in capsys.readouterr().err
    assert settings.main(["write"], root) == 0
    manifests = "".join(path.read_text() for path in (root / "argocd").rglob("*.yaml"))
    assert "https://github.com/acme/streamcart" in manifests
    assert "github.com/streamcart/" not in manifests
    assert "shop.acme.example" in (root / "argocd/environments/prod/azure.yaml").read_text()
    assert "acmetfstate" in (root / "infra/terraform/environments/prod/backend.hcl").read_text()
    assert settings.main(["check"], root) == 0


def test_a_setting_is_printed(root, capsys):
    assert settings.main(["get", "environments.prod.host"], root) == 0
    assert capsys.readouterr().out == "streamcart.example\n"
    for key in ("environments", "environments.prod.colour"):
        assert settings.main(["get", key], root) == 1
        assert f"no value {key}" in capsys.readouterr().err


def test_every_root_knows_where_its_state_is(root):
    change(root, name="acme")
    settings.main(["write"], root)
    folder = root / "infra/terraform/environments"
    for name in ("bootstrap", "dev", "prod"):
        assert '"acmetfstate"' in (folder / name / "backend.hcl").read_text()
    assert json.loads((folder / "dev/provider.conf.json").read_text())["storage_account_name"] == "acmetfstate"


def test_comments_of_the_manifests_are_preserved(root):
    change(root, github__owner="acme")
    settings.main(["write"], root)
    before, after = ((place / "argocd/services.yaml").read_text() for place in (ROOT, root))
    assert after == before.replace("github.com/streamcart/streamcart", "github.com/acme/streamcart")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "Stream-Cart"}, "name is 'Stream-Cart'"),
        ({"contact": "nobody"}, "e-mail"),
        ({"sender": "hello@shop.example"}, "sender"),
        ({"security__defender": "perhaps"}, "security.defender"),
        ({"github__owner_id": "streamcart"}, "github.owner_id"),
        ({"azure__tenant_id": "mine"}, "azure.tenant_id"),
        ({"azure__administrators_group": ""}, "azure.administrators_group"),
        ({"environments__prod__host": "localhost"}, "environments.prod.host"),
        ({"environments__dev__authorised_ranges": ["everybody"]}, "CIDR"),
        ({"environments__prod__authorised_ranges": ["0.0.0.0/0"]}, "CIDR"),
        ({"alerts__to": "everybody"}, "alerts.to"),
        ({"alerts__smarthost": "smtp.shop.example"}, "alerts.smarthost"),
        ({"environments__dev__alerts": ["pager"]}, "environments.dev.alerts must be a list"),
        ({"environments__dev__alerts": None}, "environments.dev.alerts must be a list"),
        ({"environments__prod__alerts": []}, "environments.prod.alerts reaches nobody"),
        ({"environments__prod__alerts": ["heartbeat"]}, "environments.prod.alerts reaches nobody"),
    ],
)
def test_invalid_settings_are_named_and_nothing_is_written(root, capsys, values, words):
    before = (root / "argocd/environments/prod/azure.yaml").read_text()
    change(root, **values)
    assert settings.main(["write"], root) == 1
    assert words in capsys.readouterr().err
    assert (root / "argocd/environments/prod/azure.yaml").read_text() == before


def test_invalid_yaml_is_reported_in_one_sentence(root, capsys):
    (root / "infra/settings.yaml").write_text("name: [")
    assert settings.main(["write"], root) == 1
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps(MADE | {"environment": "dev"})])
def test_outputs_of_something_else_are_refused(root, monkeypatch, capsys, text):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert settings.main(["take", "prod"], root) == 1
    assert capsys.readouterr().err.startswith("settings: Th")
    assert not (root / "infra/outputs").exists()


def take(root, monkeypatch, made=MADE, environment="prod"):
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(made)))
    assert settings.main(["take", environment], root) == 0


def test_values_of_managed_data_are_written(root, monkeypatch):
    take(root, monkeypatch)
    shop = yaml.safe_load((root / "argocd/environments/prod/azure.yaml").read_text())
    assert shop["global"]["images"]["registry"] == "acmeimages.azurecr.io"
    assert re.fullmatch(r"https://github\.com/[\w-]+/[\w-]+", shop["global"]["images"]["signatures"]["repository"])
    assert shop["global"]["azure"]["kubeletClientId"] == "client-of-kubelet"
    assert shop["global"]["redis"] == {
        "external": {"host": "acme-redis.westeurope.redis.azure.net", "authentication": "entra"}
    }
    assert shop["global"]["network"] == {"redisCidrs": ["10.20.4.0/24"], "storageCidrs": ["10.20.4.0/24"]}
    assert shop["global"]["defaults"] == {
        "files": {"azure": {"account": "acmeprodmedia", "resourceGroup": "acme-prod"}},
        "backup": {"azure": {"account": "acmeprodbackup", "resourceGroup": "acme-prod"}},
    }
    assert shop["video"] == {
        "workloadIdentity": {"clientId": "client-of-video", "principalId": "principal-of-video"},
        "postgres": {
            "external": {
                "host": "acme-video.postgres.database.azure.com",
                "authentication": "entra",
                "cidrs": ["10.20.5.48/28"],
                "administrator": {"user": "acme-prod-database-administrator", "clientId": "client-of-administrator"},
            }
        },
        "uploads": {"azure": {"account": "acmeproduploads"}},
    }
    assert shop["ui"] == {"workloadIdentity": {"clientId": "client-of-ui", "principalId": "principal-of-ui"}}


def test_receivers_of_alerts_are_written_for_each_environment(root):
    change(root, environments__prod__alerts=["email", "teams", "webhook", "heartbeat"])
    assert settings.main(["write"], root) == 0
    alerts = {
        name: yaml.safe_load((root / f"argocd/environments/{name}/azure.yaml").read_text())["global"]["monitoring"][
            "alerts"
        ]
        for name in ("dev", "prod")
    }
    assert alerts["dev"] == {}
    assert alerts["prod"]["email"] == {
        "to": "platform@streamcart.example",
        "smarthost": "smtp.streamcart.example:587",
        "from": "StreamCart <hello@streamcart.example>",
        "username": "alerts@streamcart.example",
        "passwordSecretName": "alerts-email-password",
    }
    for name in ("teams", "webhook", "heartbeat"):
        assert alerts["prod"][name] == {"secretName": f"alerts-{name}-url"}


def test_a_mail_server_without_users_needs_no_password(root):
    change(root, alerts__username="")
    assert settings.main(["write"], root) == 0
    prod = yaml.safe_load((root / "argocd/environments/prod/azure.yaml").read_text())
    assert prod["global"]["monitoring"]["alerts"]["email"].keys() == {"to", "smarthost", "from"}


def test_each_service_reaches_its_own_server_only(root, monkeypatch):
    """Network policies are made of these ranges: two services must not share one, unless they share a server."""
    take(root, monkeypatch)
    shop = yaml.safe_load((root / "argocd/environments/prod/azure.yaml").read_text())
    ranges = [shop[service]["postgres"]["external"]["cidrs"] for service in DATA_SERVICES]
    networks = [ipaddress.ip_network(cidr) for cidrs in ranges for cidr in cidrs]
    assert len(networks) == len(DATA_SERVICES)
    assert not any(one.overlaps(other) for one, other in itertools.combinations(networks, 2))


def test_values_of_data_in_the_cluster_name_no_server(root, monkeypatch):
    made = MADE | {"environment": "dev", "postgres": None, "redis": None, "accounts": {"backup": "acmedevbackup"}}
    take(root, monkeypatch, made, "dev")
    shop = yaml.safe_load((root / "argocd/environments/dev/azure.yaml").read_text())
    assert "redis" not in shop["global"]
    assert shop["global"]["network"] == {"storageCidrs": ["10.20.4.0/24"]}
    assert shop["global"]["defaults"] == {
        "backup": {"azure": {"account": "acmedevbackup", "resourceGroup": "acme-prod"}}
    }
    assert all(shop[service].keys() == {"workloadIdentity"} for service in SERVICES)


def test_addons_sign_in_with_their_own_identities(root, monkeypatch):
    take(root, monkeypatch)
    addons = root / "argocd/environments/prod/addons"
    for name in ("external-dns", "external-secrets"):
        annotations = yaml.safe_load((addons / f"{name}.yaml").read_text())["serviceAccount"]["annotations"]
        assert annotations["azure.workload.identity/client-id"] == f"client-of-{name}"
    [store] = yaml.safe_load((addons / "external-secrets.yaml").read_text())["extraObjects"]
    wanted = yaml.safe_load((CHART / "values.yaml").read_text())["global"]["secrets"]["store"]
    assert (store["kind"], store["metadata"]["name"]) == (wanted["kind"], wanted["name"])
    assert store["spec"]["provider"]["azurekv"]["vaultUrl"] == MADE["vault_uri"]
    # The next `make settings` keeps it.
    assert settings.main(["check"], root) == 0


def test_the_shop_renders_from_terraform_s_outputs(root, monkeypatch):
    take(root, monkeypatch)
    files = [CHART / "values-prod.yaml", root / "argocd/environments/prod/azure.yaml"]
    arguments = [argument for path in files for argument in ("--values", str(path))]
    run = helm_run("template", "streamcart", str(CHART), *arguments)
    assert run.returncode == 0, run.stderr
    for expected in (
        "acmeimages.azurecr.io/streamcart/catalog",
        "acme-payment.postgres.database.azure.com",
        "acme-redis.westeurope.redis.azure.net",
        "azure.workload.identity/client-id: client-of-video",
        "storageAccount: acmeprodbackup",
    ):
        assert expected in run.stdout
    # Nothing of the example is left; the label is the platform's name, whatever the company's is.
    assert "streamcart-prod" not in run.stdout.replace("app.kubernetes.io/instance: streamcart-prod", "")
    assert "streamcartprod" not in run.stdout
    assert violations([item for item in yaml.safe_load_all(run.stdout) if item]) == []


def test_a_copy_of_the_repository_begins_without_the_releases_that_it_came_with(root):
    path = root / "argocd/environments/dev/catalog.yaml"
    released = with_image(path.read_text(), Image("c" * 40, f"sha256:{'d' * 64}"))
    path.write_text(released)
    assert settings.main(["write"], root) == 0
    assert path.read_text() == released, "its own releases stay"
    text = (root / "infra/settings.yaml").read_text()
    (root / "infra/settings.yaml").write_text(re.sub(r"  owner: .*", "  owner: somebody", text, count=1))
    assert settings.main(["write"], root) == 0
    assert read_image(path) == NEVER_RELEASED
    # From now on they are this repository's own.
    path.write_text(released)
    assert settings.main(["write"], root) == 0
    assert path.read_text() == released
