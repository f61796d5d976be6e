"""Images, the chart and the GitOps manifests: from a commit to what Argo CD deploys."""
