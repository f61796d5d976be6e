"""What breaks the pipeline, change by change, with the test that says no. test_mutations.py makes each to a copy."""

from __future__ import annotations

from tests.gitops.mutating import Mutation, replaced

WORKFLOWS = "tests/gitops/test_workflows.py"
PINS, RELEASES = "tests/gitops/test_pins.py", "tests/gitops/test_release.py"
PROMOTIONS, JOBS = "tests/gitops/test_promotion.py", "tests/gitops/test_jobs.py"
RELEASE_JOBS = "tests/gitops/test_release_jobs.py"
PIPELINE, IMAGE = ".github/workflows/service.yml", ".github/workflows/image.yml"
TERRAFORM = ".github/workflows/terraform.yml"
# By name: the test that says no, and the change.
PIPELINE_MUTATIONS: dict[str, tuple[str, Mutation]] = {
    "an apply without a merge": (
        f"{WORKFLOWS}::test_the_cloud_changes_after_a_merge_and_an_approval_alone",
        replaced(TERRAFORM, "    if: github.event_name == 'push' && needs.plan-dev", "    if: needs.plan-dev"),
    ),
    "a plan as whoever applies": (
        f"{WORKFLOWS}::test_the_cloud_changes_after_a_merge_and_an_approval_alone",
        replaced(TERRAFORM, "environment: prod-plan", "environment: prod"),
    ),
    "another plan than the one that was reviewed": (
        f"{WORKFLOWS}::test_the_plan_that_is_applied_is_the_one_of_the_same_run",
        replaced(
            TERRAFORM, "SHA256: ${{ needs.plan-prod.outputs.sha256 }}", "SHA256: ${{ needs.plan-dev.outputs.sha256 }}"
        ),
    ),
    "production's inside from GitHub's machines": (
        f"{WORKFLOWS}::test_production_data_plane_runs_on_the_configured_runner",
        replaced(TERRAFORM, "needs.ready.outputs.inside_prod == 'true' && ", ""),
    ),
    "a plan that anybody may exchange is applied": (
        f"{JOBS}::test_a_plan_that_is_not_the_reviewed_one_is_refused",
        replaced("scripts/ci/terraform-apply.sh", "sha256sum --check --status", "true"),
    ),
    "a moved state is planned again and applied": (
        f"{JOBS}::test_a_plan_is_refused_when_the_state_has_moved_since",
        replaced("scripts/ci/terraform-apply.sh", '-no-color "$plan" 2>&1', "-no-color -auto-approve 2>&1"),
    ),
    "an action by its tag": (
        f"{PINS}::test_actions_are_pinned_by_commit_with_their_version_beside",
        replaced(PIPELINE, "checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", "checkout@v6"),
    ),
    "an action on Node 20": (
        f"{PINS}::test_actions_run_on_node_24",
        replaced(PIPELINE, "# v6.0.2", "# v4.2.2"),
    ),
    "an action in two versions": (
        f"{PINS}::test_an_action_has_one_version_everywhere",
        replaced(PIPELINE, "de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2", f"{'0' * 40} # v6.0.3"),
    ),
    "an action of our own that no robot reads": (
        f"{PINS}::test_the_update_robot_reads_every_action",
        replaced(".github/dependabot.yml", "[/, /.github/actions/*]", "[/]"),
    ),
    "a base image behind a variable": (
        f"{PINS}::test_base_images_are_literal_and_named_by_digest",
        replaced(
            "docker/Dockerfile", "FROM docker.io/library/python", "ARG BASE=docker.io\nFROM ${BASE}/library/python"
        ),
    ),
    "a tool by its tag": (
        f"{PINS}::test_base_images_are_literal_and_named_by_digest",
        replaced(
            "docker/tools/Dockerfile", "@sha256:62b1e65e8869bc4b4c6aa4fa2b21595256c7c2f6018a9d9ad61caf87187c1969", ""
        ),
    ),
    "tools that no robot reads": (
        f"{PINS}::test_base_images_are_literal_and_named_by_digest",
        replaced(".github/dependabot.yml", "[/docker, /docker/tools, /.devcontainer]", "[/docker, /.devcontainer]"),
    ),
    "a scanner that its maker deleted": (
        f"{PINS}::test_the_scanner_is_a_release_that_was_neither_deleted_nor_malicious",
        replaced("docker/tools/Dockerfile", "trivy:0.74.0", "trivy:0.68.1"),
    ),
    "a version in a workflow": (
        f"{PINS}::test_no_version_of_a_tool_is_written_into_a_workflow",
        replaced(TERRAFORM, "terraform_version: ${{ steps.terraform.outputs.version }}", "terraform_version: 1.11.4"),
    ),
    "a tool that nobody tries": (
        f"{PINS}::test_every_tool_is_tried_each_week_and_when_a_pin_changes",
        replaced("scripts/ci/try-tools.sh", "try trivy ", "# try "),
    ),
    "a chart with another database than compose": (
        f"{PINS}::test_the_chart_s_images_are_the_compose_file_s",
        replaced("docker/compose.yaml", "postgres:18.6", "postgres:18.7"),
    ),
    "a workflow that may do everything": (
        f"{WORKFLOWS}::test_workflow_has_no_permissions_of_its_own",
        replaced(PIPELINE, "permissions: {}", "permissions: write-all"),
    ),
    "a token left in the checkout": (
        f"{WORKFLOWS}::test_jobs_end_and_checkouts_leave_no_token_behind",
        replaced(PIPELINE, "persist-credentials: false", "persist-credentials: true"),
    ),
    "an image without a commit": (
        f"{WORKFLOWS}::test_images_are_published_under_their_commit_alone",
        replaced(PIPELINE, "tag: ${{ github.sha }}", "tag: latest"),
    ),
    "an image before the tests": (
        f"{WORKFLOWS}::test_an_image_is_tested_built_scanned_and_only_then_published",
        replaced(PIPELINE, "needs: [test, destination]", "needs: [destination]"),
    ),
    "an image that is pushed while it is built": (
        f"{WORKFLOWS}::test_a_build_for_each_architecture_is_kept_with_its_attestations_and_never_pushed",
        replaced(IMAGE, "outputs: type=oci,dest=", "push: true\n          outputs: type=image,name="),
    ),
    "one architecture": (
        f"{WORKFLOWS}::test_a_build_for_each_architecture_is_kept_with_its_attestations_and_never_pushed",
        replaced(IMAGE, "          - {architecture: arm64, runner: ubuntu-24.04-arm}\n", ""),
    ),
    "a scan of something that is not published": (
        f"{WORKFLOWS}::test_an_image_is_tested_built_scanned_and_only_then_published",
        replaced(IMAGE, "scripts/ci/scan.sh", "scripts/ci/look.sh"),
    ),
    "a release from any branch": (
        f"{WORKFLOWS}::test_only_releases_and_promotions_may_write_and_only_from_main",
        replaced(".github/workflows/auth.yml", " && github.ref == 'refs/heads/main'", ""),
    ),
    "a key that any branch may read": (
        f"{WORKFLOWS}::test_the_release_app_s_key_is_the_secret_of_an_environment",
        replaced(".github/workflows/promote.yml", "    environment: release\n", ""),
    ),
    "a promotion that GitHub drops from its queue": (
        f"{WORKFLOWS}::test_a_promotion_that_waits_is_not_dropped",
        replaced(".github/workflows/production.yml", "permissions: {}", "permissions: {}\nconcurrency: production"),
    ),
    "a release that sees one commit": (
        f"{WORKFLOWS}::test_releases_see_the_whole_history",
        replaced(".github/workflows/ui.yml", "          fetch-depth: 0\n", ""),
    ),
    "a service's workflow that goes its own way": (
        f"{WORKFLOWS}::test_services_differ_in_their_names_alone",
        replaced(".github/workflows/ui.yml", "timeout-minutes: 10", "timeout-minutes: 20"),
    ),
    "an input that becomes a program": (
        f"{WORKFLOWS}::test_no_input_reaches_a_shell_unquoted",
        replaced(".github/workflows/promote.yml", 'promote.sh "$SERVICE"', 'promote.sh "${{ inputs.service }}"'),
    ),
    "shell that no test runs": (
        f"{WORKFLOWS}::test_jobs_have_no_shell_of_their_own",
        replaced(".github/workflows/checks.yml", "run: make lint", "run: |\n          date\n          make lint"),
    ),
    "caches of a fork, deleted with a token that may not": (
        f"{WORKFLOWS}::test_caches_of_forks_are_left_to_github",
        replaced(".github/workflows/caches.yml", "    if: github.event", "    if: '!cancelled()' # github.event"),
    ),
    "an older commit wins": (
        f"{RELEASES}::test_an_older_commit_does_not_win_over_a_newer_one",
        replaced("devtools/release/gitops.py", "if not is_ancestor(root, old, new):", "if False:"),
    ),
    "half of a history is compared": (
        f"{RELEASES}::test_a_shallow_checkout_fetches_what_the_comparison_needs",
        replaced("devtools/release/git.py", '["--unshallow"] if shallow else []', "[]"),
    ),
    "a refusal is tried ten times": (
        f"{RELEASES}::test_a_refusal_by_branch_protection_names_the_cure_and_is_not_tried_again",
        replaced("devtools/release/git.py", "if RACE.search(run.stderr):", "if run.stderr:"),
    ),
    "production follows whatever is pushed": (
        f"{PROMOTIONS}::test_production_follows_nothing_that_is_not_on_main",
        replaced("devtools/release/gitops.py", 'if not is_ancestor(root, target, f"origin/{BRANCH}"):', "if False:"),
    ),
    "production is put back by a late run": (
        f"{PROMOTIONS}::test_moving_to_where_it_is_or_was_is_nothing",
        replaced(
            "devtools/release/gitops.py", "(current and not force and is_ancestor(root, target, current))", "False"
        ),
    ),
    "a promotion of an old checkout": (
        f"{PROMOTIONS}::test_a_promotion_is_of_what_the_remote_has_and_not_of_an_old_checkout",
        replaced(
            "devtools/release/gitops.py",
            'image_at(root, f"origin/{BRANCH}", "dev", service)',
            'image_at(root, "HEAD", "dev", service)',
        ),
    ),
    "every push to production's folder moves it": (
        f"{RELEASE_JOBS}::test_the_merge_of_a_promotion_moves_production_and_other_pushes_do_not",
        replaced("scripts/ci/advance.sh", 'if [ -z "$services" ]; then', "if false; then"),
    ),
    "a fork that publishes to nowhere": (
        f"{JOBS}::test_images_go_where_the_repository_says_or_nowhere_with_a_reason",
        replaced("scripts/ci/destination.sh", '[ -z "${REGISTRY:-}" ]', "false"),
    ),
    "a required status that takes a skip for a success": (
        f"{JOBS}::test_the_required_status_is_all_the_others",
        replaced(
            "scripts/ci/required.sh", '(.key != "test" or .value.result != "skipped")', '.value.result != "skipped"'
        ),
    ),
    "a library whose change builds nothing": (
        f"{WORKFLOWS}::test_every_service_has_a_workflow_that_watches_what_its_image_is_made_of",
        replaced(".github/workflows/catalog.yml", "      - apps/common/**\n", ""),
    ),
    "a job without an end": (
        f"{WORKFLOWS}::test_jobs_end_and_checkouts_leave_no_token_behind",
        replaced(".github/workflows/checks.yml", "    timeout-minutes: 20\n", ""),
    ),
    "a part of the tests that never runs": (
        f"{WORKFLOWS}::test_every_part_of_the_tests_runs_before_a_merge",
        replaced("devtools/checks/changed.py", '    ("images",),\n', ""),
    ),
}
