{{/*
PrometheusRule of a service: its service levels (availability and latency, by burn rate over several windows, after the
Google SRE workbook, chapter 5), and what stands still. Every alert has a section in docs/runbooks/alerts.md.
*/}}
{{- define "common.prometheusrule" }}
{{- if .Values.global.monitoring.enabled }}
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
{{ include "common.metadata" (dict "root" . "component" "rules") }}
    {{- with .Values.global.monitoring.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  groups:
    {{- include "common.rules.levels" . | nindent 4 }}
    {{- include "common.rules.pods" . | nindent 4 }}
    {{- if .Values.worker.enabled }}
    {{- include "common.rules.queue" . | nindent 4 }}
    {{- end }}
    {{- if .Values.events.enabled }}
    {{- include "common.rules.events" . | nindent 4 }}
    {{- end }}
    {{- if .Values.postgres.enabled }}
    {{- include "common.rules.data" . | nindent 4 }}
    {{- end }}
    {{- if eq .Chart.Name "payment" }}
    {{- include "common.rules.orders" . | nindent 4 }}
    {{- end }}
    {{- if eq .Chart.Name "video" }}
    {{- include "common.rules.encodings" . | nindent 4 }}
    {{- end }}
    {{- if eq .Values.global.secrets.source "external" }}
    {{- include "common.rules.secrets" . | nindent 4 }}
    {{- end }}
    {{- if eq .Chart.Name "ui" }}
    {{- include "common.rules.certificate" . | nindent 4 }}
    {{- if eq .Values.global.routing.flavor "nginx" }}
    {{- include "common.rules.gateway" . | nindent 4 }}
    {{- end }}
    {{- include "common.rules.deployment" . | nindent 4 }}
    {{- include "common.rules.heartbeat" . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}

{{/* One alert.  dict root name expr severity summary description, and for and window where it has them */}}
{{- define "common.alert" -}}
- alert: {{ .name }}
  expr: {{ .expr | quote }}
  {{- with .for }}
  for: {{ . }}
  {{- end }}
  labels:
    severity: {{ .severity }}
    service: {{ .root.Chart.Name }}
    {{- with .window }}
    window: {{ . }}
    {{- end }}
  annotations:
    summary: {{ .summary | quote }}
    description: {{ .description | quote }}
    runbook_url: {{ printf "%s#%s" .root.Values.global.monitoring.runbookUrl (lower .name) | quote }}
{{- end -}}

{{/* Shares of bad requests over each window, then alerts where the budget of 30 days burns too fast. */}}
{{- define "common.rules.levels" -}}
{{- $root := . -}}
{{- $name := .Chart.Name -}}
{{- $slo := .Values.global.monitoring.slo -}}
{{- $requests := "django_http_responses_total_by_status_total" -}}
{{- $latency := "django_http_requests_latency_including_middlewares_seconds" -}}
- name: {{ $name }}-levels
  rules:
    {{- range $window := list "5m" "30m" "1h" "2h" "6h" "1d" "3d" }}
    - record: streamcart:errors:ratio_rate{{ $window }}
      expr: {{ printf "sum(rate(%s{job=\"%s\",status=~\"5..\"}[%s])) / (sum(rate(%s{job=\"%s\"}[%s])) > 0)" $requests $name $window $requests $name $window | quote }}
      labels: {service: {{ $name }}}
    - record: streamcart:slow:ratio_rate{{ $window }}
      expr: {{ printf "1 - sum(rate(%s_bucket{job=\"%s\",le=\"%v\"}[%s])) / (sum(rate(%s_count{job=\"%s\"}[%s])) > 0)" $latency $name $slo.latencySeconds $window $latency $name $window | quote }}
      labels: {service: {{ $name }}}
    {{- end }}
    {{- range $level := list (dict "alert" "Errors" "series" "errors" "target" $slo.availabilityPercent "words" "requests fail") (dict "alert" "Slowness" "series" "slow" "target" $slo.latencyPercent "words" (printf "requests take longer than %v s" $slo.latencySeconds)) }}
    {{- range $burn := list (dict "factor" 14.4 "long" "1h" "short" "5m" "severity" "page") (dict "factor" 6.0 "long" "6h" "short" "30m" "severity" "page") (dict "factor" 3.0 "long" "1d" "short" "2h" "severity" "ticket") (dict "factor" 1.0 "long" "3d" "short" "6h" "severity" "ticket") }}
    {{- $limit := printf "(%v * (1 - %v / 100))" $burn.factor $level.target }}
    {{- $series := printf "streamcart:%s:ratio_rate" $level.series }}
    {{- $selector := printf "{service=%q}" $name }}
    {{- include "common.alert" (dict "root" $root "name" (printf "StreamCart%sBurnBudget" $level.alert)
      "expr" (printf "%s%s%s > %s and %s%s%s > %s" $series $burn.long $selector $limit $series $burn.short $selector $limit)
      "severity" $burn.severity "window" $burn.long
      "summary" (printf "%s: too many %s" $name $level.words)
      "description" (printf "Over %s, {{ $value | humanizePercentage }} of the %s; at this rate the budget of 30 days (%v %%) lasts %v days." $burn.long $level.words $level.target (div 30 (max 1 (int $burn.factor))))) | nindent 4 }}
    {{- end }}
    {{- end }}
{{- end -}}

{{/* From kube-state-metrics. */}}
{{- define "common.rules.pods" -}}
{{- $name := .Chart.Name -}}
{{- $namespace := .Values.namespace -}}
- name: {{ $name }}-pods
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartPodsMissing"
      "expr" (printf "kube_deployment_spec_replicas{namespace=%q} > kube_deployment_status_replicas_available{namespace=%q}" $namespace $namespace)
      "for" "15m" "severity" "ticket"
      "summary" "{{ $labels.deployment }} lacks pods"
      "description" "For 15 minutes fewer pods of {{ $labels.deployment }} are available than there should be.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartServiceDown"
      "expr" (printf "kube_deployment_status_replicas_available{namespace=%q,deployment=\"%s-web\"} == 0 and kube_deployment_spec_replicas{namespace=%q,deployment=\"%s-web\"} > 0" $namespace $name $namespace $name)
      "for" "2m" "severity" "page"
      "summary" (printf "%s has no ready web pod" $name)
      "description" (printf "No web pod of %s is ready for 2 minutes." $name)) | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartCrashLoop"
      "expr" (printf "increase(kube_pod_container_status_restarts_total{namespace=%q}[30m]) > 3" $namespace)
      "severity" "ticket"
      "summary" "{{ $labels.pod }} restarts repeatedly"
      "description" "{{ $labels.container }} of {{ $labels.pod }} started {{ $value | humanize }} times in 30 minutes.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartJobFailed"
      "expr" (printf "kube_job_status_failed{namespace=%q} > 0 and kube_job_status_succeeded{namespace=%q} == 0" $namespace $namespace)
      "for" "5m" "severity" "ticket"
      "summary" "{{ $labels.job_name }} failed"
      "description" "The Job {{ $labels.job_name }} has failed pods and has not succeeded. New pods wait for migrations.") | nindent 4 }}
{{- end -}}

