"""The other jobs' shell, run as scripts: where images go, what is required, caches, pins, Terraform's plans."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from devtools.project import ROOT
from devtools.release import settings
from tests.gitops.remote import git
from tests.gitops.sandbox import SCRIPTS, Sandbox, sandbox

READY = {"EVENT": "push", "REF": "refs/heads/main", "REGISTRY": "shop.azurecr.io", "CLIENT_ID": "id"}


@pytest.fixture
def box(tmp_path) -> Sandbox:
    return sandbox(tmp_path)


@pytest.mark.parametrize("script", sorted(path.name for path in SCRIPTS.glob("*.sh")))
def test_scripts_pass_shellcheck_and_can_be_started(script):
    program = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        pytest.skip("There is no shellcheck: install it.")
    run = subprocess.run(
        [program, "--external-sources", f"scripts/ci/{script}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout
    # What is sourced is no program.
    assert (SCRIPTS / script).stat().st_mode & 0o111 or script == "lib.sh"


@pytest.mark.parametrize(
    ("changed", "registry", "words"),
    [
        ({}, "shop.azurecr.io", "goes to shop.azurecr.io"),
        ({"REF": "refs/heads/topic"}, "", "is not main"),
        ({"EVENT": "pull_request", "REF": "refs/pull/7/merge"}, "", "A pull request"),
        # A fork, or a fresh copy of the template.
        ({"REGISTRY": ""}, "", "no variable REGISTRY"),
        ({"CLIENT_ID": ""}, "", "no variable AZURE_CLIENT_ID"),
    ],
)
def test_images_go_where_the_repository_says_or_nowhere_with_a_reason(box, changed, registry, words):
    run = box.run("destination.sh", **(READY | changed))
    assert (run.code, run.outputs) == (0, {"registry": registry})
    assert words in run.summary


@pytest.mark.parametrize(
    ("results", "passes"),
    [
        ({"lint": "success", "changed": "success", "test": "success"}, True),
        ({"lint": "success", "changed": "success", "test": "skipped"}, True),
        ({"lint": "success", "changed": "success", "test": "failure"}, False),
        ({"lint": "success", "changed": "success", "test": "cancelled"}, False),
        ({"lint": "skipped", "changed": "success", "test": "success"}, False),
        ({"lint": "success", "changed": "failure", "test": "skipped"}, False),
    ],
)
def test_the_required_status_is_all_the_others(box, results, passes):
    needs = json.dumps({name: {"result": result, "outputs": {}} for name, result in results.items()})
    assert (box.run("required.sh", NEEDS=needs).code == 0) is passes


def test_the_parts_of_a_pull_request_are_listed_and_an_unknown_base_is_an_error(box):
    everything = json.loads(box.run("changed.sh", BASE="").outputs["parts"])
    assert "images" in everything
    git(box.place, "switch", "--quiet", "--create", "topic")
    (box.place / "docs").mkdir()
    (box.place / "docs" / "x.md").write_text("text")
    git(box.place, "add", "docs")
    git(box.place, "-c", "user.name=Ada", "-c", "user.email=a@example.com", "commit", "--quiet", "--message", "Docs")
    assert json.loads(box.run("changed.sh", BASE="main").outputs["parts"]) == []
    run = box.run("changed.sh", BASE="nowhere")
    assert (run.code, run.outputs) == (1, {})


def test_caches_of_a_closed_pull_request_are_deleted(box):
    box.fake("gh", 'case "$2" in list) printf "1\\n2\\n" ;; esac')
    run = box.run("delete-caches.sh", "refs/pull/7/merge")
    assert (run.code, run.summary) == (0, "Deleted 2 caches of refs/pull/7/merge.\n")
    assert box.calls("gh")[1:] == ["cache delete 1", "cache delete 2"]


def test_no_cache_and_a_cache_that_is_gone_are_fine_and_a_refusal_is_not(box):
    box.fake("gh")
    assert box.run("delete-caches.sh", "refs/pull/7/merge").code == 0
    gone = "X Could not find a cache matching 1"
    box.fake("gh", f'case "$2" in list) echo 1 ;; *) echo "{gone}" >&2; exit 1 ;; esac')
    assert box.run("delete-caches.sh", "refs/pull/7/merge").summary.startswith("Deleted 0 caches")
    box.fake("gh", 'case "$2" in list) echo 1 ;; *) echo "HTTP 403" >&2; exit 1 ;; esac')
    assert box.run("delete-caches.sh", "refs/pull/7/merge").code == 1


def test_the_source_of_an_image_is_the_settings_repository(box):
    wanted = "https://github.com/{owner}/{repository}".format(**settings.load()["github"])
    assert box.run("source.sh").text.strip() == wanted
    path = box.place / "infra" / "settings.yaml"
    path.write_text(path.read_text().replace("owner: streamcart", "owner: acme"))
    assert box.run("source.sh").text.strip() == wanted.replace("com/streamcart/", "com/acme/")
    assert box.run("build-pins.sh").outputs["source"] == wanted.replace("com/streamcart/", "com/acme/")


def test_a_tool_is_the_program_of_its_pinned_image(box):
    box.fake("docker", 'case "$1" in create) echo box1 ;; cp) echo program >"$4" ;; esac')
    run = box.run("tool.sh", "install", "trivy", "cosign", RUNNER_TEMP=str(box.bin.parent / "runner"))
    assert run.code == 0, run.text
    created = [line for line in box.calls("docker") if line.startswith("create")]
    assert [line.partition("@sha256:")[0] for line in created] == [
        f"create ghcr.io/aquasecurity/trivy:{box.run('tool.sh', 'version', 'trivy').text.strip()}",
        f"create ghcr.io/sigstore/cosign/cosign:v{box.run('tool.sh', 'version', 'cosign').text.strip()}",
    ]
    assert (box.bin.parent / "runner" / "tools" / "trivy").stat().st_mode & 0o111
    assert box.run("tool.sh", "image", "grype").code == 1
    assert box.run("tool.sh", "install", "kind-node").code == 1


def test_tool_that_differs_from_its_pin_is_found(box):
    versions = {
        name: box.run("tool.sh", "version", name).text.strip() for name in ("trivy", "cosign", "oras", "terraform")
    }
    modules = (box.place / "scripts/ci/go/go.mod").read_text().split()
    versions["kind"] = modules[modules.index("sigs.k8s.io/kind", modules.index("require")) + 1]
    versions["kubelogin"] = modules[modules.index("github.com/Azure/kubelogin", modules.index("require")) + 1]
    shutil.copytree(ROOT / ".devcontainer", box.place / ".devcontainer")
    for path in ("docker/compose.yaml", "charts/streamcart/values.yaml"):
        (box.place / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, box.place / path)
    for name, version in versions.items():
        box.fake(name, f"echo {name} {version}")
    run = box.run("try-tools.sh")
    assert run.code == 0, run.text
    asked = [line for line in box.calls("oras") if line.startswith("manifest fetch")]
    # By digest alone where there is one.
    assert any("postgres:18" in line for line in asked)
    assert any(
        line.endswith("/trivy@" + box.run("tool.sh", "image", "trivy").text.strip().rpartition("@")[2])
        for line in asked
    )
    box.fake("cosign", "echo cosign 1.0.0")
    assert "cosign is pinned to" in box.run("try-tools.sh").summary
    box.fake("cosign", f"echo {versions['cosign']}")
    box.fake(
        "oras",
        f'case "$1" in version) echo {versions["oras"]} ;; *kindest*) ;; esac; case "$*" in *kindest*) exit 1 ;; esac',
    )
    run = box.run("try-tools.sh")
    assert run.code == 1
    assert "kindest/node" in run.summary
    assert "is gone from its registry" in run.summary


def test_a_locked_package_is_installed_by_its_hashes(box):
    box.fake("python3", 'for last in "$@"; do :; done; cp "$last" "$HOME/lock"')
    assert box.run("install-locked.sh", "PyYAML").code == 0
    lines = (box.bin.parent / "lock").read_text().splitlines()
    assert lines[0].startswith("pyyaml==")
    assert len(lines) > 1
    assert all(line.startswith("    --hash=sha256:") for line in lines[1:])
    assert box.run("install-locked.sh", "left-pad").code == 1


def test_a_scan_reads_the_unpacked_build_and_fails_on_a_finding(box, tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "index.json").write_text("{}")
    archive = tmp_path / "image.tar"
    subprocess.run(["tar", "--create", "--file", archive, "--directory", tmp_path / "made", "."], check=True)
    layout = tmp_path / "layout"
    box.fake("trivy")
    assert box.run("scan.sh", str(archive), str(layout)).code == 0
    assert (layout / "index.json").is_file()
    [call] = box.calls("trivy")
    assert f"--input {layout} " in call
    for option in ("--severity HIGH,CRITICAL", "--ignore-unfixed", "--exit-code 1"):
        assert option in call
    box.fake("trivy", "exit 1")
    assert box.run("scan.sh", str(archive), str(layout)).code == 1


# --- Terraform: the plan that was reviewed, and no other ---------------------------------------------------------

MAIN = """
terraform {
  backend "local" {}
}
variable "text" {
  default = "first"
}
resource "terraform_data" "one" {
  input = var.text
}
output "values" {
  value = { environment = "dev", text = terraform_data.one.output }
}
"""


@pytest.fixture
def cloud(box) -> Sandbox:
    """An environment that needs no provider and no cloud, for the real Terraform."""
    if shutil.which("terraform") is None:
        pytest.skip("There is no terraform: install it.")
    root = box.place / "infra" / "terraform" / "environments" / "dev"
    root.mkdir(parents=True)
    (root / "main.tf").write_text(MAIN)
    (root / "backend.hcl").write_text(f'path = "{box.bin.parent}/dev.tfstate"\n')
    # What `take` does with the values is tests/gitops/test_settings.py's.
    (box.place / "devtools" / "release" / "settings.py").write_text(
        "import sys; print('took', sys.argv[2], sys.stdin.read())"
    )
    box.environment = {"ARM_CLIENT_ID": "id", "CHECKPOINT_DISABLE": "1"}
    return box


def plan_of(cloud: Sandbox, name: str = "plan", **variables: str) -> tuple[Path, dict[str, str], str]:
    path = cloud.bin.parent / name
    run = cloud.run("terraform-plan.sh", "dev", str(path), **variables)
    assert run.code == 0, run.text
    return path, run.outputs, run.summary


def test_the_reviewed_plan_is_applied_and_then_there_is_nothing_to_do(cloud):
    path, outputs, summary = plan_of(cloud)
    assert outputs == {"changes": "true", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert "terraform_data.one will be created" in summary
    # Another text now would be another plan; what was reviewed is what comes.
    run = cloud.run("terraform-apply.sh", "dev", str(path), outputs["sha256"], TF_VAR_text="another")
    assert run.code == 0, run.text
    assert '"text":"first"' in run.text.replace(" ", "")
    assert plan_of(cloud)[1]["changes"] == "false"


def test_a_plan_is_refused_when_the_state_has_moved_since(cloud):
    path, outputs, _ = plan_of(cloud)
    other, others, _ = plan_of(cloud, "other", TF_VAR_text="second")
    assert cloud.run("terraform-apply.sh", "dev", str(other), others["sha256"]).code == 0
    run = cloud.run("terraform-apply.sh", "dev", str(path), outputs["sha256"])
    assert run.code == 1
    assert "changed after the plan was made, so nothing was applied" in run.summary
    assert "second" in (cloud.bin.parent / "dev.tfstate").read_text()


def test_a_plan_that_is_not_the_reviewed_one_is_refused(cloud):
    _, outputs, _ = plan_of(cloud)
    other, _, _ = plan_of(cloud, "other", TF_VAR_text="second")
    run = cloud.run("terraform-apply.sh", "dev", str(other), outputs["sha256"])
    assert run.code == 1
    assert "not the plan that was reviewed" in run.summary
    assert not (cloud.bin.parent / "dev.tfstate").exists()


def test_a_plan_locks_nothing_and_an_error_is_one(cloud):
    root = cloud.place / "infra/terraform/environments/dev/main.tf"
    root.write_text(MAIN + 'resource "terraform_data" "two" {\n  input = nonsense\n}\n')
    run = cloud.run("terraform-plan.sh", "dev", str(cloud.bin.parent / "plan"))
    assert run.code == 1
    assert "dev cannot be planned" in run.summary


def test_an_environment_without_an_identity_is_skipped_with_the_reason(cloud):
    run = cloud.run("terraform-plan.sh", "dev", str(cloud.bin.parent / "plan"), ARM_CLIENT_ID="")
    assert (run.code, run.outputs) == (0, {"changes": "false"})
    assert "dev-plan has no variable AZURE_CLIENT_ID" in run.summary


@pytest.mark.parametrize(
    ("variables", "outputs", "words"),
    [
        ({"TENANT_ID": ""}, {"ready": "false", "inside_prod": "false"}, "no variable AZURE_TENANT_ID"),
        ({"TENANT_ID": "t"}, {"ready": "true", "inside_prod": "false"}, "TERRAFORM_RUNNER"),
        ({"TENANT_ID": "t", "RUNNER": "mine"}, {"ready": "true", "inside_prod": "true"}, ""),
        (
            {"TENANT_ID": "t", "EVENT": "pull_request", "HEAD_REPOSITORY": "eve/shop"},
            {"ready": "false", "inside_prod": "false"},
            "from a fork",
        ),
        (
            {"TENANT_ID": "t", "EVENT": "pull_request", "HEAD_REPOSITORY": "acme/shop"},
            {"ready": "true", "inside_prod": "false"},
            "",
        ),
    ],
)
def test_environments_are_planned_only_where_they_are_set_up(box, variables, outputs, words):
    run = box.run("terraform-ready.sh", **({"EVENT": "push", "REPOSITORY": "acme/shop"} | variables))
    assert (run.code, run.outputs) == (0, outputs)
    assert (words in run.summary) if words else run.summary == ""


def test_data_plane_is_planned_and_applied_with_its_own_state(box):
    box.fake("terraform")
    (box.place / "infra/terraform/environments/data-plane").mkdir(parents=True)
    (box.place / "infra/terraform/environments/data-plane/.terraform.lock.hcl").touch()
    assert box.run("terraform-data-plane.sh", "dev", "plan.tfplan").code == 0
    init, plan, apply = box.calls("terraform")
    root = "-chdir=infra/terraform/environments/data-plane"
    assert init.startswith(f"{root} init ")
    for option in ("-backend-config=../dev/backend.hcl", "-backend-config=container_name=dev", "-lockfile=readonly"):
        assert option in init
    assert plan == f"{root} plan -input=false -no-color -var-file=dev.tfvars -out=plan.tfplan"
    assert apply == f"{root} apply -input=false -no-color plan.tfplan"
