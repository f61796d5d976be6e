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

{{/*
A service's chart: its values over global.defaults, then every object that they ask for. Each part decides by itself
whether it has anything to say.
*/}}
{{- define "common.app" -}}
{{- $values := deepCopy .Values.global.defaults -}}
{{- include "common.overlay" (list $values .Values) -}}
{{- $context := merge (dict "Values" $values) (omit . "Values") -}}
{{- $_ := set $context "name" .Chart.Name -}}
{{- include "common.namespace" $context -}}
{{- include "common.priority" $context -}}
{{- include "common.serviceAccount" $context -}}
{{- include "common.config" $context -}}
{{- include "common.secrets" $context -}}
{{- include "common.storage" $context -}}
{{- include "common.database" $context -}}
{{- include "common.databaseRole" $context -}}
{{- include "common.migrate" $context -}}
{{- include "common.web" $context -}}
{{- include "common.worker" $context -}}
{{- include "common.beat" $context -}}
{{- include "common.events" $context -}}
{{- include "common.files" $context -}}
{{- include "common.routing" $context -}}
{{- include "common.network" $context -}}
{{- include "common.backup" $context -}}
{{- include "common.monitoring" $context -}}
{{- include "common.extraObjects" $context -}}
{{- end -}}

{{/* Manifests of the installation's own beside the service's. */}}
{{- define "common.extraObjects" }}
{{- range .Values.extraObjects }}
{{- $object := deepCopy . }}
{{- if not (dig "metadata" "namespace" "" $object) }}
{{- $_ := set $object.metadata "namespace" $.Values.namespace }}
{{- end }}
---
{{ toYaml $object }}
{{- end }}
{{- end }}