{{- define "common.rules.queue" -}}
{{- $name := .Chart.Name -}}
- name: {{ $name }}-queue
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartQueueStuck"
      "expr" (printf "max(streamcart_queue_oldest_seconds{job=%q,queue=%q}) > %v" $name $name .Values.global.monitoring.queueAgeSeconds)
      "for" "5m" "severity" "ticket"
      "summary" (printf "Background tasks of %s are not processed" $name)
      "description" "The oldest task has been waiting for {{ $value | humanizeDuration }}.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartTasksFail"
      "expr" (printf "sum by (task) (increase(streamcart_tasks_total{job=%q,outcome=\"failure\"}[30m])) > 5" $name)
      "severity" "ticket"
      "summary" "{{ $labels.task }} fails"
      "description" "{{ $labels.task }} failed {{ $value | humanize }} times in 30 minutes.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartItemGivenUp"
      "expr" (printf "sum by (periodic_job) (increase(streamcart_job_items_given_up_total{job=%q}[1h])) > 0" $name)
      "severity" "ticket"
      "summary" "{{ $labels.periodic_job }} gave up on an item"
      "description" "{{ $labels.periodic_job }} stopped retrying an item after about a day.") | nindent 4 }}
{{- end -}}

{{- define "common.rules.events" -}}
{{- $name := .Chart.Name -}}
- name: {{ $name }}-events
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartEventsLag"
      "expr" (printf "max by (source) (streamcart_events_lag_seconds{job=%q}) > %v" $name .Values.global.monitoring.eventLagSeconds)
      "for" "5m" "severity" (ternary "page" "ticket" (eq $name "video"))
      "summary" (printf "%s lags behind {{ $labels.source }}'s events" $name)
      "description" "The oldest event that is known and not handled is {{ $value | humanizeDuration }} old. Paid films may be missing in libraries.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartEventsUnread"
      "expr" (printf "absent(streamcart_events_position{job=%q})" $name)
      "for" "10m" "severity" "page"
      "summary" (printf "%s does not process events" $name)
      "description" (printf "The events role of %s shows no metrics for 10 minutes." $name)) | nindent 4 }}
{{- end -}}

