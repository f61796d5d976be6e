#!/usr/bin/env bash
# The cluster tests on a kind cluster of their own, which is removed afterwards: images are built here, the add-ons'
# definitions and Argo CD come from their charts.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=streamcart-tests
tag=cluster-tests
KUBECONFIG=$(mktemp)
export KUBECONFIG
remove() {
  code=$?
  if [ "$code" != 0 ] && [ -n "${LOGS:-}" ]; then kind export logs "$LOGS" --name "$name" || true; fi
  kind delete cluster --name "$name"
  rm -f "$KUBECONFIG"
}
trap remove EXIT

make images
revision=$(git rev-parse --short=12 HEAD)
images=()
for service in auth catalog payment ui video; do
  image=streamcart/$service
  for next in "$tag" "$tag-next"; do
    docker tag "$image:$revision" "$image:$next"
    images+=("$image:$next")
  done
done
# A catalogue that ends at once with a sentence, whatever it is started as.
for broken in "$tag-broken" "$tag-failmigrate"; do
  printf 'FROM streamcart/catalog:%s\nENV REDIS_AUTHENTICATION=broken\n' "$revision" | docker build --quiet --tag "streamcart/catalog:$broken" -
  images+=("streamcart/catalog:$broken")
done

kind create cluster --name "$name" --image "$(scripts/ci/tool.sh image kind-node)" --wait 120s
kind load docker-image --name "$name" "${images[@]}"
.venv/bin/python -m devtools.release.addons | kubectl apply --server-side --filename -
version=$(sed -n '/^variable "chart_version"/,/^}/s/ *default *= "\(.*\)"/\1/p' infra/terraform/modules/argocd/variables.tf)
helm install argocd argo-cd --repo https://argoproj.github.io/argo-helm --version "$version" \
  --namespace argocd --create-namespace --wait --timeout 10m \
  --set configs.cm."timeout\.reconciliation"=10s --set configs.cm."application\.resourceTrackingMethod"=annotation

# Under this address the cluster reaches the Git repository that the tests serve from here.
TEST_GIT_HOST=$(docker network inspect kind --format '{{(index .IPAM.Config 0).Gateway}}')
if [[ $TEST_GIT_HOST == *:* ]]; then TEST_GIT_HOST=$(docker network inspect kind --format '{{(index .IPAM.Config 1).Gateway}}'); fi
export TEST_GIT_HOST TEST_IMAGE_TAG=$tag
make test ARGS=cluster
