"""The scripts of docs/azure.md, run with recorded programs: what they call, in which order, and where they stop."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from apps.common.testing.iteration import some
from devtools.project import ROOT
from tests.gitops.test_settings import MADE
from tests.terraform.programs import PROGRAMS, sandbox

SCRIPTS = sorted((ROOT / "scripts" / "azure").glob("*.sh"))
CHANGES = 2


@pytest.fixture
def azure(tmp_path):
    return sandbox(tmp_path)


def cores(limit: int, used: int = 0) -> str:
    return f"{used}\t{limit}\n"


def ready(azure, limit: int = 100) -> None:
    """Somebody who may do everything, in a subscription with room."""
    azure.add_rule("signed-in-user", prints="me\n")
    azure.add_rule("account show", prints="00000000-0000-0000-0000-000000000000\n")
    azure.add_rule("role assignment list", prints="an-assignment\n")
    azure.add_rule("member check", prints="true\n")
    azure.add_rule("list-usage", prints=cores(limit))


def test_a_complete_set_up_is_reported_as_ready(azure):
    ready(azure)
    run = azure.run("check.sh", "prod")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "prod can be made in westeurope" in run.stdout
    asked = azure.calls("list-usage")
    assert any("standardDASv5Family" in call for call in asked)
    assert any("'cores'" in call for call in asked)


@pytest.mark.parametrize(
    ("words", "prints", "complaint"),
    [
        (["list-usage"], cores(10), "10 of 10 left"),
        (["list-usage"], cores(62, used=1), "61 of 62 left"),
        (["role assignment list"], "", "not Owner"),
        (["member check"], "false\n", "not in the group platform-administrators"),
        (["account show"], "another\n", "another tenant"),
    ],
)
def test_missing_precondition_stops_the_check_before_terraform_runs(azure, words, prints, complaint):
    azure.add_rule(*words, prints=prints)
    ready(azure)
    run = azure.run("check.sh", "prod")
    assert run.returncode == 1
    assert complaint in run.stdout
    assert azure.calls("terraform") == []


def first_bootstrap(azure) -> None:
    azure.add_rule("resource list")
    azure.add_rule(" plan ", code=CHANGES)
    azure.add_rule(" apply ", makes=(azure.root / "infra/terraform/environments/bootstrap/terraform.tfstate",))


def test_the_first_bootstrap_moves_its_state_into_the_account(azure):
    first_bootstrap(azure)
    run = azure.run("bootstrap.sh", stdin="y\n")
    assert run.returncode == 0, run.stderr
    steps = azure.calls("terraform -chdir")
    assert [step.split()[2] for step in steps] == ["init", "plan", "apply", "init", "output"]
    assert "-migrate-state -force-copy -backend-config=backend.hcl" in steps[3]
    assert not list(azure.root.rglob("*_override.tf"))
    assert not list(azure.root.rglob("*.tfstate"))


def test_a_bootstrap_whose_state_could_not_move_goes_on_with_it(azure):
    """The account is there by then and holds no state: a plan from it would make everything a second time."""
    azure.add_rule("-migrate-state", code=1)
    first_bootstrap(azure)
    run = azure.run("bootstrap.sh", stdin="y\n")
    assert run.returncode == 1
    assert "gave up" in run.stderr
    assert len(azure.calls("-migrate-state")) == 3

    (azure.root / "calls").unlink()
    azure.rules.clear()
    assert azure.run("bootstrap.sh").returncode == 0
    init, _, moved, _ = azure.calls("terraform -chdir")
    assert "backend-config" not in init
    assert "-migrate-state" in moved


def test_a_bootstrap_that_is_refused_leaves_nothing(azure, tmp_path_factory):
    scratch = tmp_path_factory.mktemp("scratch")
    first_bootstrap(azure)
    assert azure.run("bootstrap.sh", stdin="n\n", TMPDIR=str(scratch)).returncode == 1
    assert azure.calls(" apply ") == azure.calls("-migrate-state") == []
    assert not list(azure.root.rglob("*_override.tf"))
    assert list(scratch.iterdir()) == []


def test_a_bootstrap_that_cannot_ask_for_the_account_begins_no_second_state(azure):
    """Whoever is signed out would otherwise be shown a plan that makes everything again."""
    azure.add_rule("resource list", code=1)
    run = azure.run("bootstrap.sh", stdin="y\n")
    assert run.returncode == 1
    assert "az login" in run.stderr
    assert azure.calls("terraform") == []


def test_a_second_bootstrap_uses_the_account(azure):
    azure.add_rule("resource list", prints="the-account\n")
    run = azure.run("bootstrap.sh")
    assert run.returncode == 0, run.stderr
    assert "Nothing to change" in run.stdout
    assert azure.calls("-migrate-state") == azure.calls(" apply ") == []


def test_an_environment_applies_the_plan_that_was_shown(azure):
    azure.add_rule(" plan ", code=CHANGES)
    azure.add_rule("output -json values", prints=json.dumps(MADE))
    run = azure.run("environment.sh", "prod", stdin="y\n")
    assert run.returncode == 0, run.stderr
    [plan], [applied] = azure.calls(" plan "), azure.calls(" apply ")
    assert re.search(r"-out=(\S+)", plan)[1] == applied.split()[-1]
    assert "acme-video.postgres" in (azure.root / "argocd/environments/prod/azure.yaml").read_text()


def test_apply_needs_confirmation(azure):
    azure.add_rule(" plan ", code=CHANGES)
    for script in ("environment.sh", "data-plane.sh"):
        run = azure.run(script, "dev", stdin="\n")
        assert run.returncode == 1
        assert "nothing was changed" in run.stderr
    assert azure.calls(" apply ") == []


def test_a_plan_that_fails_is_not_applied(azure):
    azure.add_rule(" plan ", code=1)
    run = azure.run("environment.sh", "dev", stdin="y\n")
    assert run.returncode == 1
    assert azure.calls(" apply ") == []


def test_the_data_plane_has_its_own_state_in_the_environment_s_container(azure):
    azure.add_rule(" plan ", code=CHANGES)
    assert azure.run("data-plane.sh", "prod", ASSUME_YES="1").returncode == 0
    [init] = azure.calls(" init ")
    assert "-backend-config=../prod/backend.hcl -backend-config=container_name=prod" in init
    assert azure.calls(" plan ", "-var-file=prod.tfvars")


@pytest.mark.parametrize("script", ["check.sh", "environment.sh", "outputs.sh", "data-plane.sh", "secret.sh"])
def test_an_unknown_environment_is_refused(azure, script):
    run = azure.run(script, "staging")
    assert run.returncode == 1
    assert "dev or prod" in run.stderr
    assert azure.calls() == []


CLIENTS = {name: f"client-of-{name}" for name in ("dev", "dev-plan", "images", "prod", "prod-plan")}
VARIABLES = {name: name.lower() for name in ("REGISTRY", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID")}


def on_github(azure) -> None:
    azure.add_rule("output -json client_ids", prints=json.dumps(CLIENTS))
    azure.add_rule("output -json github_variables", prints=json.dumps(VARIABLES))
    azure.add_rule("teams/platform", prints="7\n")
    azure.add_rule("users/ada", prints="8\n")


def test_production_environment_needs_a_review_and_main(azure):
    on_github(azure)
    run = azure.run("github.sh", "ada", "@platform")
    assert run.returncode == 0, run.stderr
    [prod] = [json.loads(text) for text in azure.given("environments/prod ")]
    assert prod["reviewers"] == [{"type": "User", "id": 8}, {"type": "Team", "id": 7}]
    assert prod["prevent_self_review"] is True
    assert prod["deployment_branch_policy"]["custom_branch_policies"] is True
    from_main = azure.calls("--method POST", "deployment-branch-policies", "name=main")
    assert {re.search(r"environments/(\w+)/", call)[1] for call in from_main} == {"dev", "prod", "promotion", "release"}
    for name in ("dev", "dev-plan", "prod", "prod-plan"):
        assert azure.calls("variable set AZURE_CLIENT_ID", f"--env {name} --body client-of-{name}")
    assert len([call for call in azure.calls("variable set") if "--env" not in call]) == len(VARIABLES)


def test_every_environment_that_a_workflow_names_is_made(azure):
    on_github(azure)
    assert azure.run("github.sh", "ada").returncode == 0
    made = {re.search(r"environments/([\w-]+) ", call)[1] for call in azure.calls("--method PUT")}
    named = set()
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        for name in re.findall(r"^    environment: (.+)$", path.read_text(), re.M):
            environments = ("dev", "prod") if "matrix.environment" in name else ("",)
            named |= {re.sub(r"\$\{\{.*\}\}", environment, name) for environment in environments}
    assert named
    assert named <= made


def test_sole_reviewer_may_approve_their_own_deployment(azure):
    on_github(azure)
    assert azure.run("github.sh", "ada").returncode == 0
    [prod] = [json.loads(text) for text in azure.given("environments/prod ")]
    assert prod["prevent_self_review"] is False


def test_a_plan_of_github_s_without_reviewers_is_named(azure):
    """Environments of a private repository have reviewers with GitHub Enterprise only."""
    azure.add_rule("--method PUT", "environments/prod ", code=1)
    run = azure.run("github.sh", "ada")
    assert run.returncode == 1
    assert "takes GitHub Enterprise" in run.stderr
    assert azure.calls("variable set") == []


def test_a_secret_is_on_no_command_line(azure):
    value = "smtp+tls://shop:s3cr3t@mail.example:587"
    run = azure.run("secret.sh", "prod", "email-url", stdin=value)
    assert run.returncode == 0, run.stderr
    [call] = azure.calls("keyvault secret set")
    assert "--vault-name streamcart-prod-kv --name email-url" in call
    assert azure.given("keyvault secret set") == [value]
    assert "s3cr3t" not in " ".join(azure.calls()) + run.stdout + run.stderr


def test_the_first_administrator_is_imported(azure):
    run = azure.run("administrator.sh", "dev", "ada@shop.example", 'Ada "A" Lovelace', stdin="correct horse\n")
    assert run.returncode == 0, run.stderr
    [given] = azure.given("kubectl", "auth-web")
    [account] = json.loads(given)
    assert account == {
        "email": "ada@shop.example",
        "name": 'Ada "A" Lovelace',
        "password": "correct horse",
        "roles": ["admin"],
    }
    assert azure.calls("import_users")
    assert azure.calls("aks get-credentials", "--name streamcart-dev")


def test_catalogue_is_sent_with_its_pictures(azure, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    assert "catalogue.json" in azure.run("catalogue.sh", "dev", str(folder)).stderr
    (folder / "catalogue.json").write_text("{}")
    (folder / "mug.webp").write_text("a picture")
    run = azure.run("catalogue.sh", "dev", str(folder))
    assert run.returncode == 0, run.stderr
    [given] = azure.given("kubectl", "catalog-web")
    assert "mug.webp" in given
    assert azure.calls("import_products")


def test_argo_cd_reads_a_private_repository_as_an_app(azure, tmp_path):
    (tmp_path / "key.pem").write_text("key")
    run = azure.run("repository.sh", "dev", "1", "2", str(tmp_path / "key.pem"))
    assert run.returncode == 0, run.stderr
    [made] = azure.calls("create secret generic repository")
    assert "url=https://github.com/streamcart/streamcart" in made
    assert azure.calls("label --local", "argocd.argoproj.io/secret-type=repository")
    assert azure.calls("kubectl apply")


def test_every_root_gets_a_lock_file(azure):
    assert azure.run("lock.sh").returncode == 0
    roots = {path.parent.name for path in (ROOT / "infra/terraform/environments").glob("*/versions.tf")}
    locked = {re.search(r"environments/([\w-]+)/", call)[1] for call in azure.calls("providers lock")}
    assert locked == roots


def test_modules_are_installed_before_a_root_is_locked(azure):
    """Terraform refuses to lock a root whose modules are not installed: those of a fresh clone."""
    assert azure.run("lock.sh").returncode == 0
    steps = [re.search(r"environments/([\w-]+)/+ (get|providers lock)", call) for call in azure.calls("terraform")]
    done = [(step[1], step[2]) for step in steps if step]
    for name, step in done:
        if step == "providers lock":
            assert done.index((name, "get")) < done.index((name, step)), name


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_sound(script):
    """Each says what it is for, and shellcheck, where it is installed, has no objection."""
    first, second = script.read_text().splitlines()[:2]
    assert second.startswith(f"# {script.name}") if script.name != "common.sh" else first.startswith("# Sourced")
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    checker = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if checker:
        run = subprocess.run(
            [checker, "-x", "-P", str(script.parent), str(script)], capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout


def test_programs_are_asked_for_before_they_are_needed():
    for script in some(SCRIPTS):
        if script.name == "common.sh":
            continue
        text = re.sub(r"^\s*#.*$", "", script.read_text(), flags=re.M)
        used = {name for name in PROGRAMS if re.search(rf"(^\s*|[(|;&] ?|retry |\|\| ?){name} ", text, re.M)}
        needed = set(" ".join(re.findall(r"^need (.+)$", text, re.M)).split())
        assert used <= needed, script.name
