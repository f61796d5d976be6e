{{/* What Prometheus scrapes, the rules that it evaluates, the receivers of alerts, and the dashboard of a service. */}}
{{- define "common.servicemonitor" }}
{{- $monitoring := .Values.global.monitoring }}
{{- if $monitoring.enabled }}
{{- $at := dict "root" . "component" "web" }}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
{{ include "common.metadata" $at }}
    {{- with $monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels:
      {{- include "common.selector" $at | nindent 6 }}
  endpoints:
    - port: http
      path: /metrics
      interval: {{ $monitoring.intervalSeconds }}s
      {{- include "common.jobLabel" . | nindent 6 }}
{{- end }}
{{- end }}

{{- define "common.podmonitor" }}
{{- $monitoring := .Values.global.monitoring }}
{{- if and $monitoring.enabled (or .Values.worker.enabled .Values.events.enabled) }}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
{{ include "common.metadata" (dict "root" . "component" "background") }}
    {{- with $monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  selector:
    matchLabels: {app.kubernetes.io/name: {{ .Chart.Name }}}
    matchExpressions:
      - {key: app.kubernetes.io/component, operator: In, values: [worker, encoder, events]}
  podMetricsEndpoints:
    - port: metrics
      path: /metrics
      interval: {{ $monitoring.intervalSeconds }}s
      {{- include "common.jobLabel" . | nindent 6 }}
{{- end }}
{{- end }}

{{/* All parts of a service carry `job=<service>`, and say in `component` which they are. */}}
{{- define "common.jobLabel" -}}
relabelings:
  - {targetLabel: job, replacement: {{ .Chart.Name }}}
  - {sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_component], targetLabel: component}
{{- end -}}
