{{/* Where the service's objects live. */}}
{{- define "common.namespace" }}
{{- include "common.refuseSecondOwner" . }}
apiVersion: v1
kind: Namespace
metadata:
  name: {{ .Values.namespace }}
  labels:
    {{- include "common.stableLabels" (dict "root" . "component" "namespace") | nindent 4 }}
    {{- range $mode := list "enforce" "audit" "warn" }}
    pod-security.kubernetes.io/{{ $mode }}: restricted
    pod-security.kubernetes.io/{{ $mode }}-version: latest
    {{- end }}
    {{- if .Values.global.images.signatures.required }}
    policy.sigstore.dev/include: "true"
    {{- end }}
  annotations:
    # What lies in it (databases, films) outlives the release: deleting it is somebody's decision.
    helm.sh/resource-policy: keep
    argocd.argoproj.io/sync-options: Delete=false,Prune=false
{{- end }}

{{/*
A cluster holds one shop: its namespaces and objects have the same names whatever the release is called. Helm would refuse
a second one object by object; this says it once. (`helm template` and Argo CD ask no cluster.)
*/}}
{{- define "common.refuseSecondOwner" -}}
{{- with (lookup "v1" "Namespace" "" .Values.namespace).metadata -}}
{{- $owner := printf "%s/%s" (dig "annotations" "meta.helm.sh/release-namespace" "" .) (dig "annotations" "meta.helm.sh/release-name" "" .) -}}
{{- $self := printf "%s/%s" $.Release.Namespace $.Release.Name -}}
{{- if dig "annotations" "argocd.argoproj.io/tracking-id" "" . -}}
{{- fail (printf "Argo CD runs this shop: the namespace %s is an Application's. Change argocd/environments and push, or delete the Applications first." $.Values.namespace) -}}
{{- else if and (ne $owner "/") (ne $owner $self) -}}
{{- fail (printf "The release %s runs a shop in this cluster already (namespace %s), and a cluster holds one. Upgrade that release; if it was uninstalled, install under its name again: its data is still there." $owner $.Values.namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Who the service's pods are. No pod gets a token; a workload identity is handed in by AKS's webhook. */}}
{{- define "common.serviceaccount" }}
{{- if or (eq (include "common.redisSignsIn" .) "entra") (and .Values.postgres.enabled (eq (include "common.databaseSignsIn" .) "entra")) }}
{{- $_ := required (printf "%s.workloadIdentity.clientId is needed with authentication=entra: its pods get no token otherwise." .Chart.Name) .Values.workloadIdentity.clientId }}
{{- end }}
apiVersion: v1
kind: ServiceAccount
{{ include "common.metadata" (dict "root" . "component" "identity" "name" .Chart.Name) }}
  {{- $annotations := include "common.identity" (dict "root" . "clientId" .Values.workloadIdentity.clientId) | fromYaml }}
  {{- with merge (deepCopy .Values.serviceAccountAnnotations) $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* Where a node is full, the shop's pods stay and what can wait goes. */}}
{{- define "common.priorityclass" }}
{{- if and (gt (int .Values.priority) 0) (not .Values.priorityClassName) }}
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata:
  name: {{ include "common.priorityClass" . }}
  labels:
    {{- include "common.labels" (dict "root" . "component" "priority") | nindent 4 }}
  annotations:
    argocd.argoproj.io/sync-wave: "-1"
value: {{ .Values.priority }}
globalDefault: false
description: Pods of {{ .Chart.Name }}
{{- end }}
{{- end }}

{{/* Annotations by which AKS's webhook hands a workload identity to a ServiceAccount's pods, as a map.  dict root clientId */}}
{{- define "common.identity" -}}
{{- with .clientId -}}
azure.workload.identity/client-id: {{ . }}
{{- with $.root.Values.global.azure.tenantId }}
azure.workload.identity/tenant-id: {{ . }}
{{- end }}
{{- else -}}
{}
{{- end -}}
{{- end -}}

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
  "SHOP_ADDRESS" .Values.global.email.address
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
{{- $_ := set $variables "AZURE_STORAGE_CONTAINER" (.Values.files.azure.container | default .Chart.Name) -}}
{{- else -}}
{{- $_ := set $variables "MEDIA_ROOT" "/media" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.postgres.enabled .Values.postgres.external.host -}}
{{- $_ := set $variables "DATABASE_AUTHENTICATION" .Values.postgres.external.authentication -}}
{{- end -}}
{{- if .Values.global.redis.external.host -}}
{{- $_ := set $variables "REDIS_AUTHENTICATION" .Values.global.redis.external.authentication -}}
{{- end -}}
{{- with .Values.provider -}}
{{- $_ := set $variables "ENVIRONMENT" $.Values.global.environment -}}
{{- $_ := set $variables "PAYMENT_PROVIDER" . -}}
{{- $_ := set $variables "TEST_CARDS_IN_PUBLIC" (toString $.Values.testCardsInPublic) -}}
{{- if eq . "stripe" -}}
{{- $_ := set $variables "STRIPE_PUBLISHABLE_KEY" (required "payment.stripe.publishableKey is needed when payment.provider is stripe." $.Values.stripe.publishableKey) -}}
{{- end -}}
{{- end -}}
{{- with .Values.timeZone -}}
{{- $_ := set $variables "SHOP_TIME_ZONE" . -}}
{{- end -}}
{{- with .Values.delivery -}}
{{- $_ := set $variables "SHOP_REGION" .region -}}
{{- $_ := set $variables "ORDER_CUTOFF_HOUR" (toString .cutoffHour) -}}
{{- end -}}
{{- with .Values.tax -}}
{{- $_ := set $variables "TAX_REGISTRATIONS" (join "," .registrations) -}}
{{- $_ := set $variables "PRICES_INCLUDE_TAX" (toString .pricesIncludeTax) -}}
{{- end -}}
{{- if hasKey .Values "pricesIncludeTax" -}}
{{- $_ := set $variables "PRICES_INCLUDE_TAX" (toString .Values.pricesIncludeTax) -}}
{{- end -}}
{{- with .Values.seller -}}
{{- $_ := set $variables "SELLER_NAME" .name -}}
{{- $_ := set $variables "SELLER_STREET" .street -}}
{{- $_ := set $variables "SELLER_POSTAL_CODE" .postalCode -}}
{{- $_ := set $variables "SELLER_CITY" .city -}}
{{- $_ := set $variables "SELLER_EMAIL" .email -}}
{{- $_ := set $variables "SELLER_VAT_ID" .vatId -}}
{{- end -}}
{{- with .Values.returnRequestsEmail -}}
{{- $_ := set $variables "RETURN_REQUESTS_EMAIL" . -}}
{{- end -}}
{{- with .Values.uploads -}}
{{- $_ := set $variables "UPLOAD_AZURE_ACCOUNT" .azure.account -}}
{{- $_ := set $variables "UPLOAD_AZURE_CONTAINER" .azure.container -}}
{{- end -}}
{{- with .Values.encoding -}}
{{- $_ := set $variables "FFMPEG_PRESET" .preset -}}
{{- $_ := set $variables "FFMPEG_THREADS" (toString .threads) -}}
{{- $_ := set $variables "ENCODE_CODECS" (join "," .codecs) -}}
{{- $_ := set $variables "ENCODE_MEMORY_MB" (toString .memoryMb) -}}
{{- end -}}
{{- include "common.overlay" (list $variables .Values.env) -}}
{{- toYaml $variables -}}
{{- end -}}

{{/* ConfigMap of those variables. */}}
{{- define "common.configmap" }}
apiVersion: v1
kind: ConfigMap
{{ include "common.metadata" (dict "root" . "component" "environment") }}
data:
  {{- include "common.environment" . | nindent 2 }}
{{- end }}

{{- define "common.redisUrl" -}}
{{- $external := .Values.global.redis.external -}}
{{- if $external.host -}}
{{- $user := printf "%s:$(REDIS_PASSWORD)@" (ternary .Chart.Name "" $external.ownUsers) -}}
{{ ternary "rediss" "redis" $external.tls }}://{{ ternary "" $user (eq $external.authentication "entra") }}{{ $external.host }}:{{ $external.port }}/0
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
postgres://{{ .Chart.Name }}{{ ternary "" ":$(DATABASE_PASSWORD)" (eq (include "common.databaseSignsIn" .) "entra") }}@{{ include "common.databaseHost" . }}:{{ $external.port }}/{{ .Chart.Name }}
{{- if $external.host }}?sslmode={{ $external.sslMode }}{{ end -}}
{{- end -}}

{{/* How the service signs in to its database: `entra` or `password`. */}}
{{- define "common.databaseSignsIn" -}}
{{- ternary .Values.postgres.external.authentication "password" (ne .Values.postgres.external.host "") -}}
{{- end -}}

{{/* How the service signs in to Redis: `entra` or `password`. */}}
{{- define "common.redisSignsIn" -}}
{{- ternary .Values.global.redis.external.authentication "password" (ne .Values.global.redis.external.host "") -}}
{{- end -}}
