# Argo CD, and the one Application that it keeps itself in step with this repository by.
locals {
  bootstrap = yamldecode(file(var.bootstrap_manifest))
}

resource "helm_release" "argocd" {
  name             = "argocd"
  namespace        = local.bootstrap.metadata.namespace
  create_namespace = true
  repository       = "https://argoproj.github.io/argo-helm"
  chart            = "argo-cd"
  version          = var.chart_version
  atomic           = true
  timeout          = 900

  values = [yamlencode({
    configs = {
      params = { "server.insecure" = true }
      cm = {
        # People sign in with Entra ID through kubectl's rights; the built-in account is for the first hour.
        "application.resourceTrackingMethod" = "annotation"
        "exec.enabled"                       = false
      }
      # This cluster under the environment's name: the ApplicationSets look for the label.
      clusterCredentials = {
        (var.environment) = {
          server = "https://kubernetes.default.svc"
          labels = { "streamcart/environment" = var.environment }
          config = { tlsClientConfig = { insecure = false } }
        }
      }
    }
    # The monitor that scrapes these is in argocd/addons/kube-prometheus-stack.yaml: its definition comes later.
    controller     = { replicas = 1, metrics = { enabled = true } }
    server         = { replicas = var.replicas, metrics = { enabled = true } }
    repoServer     = { replicas = var.replicas, metrics = { enabled = true } }
    applicationSet = { replicas = var.replicas, metrics = { enabled = true } }
    # Templates and triggers are in argocd/notifications.yaml.
    notifications = { enabled = true, cm = { create = false }, metrics = { enabled = true } }
    dex           = { enabled = false }
    global        = { networkPolicy = { create = true } }
  })]
}

resource "helm_release" "bootstrap" {
  name       = "bootstrap"
  namespace  = local.bootstrap.metadata.namespace
  repository = "https://argoproj.github.io/argo-helm"
  chart      = "argocd-apps"
  version    = var.apps_chart_version

  values = [yamlencode({
    applications = {
      (local.bootstrap.metadata.name) = merge(local.bootstrap.spec, {
        namespace  = local.bootstrap.metadata.namespace
        finalizers = local.bootstrap.metadata.finalizers
      })
    }
  })]

  depends_on = [helm_release.argocd]
}
