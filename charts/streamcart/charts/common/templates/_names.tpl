{{/* Labels of an object.  dict root component */}}
{{- define "common.labels" -}}
{{ include "common.selector" . }}
app.kubernetes.io/part-of: streamcart
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{/* Labels that find the pods of a component.  dict root component */}}
{{- define "common.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* metadata: of an object.  dict root component, and name where it is not `<service>-<component>` */}}
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
