{{/*
The keeper of secrets: makes every value of global.secrets.services that is missing, once, and never changes one that is
there. It only runs where no Key Vault is at hand (global.secrets.source=generate).
*/}}

{{/* What it makes, as JSON: variables with the names of their values, by namespace and Secret. */}}
{{- define "auth.secretTable" -}}
{{- $table := dict }}
{{- $root := . }}
{{- $services := deepCopy .Values.global.secrets.services }}
{{- if .Values.global.redis.external.host }}
{{- $_ := unset $services "redis" }}
{{- end }}
{{- range $service, $names := $services }}
{{- $namespace := ternary "redis" (include "common.namespaceOf" (dict "root" $root "name" $service)) (eq $service "redis") }}
{{- $_ := set $table $namespace (dict (printf "%s-secrets" $service) $names) }}
{{- end }}
{{- $table | toJson }}
{{- end -}}
