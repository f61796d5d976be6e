{{/*
Laying `over` upon `base`: maps are merged, everything else replaces. Changes `base`, which must be a copy.
(sprig's merge cannot replace true by false.)  list base over
*/}}
{{- define "common.overlay" -}}
{{- $base := index . 0 -}}
{{- range $key, $value := index . 1 -}}
{{- if and (kindIs "map" $value) (kindIs "map" (get $base $key)) -}}
{{- include "common.overlay" (list (get $base $key) $value) -}}
{{- else -}}
{{- $_ := set $base $key $value -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Sets `Values` of a context without any: a service's values over global.defaults.  list context values */}}
{{- define "common.withDefaults" -}}
{{- $values := deepCopy (index . 1).global.defaults -}}
{{- include "common.overlay" (list $values (index . 1)) -}}
{{- $_ := set (index . 0) "Values" $values -}}
{{- end -}}

{{/* What the API server would refuse without saying why, or what would give a token away. */}}
{{- define "common.refuseClashes" -}}
{{- range $label := keys .Values.podLabels -}}
{{- if hasPrefix "app.kubernetes.io/" $label -}}
{{- fail (printf "%s.podLabels may not set %s: Services and policies find pods by it." $.Chart.Name $label) -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraEnv -}}
{{- if has .name (list "DATABASE_URL" "REDIS_URL" "METRICS_PORT" "ADMINISTRATOR_URL" "DATABASE_PRINCIPAL_ID") -}}
{{- fail (printf "%s.extraEnv may not set %s: the chart makes it from other values." $.Chart.Name .name) -}}
{{- end -}}
{{- end -}}
{{- if and (eq (include "common.redisSignsIn" .) "entra") (not .Values.global.redis.external.tls) -}}
{{- fail "global.redis.external.tls=false would send tokens in clear: leave it true with authentication=entra." -}}
{{- end -}}
{{- end -}}

{{/*
One object of a service, by the name of the file that it stands in: `common.<name>` with the service's values over
global.defaults. An object that the values do not ask for is empty.  list context name
*/}}
{{- define "common.object" -}}
{{- $context := omit (index . 0) "Values" -}}
{{- include "common.withDefaults" (list $context (index . 0).Values) -}}
{{- include (printf "common.%s" (index . 1)) $context -}}
{{- end -}}

{{/* Refuses what Helm's schemas cannot. Renders nothing. */}}
{{- define "common.validate" -}}
{{- $context := omit . "Values" -}}
{{- include "common.withDefaults" (list $context .Values) -}}
{{- include "common.refuseClashes" $context -}}
{{- end -}}

{{/* Manifests of the installation's own beside the service's. */}}
{{- define "common.extra-objects" }}
{{- range .Values.extraObjects }}
{{- $object := deepCopy . }}
{{- if not (dig "metadata" "namespace" "" $object) }}
{{- $_ := set $object.metadata "namespace" $.Values.namespace }}
{{- end }}
---
{{ toYaml $object }}
{{- end }}
{{- end }}