{{- define "common.rules.data" -}}
{{- $name := .Chart.Name -}}
{{- $namespace := .Values.namespace -}}
- name: {{ $name }}-data
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartVolumeFills"
      "expr" (printf "kubelet_volume_stats_available_bytes{namespace=%q} / kubelet_volume_stats_capacity_bytes{namespace=%q} < 0.15" $namespace $namespace)
      "for" "10m" "severity" "ticket"
      "summary" "{{ $labels.persistentvolumeclaim }} is nearly full"
      "description" "{{ $value | humanizePercentage }} of {{ $labels.persistentvolumeclaim }} is left.") | nindent 4 }}
    {{- if .Values.backup.enabled }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartBackupOld"
      "expr" (printf "time() - kube_cronjob_status_last_successful_time{namespace=%q,cronjob=\"%s-backup\"} > %v" $namespace $name .Values.global.monitoring.backupAgeSeconds)
      "severity" "ticket"
      "summary" (printf "The newest dump of %s is old" $name)
      "description" "The last dump that succeeded is {{ $value | humanizeDuration }} old.") | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "common.rules.orders" -}}
- name: payment-orders
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartOrdersStuck"
      "expr" (printf "max(streamcart_orders_oldest_open_seconds{job=\"payment\",state=\"authorised\"}) > %v" .Values.global.monitoring.orderAgeSeconds)
      "for" "5m" "severity" "page"
      "summary" "Orders are authorised and not paid"
      "description" "A payment has been authorised for {{ $value | humanizeDuration }} and is neither captured nor voided.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartOrdersUnreserved"
      "expr" (printf "max(streamcart_orders_oldest_open_seconds{job=\"payment\",state=\"pending\"}) > %v" .Values.global.monitoring.orderAgeSeconds)
      "for" "5m" "severity" "ticket"
      "summary" "Orders wait for their stock reservation"
      "description" "The oldest order has been pending for {{ $value | humanizeDuration }}.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartRefundsStuck"
      "expr" (printf "max(streamcart_refunds_oldest_open_seconds{job=\"payment\"}) > %v" .Values.global.monitoring.orderAgeSeconds)
      "for" "5m" "severity" "ticket"
      "summary" "Refunds do not complete"
      "description" "The oldest open refund was requested {{ $value | humanizeDuration }} ago.") | nindent 4 }}
    {{- /* For 15 minutes a customer may be confirming a first payment at the bank. */}}
    {{- include "common.alert" (dict "root" . "name" "StreamCartRenewalsOverdue"
      "expr" "max(streamcart_subscriptions_oldest_due_seconds{job=\"payment\"}) > 1800"
      "for" "5m" "severity" "ticket"
      "summary" "Subscriptions are not renewed"
      "description" "The renewal that waits longest was due {{ $value | humanizeDuration }} ago.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartBooksDiffer"
      "expr" "max(streamcart_reconciliation_differences{job=\"payment\"}) > 0"
      "for" "5m" "severity" "ticket"
      "summary" "The ledger differs from the payment provider"
      "description" "{{ $value | humanize }} differences are not settled.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartBooksNotCompared"
      "expr" "max(streamcart_reconciliation_age_seconds{job=\"payment\"}) > 172800"
      "for" "5m" "severity" "ticket"
      "summary" "The ledger is not compared with the payment provider"
      "description" "The last day that was compared ended {{ $value | humanizeDuration }} ago.") | nindent 4 }}
{{- end -}}

{{- define "common.rules.encodings" -}}
- name: video-encodings
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartEncodingsWait"
      "expr" (printf "max(streamcart_encodings_oldest_waiting_seconds{job=\"video\"}) > %v" .Values.global.monitoring.encodingAgeSeconds)
      "for" "10m" "severity" "ticket"
      "summary" "Encodings are waiting for a worker"
      "description" "The oldest encoding has been queued for {{ $value | humanizeDuration }}.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartEncodingsFail"
      "expr" "max(streamcart_encodings{job=\"video\",state=\"failed\"}) > 3"
      "severity" "ticket"
      "summary" "Encodings fail"
      "description" "{{ $value | humanize }} encodings failed within a day.") | nindent 4 }}
{{- end -}}
