{{/* Grafana's dashboard of a service, as a ConfigMap that its sidecar finds. Built from maps, so it is valid JSON. */}}
{{- define "common.configmap-dashboard" }}
{{- if and .Values.global.monitoring.enabled .Values.global.monitoring.dashboards }}
{{- $name := .Chart.Name }}
{{- $namespace := .Values.namespace }}
{{- $requests := printf "django_http_responses_total_by_status_total{job=%q}" $name }}
{{- $panels := list
  (dict "title" "Requests a second" "unit" "reqps" "targets" (dict "{{status}}" (printf "sum by (status) (rate(%s[5m]))" $requests)))
  (dict "title" "Share of failed and slow requests" "unit" "percentunit" "targets" (dict "failed" (printf "streamcart:errors:ratio_rate5m{service=%q}" $name) "slow" (printf "streamcart:slow:ratio_rate5m{service=%q}" $name)))
  (dict "title" "Latency" "unit" "s" "targets" (include "common.dashboard.latency" $name | fromYaml))
  (dict "title" "Error budget left (30 days)" "unit" "percentunit" "targets" (dict "left" (printf "1 - avg_over_time(streamcart:errors:ratio_rate1h{service=%q}[30d]) / (1 - %v / 100)" $name .Values.global.monitoring.slo.availabilityPercent)))
  (dict "title" "CPU of pods" "unit" "cores" "targets" (dict "{{pod}}" (printf "sum by (pod) (rate(container_cpu_usage_seconds_total{namespace=%q,container!=\"\"}[5m]))" $namespace)))
  (dict "title" "Memory of pods" "unit" "bytes" "targets" (dict "{{pod}}" (printf "sum by (pod) (container_memory_working_set_bytes{namespace=%q,container!=\"\"})" $namespace)))
}}
{{- if get .Values.global.network.calls $name }}
{{- $panels = append $panels (dict "title" "Calls to other services" "unit" "reqps" "targets" (dict "{{target}} {{outcome}}" (printf "sum by (target, outcome) (rate(streamcart_service_requests_total{job=%q}[5m]))" $name))) }}
{{- end }}
{{- if .Values.worker.enabled }}
{{- $panels = append $panels (dict "title" "Queue" "unit" "short" "targets" (dict "waiting" (printf "max by (queue) (streamcart_queue_length{job=%q})" $name) "age of the oldest, s" (printf "max by (queue) (streamcart_queue_oldest_seconds{job=%q})" $name))) }}
{{- $panels = append $panels (dict "title" "Tasks a minute" "unit" "short" "targets" (dict "{{task}} {{outcome}}" (printf "sum by (task, outcome) (rate(streamcart_tasks_total{job=%q}[5m])) * 60" $name))) }}
{{- end }}
{{- if .Values.events.enabled }}
{{- $panels = append $panels (dict "title" "Event lag" "unit" "s" "targets" (dict "{{source}}" (printf "max by (source) (streamcart_events_lag_seconds{job=%q})" $name))) }}
{{- end }}
{{- if eq $name "payment" }}
{{- $panels = append $panels (dict "title" "Open orders" "unit" "short" "targets" (dict "{{state}}" "max by (state) (streamcart_orders_open{job=\"payment\"})")) }}
{{- end }}
{{- if eq $name "video" }}
{{- $panels = append $panels (dict "title" "Encodings" "unit" "short" "targets" (dict "{{state}}" "max by (state) (streamcart_encodings{job=\"video\"})")) }}
{{- end }}
{{- $source := dict "type" "prometheus" "uid" "${source}" }}
{{- $made := list }}
{{- range $index, $panel := $panels }}
{{- $targets := list }}
{{- range $legend, $expr := $panel.targets }}
{{- $targets = append $targets (dict "refId" (printf "q%d" (len $targets)) "expr" $expr "legendFormat" $legend "datasource" $source) }}
{{- end }}
{{- $made = append $made (dict
  "id" (add1 $index) "type" "timeseries" "title" $panel.title "datasource" $source "targets" $targets
  "gridPos" (dict "h" 8 "w" 8 "x" (mul 8 (mod $index 3)) "y" (mul 8 (div $index 3)))
  "fieldConfig" (dict "defaults" (dict "unit" $panel.unit "min" 0 "custom" (dict "fillOpacity" 10 "showPoints" "never")) "overrides" list)
  "options" (dict "legend" (dict "displayMode" "list" "placement" "bottom") "tooltip" (dict "mode" "multi"))) }}
{{- end }}
{{- $dashboard := dict
  "uid" (printf "streamcart-%s" $name) "title" (printf "StreamCart / %s" $name) "tags" (list "streamcart")
  "schemaVersion" 39 "editable" false "refresh" "30s" "time" (dict "from" "now-6h" "to" "now") "panels" $made
  "templating" (dict "list" (list (dict "name" "source" "type" "datasource" "query" "prometheus" "label" "Source"))) }}
apiVersion: v1
kind: ConfigMap
{{ include "common.metadata" (dict "root" . "component" "dashboard") }}
    grafana_dashboard: "1"
data:
  {{ $name }}.json: |
    {{- $dashboard | toPrettyJson | nindent 4 }}
{{- end }}
{{- end }}

{{- define "common.dashboard.latency" -}}
{{- range $label, $quantile := dict "p50" "0.5" "p90" "0.9" "p99" "0.99" }}
{{ $label }}: {{ printf "histogram_quantile(%s, sum by (le) (rate(django_http_requests_latency_including_middlewares_seconds_bucket{job=%q}[5m])))" $quantile $ | quote }}
{{- end }}
{{- end -}}
