{{/* Where the service's objects live. */}}
{{- define "common.namespace" }}
---
apiVersion: v1
kind: Namespace
metadata:
  name: {{ .Values.namespace }}
  labels:
    {{- include "common.labels" (dict "root" . "component" "namespace") | nindent 4 }}
    {{- range $mode := list "enforce" "audit" "warn" }}
    pod-security.kubernetes.io/{{ $mode }}: restricted
    pod-security.kubernetes.io/{{ $mode }}-version: latest
    {{- end }}
  annotations:
    # What lies in it (databases, films) outlives the release: deleting it is somebody's decision.
    helm.sh/resource-policy: keep
    argocd.argoproj.io/sync-options: Delete=false,Prune=false
{{- end }}

{{/* Who the service's pods are. No pod gets a token; a workload identity is handed in by AKS's webhook. */}}
{{- define "common.serviceAccount" }}
---
apiVersion: v1
kind: ServiceAccount
{{ include "common.metadata" (dict "root" . "component" "identity" "name" .Chart.Name) }}
  {{- $annotations := deepCopy .Values.serviceAccountAnnotations }}
  {{- if .Values.workloadIdentityClientId }}
  {{- $_ := set $annotations "azure.workload.identity/client-id" .Values.workloadIdentityClientId }}
  {{- if .Values.global.azure.tenantId }}
  {{- $_ := set $annotations "azure.workload.identity/tenant-id" .Values.global.azure.tenantId }}
  {{- end }}
  {{- end }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* Plain variables of every process of the service, as a map; docs/configuration.md says what each is. */}}
{{- define "common.environment" -}}
{{- $root := . -}}
{{- $variables := dict
  "PUBLIC_URL" (include "common.publicUrl" .)
  "ALLOWED_HOSTS" "*"
  "DEBUG" "false"
  "LOG_LEVEL" .Values.logLevel
  "LOG_FORMAT" "json"
  "EMAIL_URL" .Values.global.email.url
  "DEFAULT_FROM_EMAIL" .Values.global.email.from
  "WEB_WORKERS" (toString .Values.web.workers)
  "WEB_THREADS" (toString .Values.web.threads)
  "WORKER_CONCURRENCY" (toString .Values.worker.concurrency)
  "RUN_DIR" "/tmp"
-}}
{{- range $name := list "auth" "catalog" "payment" "video" -}}
{{- $_ := set $variables (printf "%s_URL" (upper $name)) (include "common.serviceUrl" (dict "root" $root "name" $name)) -}}
{{- end -}}
{{- if .Values.global.email.secretName -}}
{{- $_ := unset $variables "EMAIL_URL" -}}
{{- end -}}
{{- if .Values.files.enabled -}}
{{- $_ := set $variables "MEDIA_URL" (printf "%s/media/%s/" (include "common.publicUrl" .) .Chart.Name) -}}
{{- if eq .Values.files.kind "azure" -}}
{{- $_ := set $variables "AZURE_STORAGE_ACCOUNT" (required "files.azure.account is needed when files.kind is azure." .Values.files.azure.account) -}}
{{- $_ := set $variables "AZURE_STORAGE_CONTAINER" (required "files.azure.container is needed when files.kind is azure." .Values.files.azure.container) -}}
{{- else -}}
{{- $_ := set $variables "MEDIA_ROOT" "/media" -}}
{{- end -}}
{{- end -}}
{{- with .Values.timeZone -}}
{{- $_ := set $variables "SHOP_TIME_ZONE" . -}}
{{- end -}}
{{- with .Values.encoding -}}
{{- $_ := set $variables "FFMPEG_PRESET" .preset -}}
{{- $_ := set $variables "FFMPEG_THREADS" (toString .threads) -}}
{{- end -}}
{{- include "common.overlay" (list $variables .Values.env) -}}
{{- toYaml $variables -}}
{{- end -}}

{{- define "common.config" }}
---
apiVersion: v1
kind: ConfigMap
{{ include "common.metadata" (dict "root" . "component" "environment") }}
data:
  {{- include "common.environment" . | nindent 2 }}
{{- end }}

{{- define "common.redisUrl" -}}
{{- $external := .Values.global.redis.external -}}
{{- if $external.host -}}
{{ ternary "rediss" "redis" $external.tls }}://{{ $external.user }}:$(REDIS_PASSWORD)@{{ $external.host }}:{{ $external.port }}/0
{{- else -}}
redis://{{ .Chart.Name }}:$(REDIS_PASSWORD)@redis.redis.svc.cluster.local:6379/0
{{- end -}}
{{- end -}}

{{- define "common.databaseHost" -}}
{{ .Values.postgres.external.host | default (printf "%s-postgres.%s.svc.cluster.local" .Chart.Name .Values.namespace) }}
{{- end -}}

{{/* Each service's role and database carry its name. */}}
{{- define "common.databaseUrl" -}}
{{- $external := .Values.postgres.external -}}
postgres://{{ .Chart.Name }}:$(DATABASE_PASSWORD)@{{ include "common.databaseHost" . }}:{{ $external.port }}/{{ .Chart.Name }}
{{- if $external.host }}?sslmode={{ $external.sslMode }}{{ end -}}
{{- end -}}
