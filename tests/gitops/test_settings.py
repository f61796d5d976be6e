"""One file of settings: what is written from it, what is refused, and that the shop still renders from it."""

from __future__ import annotations

import io
import json
import shutil
import sys

import pytest
import yaml

from house import settings
from house.chart_schema import CHART
from house.config import ROOT
from tests.chart.policies import violations
from tests.chart.render import helm_run

MADE = {
    "environment": "prod",
    "accounts": {"media": "acmeprodmedia", "backup": "acmeprodbackup"},
    "client_ids": {name: f"id-of-{name}" for name in ("catalog", "video", "external-secrets", "external-dns")},
    "postgres_hosts": {
        name: f"acme-{name}.postgres.database.azure.com" for name in ("auth", "catalog", "payment", "video")
    },
    "redis_host": "acme-redis.westeurope.redis.azure.net",
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


def test_comments_of_the_manifests_stay(root):
    change(root, github__owner="acme")
    settings.main(["write"], root)
    before, after = ((place / "argocd/services.yaml").read_text() for place in (ROOT, root))
    assert after == before.replace("github.com/streamcart/streamcart", "github.com/acme/streamcart")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"name": "Stream-Cart"}, "name is 'Stream-Cart'"),
        ({"contact": "nobody"}, "e-mail"),
        ({"github__owner_id": "streamcart"}, "github.owner_id"),
        ({"azure__tenant_id": "mine"}, "azure.tenant_id"),
        ({"environments__prod__host": "localhost"}, "environments.prod.host"),
        ({"environments__dev__authorised_ranges": ["everybody"]}, "CIDR"),
        ({"environments__prod__authorised_ranges": ["0.0.0.0/0"]}, "CIDR"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(root, capsys, values, words):
    before = (root / "argocd/environments/prod/azure.yaml").read_text()
    change(root, **values)
    assert settings.main(["write"], root) == 1
    assert words in capsys.readouterr().err
    assert (root / "argocd/environments/prod/azure.yaml").read_text() == before


def test_a_file_that_is_no_yaml_is_one_sentence(root, capsys):
    (root / "infra/settings.yaml").write_text("name: [")
    assert settings.main(["write"], root) == 1
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps(MADE | {"environment": "dev"})])
def test_outputs_of_something_else_are_refused(root, monkeypatch, capsys, text):
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert settings.main(["take", "prod"], root) == 1
    assert capsys.readouterr().err.startswith("settings: Th")
    assert not (root / "infra/outputs").exists()


def test_the_shop_renders_from_terraform_s_outputs(root, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(MADE)))
    assert settings.main(["take", "prod"], root) == 0
    files = [CHART / "values-prod.yaml", root / "argocd/environments/prod/azure.yaml"]
    arguments = [argument for path in files for argument in ("--values", str(path))]
    run = helm_run("template", "streamcart", str(CHART), *arguments)
    assert run.returncode == 0, run.stderr
    for expected in (
        "acmeimages.azurecr.io/streamcart/catalog",
        "acme-payment.postgres.database.azure.com",
        "acme-redis.westeurope.redis.azure.net",
        "azure.workload.identity/client-id: id-of-video",
        "storageAccount: acmeprodbackup",
    ):
        assert expected in run.stdout
    # Nothing of the example is left.
    assert "streamcart-prod" not in run.stdout
    assert "streamcartprod" not in run.stdout
    assert violations([item for item in yaml.safe_load_all(run.stdout) if item]) == []

    addon = yaml.safe_load((root / "argocd/environments/prod/addons/external-secrets.yaml").read_text())
    [store] = addon["extraObjects"]
    wanted = yaml.safe_load((CHART / "values.yaml").read_text())["global"]["secrets"]["store"]
    assert (store["kind"], store["metadata"]["name"]) == (wanted["kind"], wanted["name"])
    assert store["spec"]["provider"]["azurekv"]["vaultUrl"] == MADE["vault_uri"]
    # The next `make settings` keeps it.
    assert settings.main(["check"], root) == 0
