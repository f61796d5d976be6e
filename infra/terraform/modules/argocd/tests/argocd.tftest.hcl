mock_provider "helm" {}

variables {
  environment        = "dev"
  bootstrap_manifest = "../../../../argocd/bootstrap.yaml"
}

run "the_cluster_has_its_environments_name" {
  command = plan

  assert {
    condition     = yamldecode(helm_release.argocd.values[0]).configs.clusterCredentials.dev.labels["streamcart/environment"] == "dev"
    error_message = "The ApplicationSets find clusters by this label."
  }

  assert {
    condition     = yamldecode(helm_release.bootstrap.values[0]).applications["streamcart-gitops"].source.path == "argocd"
    error_message = "The bootstrap Application is the one in argocd/."
  }
}

run "alerts_about_applications_have_their_metrics" {
  command = plan

  assert {
    condition = alltrue([
      for part in ["controller", "server", "repoServer", "applicationSet", "notifications"] :
      yamldecode(helm_release.argocd.values[0])[part].metrics.enabled
    ])
    error_message = "Every part of Argo CD has its metrics on."
  }
}

run "a_missing_manifest_is_refused" {
  command = plan

  variables {
    bootstrap_manifest = "nowhere.yaml"
  }

  expect_failures = [var.bootstrap_manifest]
}

run "an_unknown_environment_is_refused" {
  command = plan

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}
