{{/*
Labels of an object (decision 0025): what it belongs to, and which chart it comes from; what runs an image has its version.
dict root component, and version
*/}}
{{- define "common.labels" -}}
{{ include "common.stableLabels" . }}
helm.sh/chart: {{ include "common.labelValue" (printf "%s-%s" .root.Chart.Name .root.Chart.Version) | quote }}
{{- with .version }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
{{- end -}}

{{/*
Labels of pods and namespaces: none that a release changes. A changed pod template replaces pods, and Cilium makes a
pod's identity of its labels and its namespace's.  dict root component
*/}}
{{- define "common.stableLabels" -}}
{{ include "common.selector" . }}
app.kubernetes.io/instance: streamcart-{{ .root.Values.global.environment }}
app.kubernetes.io/part-of: streamcart
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/* Labels that find the pods of a component.  dict root component */}}
{{- define "common.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* metadata: of an object.  dict root component, name where it is not `<service>-<component>`, and version */}}
{{- define "common.metadata" -}}
metadata:
  name: {{ .name | default (printf "%s-%s" .root.Chart.Name .component) }}
  namespace: {{ .root.Values.namespace }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
{{- end -}}

{{/* The service's image. A digest wins over the tag, the tag over the chart's release. */}}
{{- define "common.image" -}}
{{- $image := .Values.image -}}
{{- if has $image.tag (list "latest" "main" "master" "edge" "nightly") -}}
{{- fail (printf "%s.image.tag=%s is a mutable tag: it may mean another image tomorrow. Give a commit or a version, or image.digest." .Chart.Name $image.tag) -}}
{{- end -}}
{{- $repository := printf "%s%s" (ternary (printf "%s/" .Values.global.images.registry) "" (ne .Values.global.images.registry "")) $image.repository -}}
{{- if $image.digest -}}
{{ $repository }}@{{ $image.digest }}
{{- else -}}
{{ $repository }}:{{ $image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Version of the service's image; nothing where only its digest is known. */}}
{{- define "common.version" -}}
{{- if or .Values.image.tag (not .Values.image.digest) -}}
{{ include "common.labelValue" (.Values.image.tag | default .Chart.AppVersion) }}
{{- end -}}
{{- end -}}

{{/* Version of another maker's image by its reference; nothing where it has no tag. */}}
{{- define "common.imageVersion" -}}
{{ include "common.labelValue" (regexReplaceAll "@.*$" . "" | regexFind ":[^:/]+$" | trimPrefix ":") }}
{{- end -}}

{{/* A text as the value of a label: at most 63 letters, digits, hyphens, underscores and dots. */}}
{{- define "common.labelValue" -}}
{{ . | replace "+" "_" | trunc 63 | trimAll "-_." }}
{{- end -}}

{{/*
Argo CD's order inside a service: what a release needs (no wave), its migrations (1), its pods (2), what acts upon pods:
autoscalers and a restore (3). A migration that fails stops a sync before any pod is replaced. Helm applies all at once,
and the pods wait by themselves.
*/}}
{{- define "common.wave" }}
  annotations:
    argocd.argoproj.io/sync-wave: {{ . | quote }}
{{- end -}}

{{- define "common.publicUrl" -}}
{{ .Values.global.scheme }}://{{ .Values.global.host }}
{{- end -}}

{{/* Inside address of a service by its name. */}}
{{- define "common.serviceUrl" -}}
{{- $name := .name -}}
{{- range .root.Values.global.routing.routes -}}
{{- if eq .service $name -}}http://{{ .service }}.{{ .namespace }}.svc.cluster.local:{{ .port }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* Namespace of a service by its name. */}}
{{- define "common.namespaceOf" -}}
{{- $name := .name -}}
{{- range .root.Values.global.routing.routes -}}
{{- if eq .service $name -}}{{ .namespace }}{{- end -}}
{{- end -}}
{{- end -}}

{{/* A quantity such as 512Mi, 2Gi in mebibytes. */}}
{{- define "common.mebibytes" -}}
{{- if hasSuffix "Gi" . -}}
{{ mul (trimSuffix "Gi" . | int) 1024 }}
{{- else if hasSuffix "Mi" . -}}
{{ trimSuffix "Mi" . | int }}
{{- else -}}
{{ fail (printf "Memory must be given in Mi or Gi, not as %q." .) }}
{{- end -}}
{{- end -}}
