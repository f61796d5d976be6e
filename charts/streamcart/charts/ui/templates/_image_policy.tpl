{{/*
Admission of signed images alone (Sigstore's policy-controller): the shop's images must carry a keyless signature of its
own workflow. The controller looks at namespaces that carry the label policy.sigstore.dev/include.
https://docs.sigstore.dev/policy-controller/overview/
*/}}
{{- define "ui.imagePolicy" }}
{{- $signatures := .Values.global.images.signatures }}
{{- if $signatures.required }}
---
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: streamcart
  labels:
    {{- include "common.labels" (dict "root" . "component" "host") | nindent 4 }}
spec:
  images:
    - glob: {{ printf "%s/streamcart/**" (required "global.images.signatures.required needs global.images.registry: local images carry no signature." .Values.global.images.registry) }}
  authorities:
    - name: workflow
      # What cosign 3 writes.
      signatureFormat: bundle
      keyless:
        url: https://fulcio.sigstore.dev
        identities:
          - issuer: https://token.actions.githubusercontent.com
            subjectRegExp: {{ printf "^%s/\\.github/workflows/(service\\.yml@refs/heads/main|version\\.yml@refs/tags/v.+)$" (required "global.images.signatures.repository must be the address of the repository whose workflow signs, such as https://github.com/owner/name." $signatures.repository | replace "." "\\.") | quote }}
      ctlog:
        url: https://rekor.sigstore.dev
---
# The controller refuses what no policy names. Databases, Redis and file servers run images of other makers: exactly the
# repositories that global.images names. It sees them by digest, and Docker Hub by its real host.
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: streamcart-servers
  labels:
    {{- include "common.labels" (dict "root" . "component" "host") | nindent 4 }}
spec:
  images:
    {{- range list "postgres" "valkey" "nginx" }}
    - glob: {{ include "ui.repository" (index $.Values.global.images .) }}@**
    {{- end }}
    {{- if .Values.global.routing.tls.clusterIssuer }}
    # cert-manager answers the authority's challenge by pods beside the certificate.
    - glob: quay.io/jetstack/cert-manager-acmesolver@**
    {{- end }}
  authorities:
    - name: not-ours
      static: {action: pass}
{{- end }}
{{- end }}

{{/* An image's repository as the controller calls it: without tag and digest, Docker Hub by its real host. */}}
{{- define "ui.repository" -}}
{{- $name := regexReplaceAll ":[^/]*$" (regexReplaceAll "@.*$" . "") "" -}}
{{- regexReplaceAll "^docker[.]io/" $name "index.docker.io/" -}}
{{- end -}}
