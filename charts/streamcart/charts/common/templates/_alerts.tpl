{{/*
Notifications of alerts: an AlertmanagerConfig that the cluster's Alertmanager merges into its configuration
(argocd/addons/kube-prometheus-stack.yaml), and the Secret with the receivers' passwords and addresses. It routes the
cluster's own alerts too: `critical` as `page`, `warning` as `ticket`.
*/}}
{{- define "common.externalsecret-alerts" }}
{{- $keys := include "common.alerts.secrets" . | fromYaml }}
{{- if and (include "common.alerts.receivers" .) $keys (eq .Values.global.secrets.source "external") }}
{{- $store := .Values.global.secrets.store }}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "common.metadata" (dict "root" . "component" "alerts" "name" "alerts-secrets") }}
{{- include "common.wave" "3" }}
spec:
  refreshInterval: {{ .Values.global.secrets.refreshInterval }}
  secretStoreRef: {kind: {{ $store.kind }}, name: {{ $store.name }}}
  target:
    name: alerts-secrets
    creationPolicy: Owner
    # A mistake in Git must not silence the alerts.
    deletionPolicy: Retain
  data:
    {{- range $key, $name := $keys }}
    - secretKey: {{ $key }}
      remoteRef: {key: {{ $name }}}
    {{- end }}
{{- end }}
{{- end }}

{{- define "common.alertmanagerconfig" }}
{{- if include "common.alerts.receivers" . }}
{{- $alerts := .Values.global.monitoring.alerts }}
{{- include "common.alerts.validate" $alerts }}
{{- $mail := ne $alerts.email.to "" }}
{{- $teams := ne $alerts.teams.secretName "" }}
{{- $webhook := ne $alerts.webhook.secretName "" }}
{{- $heartbeat := ne $alerts.heartbeat.secretName "" }}
{{- $receives := or $mail $teams $webhook }}
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
{{ include "common.metadata" (dict "root" . "component" "alerts" "name" "alerts") }}
spec:
  route:
    receiver: nobody
    routes:
      {{- if $heartbeat }}
      - receiver: heartbeat
        matchers:
          - {name: alertname, matchType: "=", value: StreamCartHeartbeat}
        groupWait: 1s
        groupInterval: 1m
        # Sent about every four minutes.
        repeatInterval: 3m
      {{- end }}
      {{- if $receives }}
      - receiver: page
        matchers:
          - {name: severity, matchType: "=~", value: page|critical}
        groupBy: [alertname, namespace, service]
        groupWait: 30s
        groupInterval: 5m
        repeatInterval: 4h
      - receiver: ticket
        matchers:
          - {name: severity, matchType: "=~", value: ticket|warning}
        groupBy: [namespace, service]
        groupWait: 5m
        groupInterval: 30m
        repeatInterval: 24h
      {{- end }}
  {{- if $receives }}
  inhibitRules:
    # A page of a service makes its tickets redundant.
    - sourceMatch:
        - {name: severity, matchType: "=", value: page}
      targetMatch:
        - {name: severity, matchType: "=", value: ticket}
      equal: [service]
  {{- end }}
  receivers:
    # For alerts that match no route: those that need no action.
    - name: nobody
    {{- if $heartbeat }}
    - name: heartbeat
      webhookConfigs:
        - sendResolved: false
          urlSecret: {name: alerts-secrets, key: HEARTBEAT_URL}
    {{- end }}
    {{- if $receives }}
    - name: page
      {{- if $mail }}{{ include "common.alerts.email" $alerts.email | nindent 6 }}{{ end }}
      {{- if $teams }}{{ include "common.alerts.teams" . | nindent 6 }}{{ end }}
      {{- if $webhook }}{{ include "common.alerts.webhook" . | nindent 6 }}{{ end }}
    - name: ticket
      {{- if $mail }}{{ include "common.alerts.email" $alerts.email | nindent 6 }}{{ end }}
      {{- if $teams }}{{ include "common.alerts.teams" . | nindent 6 }}{{ end }}
      {{- if not (or $mail $teams) }}{{ include "common.alerts.webhook" . | nindent 6 }}{{ end }}
    {{- end }}
{{- end }}
{{- end }}

{{/* Whether there is anybody to notify: `true` or nothing. */}}
{{- define "common.alerts.receivers" -}}
{{- $alerts := .Values.global.monitoring.alerts -}}
{{- if and .Values.global.monitoring.enabled (or $alerts.email.to $alerts.teams.secretName $alerts.webhook.secretName $alerts.heartbeat.secretName) }}true{{ end -}}
{{- end -}}

{{/* Keys of the Secret `alerts-secrets` and their names in the vault, as a map. */}}
{{- define "common.alerts.secrets" -}}
{{- $alerts := .Values.global.monitoring.alerts -}}
{{- $keys := dict "TEAMS_URL" $alerts.teams.secretName "WEBHOOK_URL" $alerts.webhook.secretName "HEARTBEAT_URL" $alerts.heartbeat.secretName -}}
{{- if $alerts.email.to }}{{ $_ := set $keys "EMAIL_PASSWORD" $alerts.email.passwordSecretName }}{{ end -}}
{{- range $key, $name := $keys }}
{{- if $name }}
{{ $key }}: {{ $name }}
{{- end }}
{{- end }}
{{- end -}}

{{/* An incomplete mail receiver is refused. */}}
{{- define "common.alerts.validate" -}}
{{- with .email -}}
{{- if and .to (not (and .from .smarthost)) -}}
{{- fail "global.monitoring.alerts.email.to needs from (the sender) and smarthost (the mail server, as host:port)." -}}
{{- end -}}
{{- if and .to (ne (empty .username) (empty .passwordSecretName)) -}}
{{- fail "global.monitoring.alerts.email needs username and passwordSecretName together, or neither." -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "common.alerts.email" -}}
emailConfigs:
  - to: {{ .to | quote }}
    from: {{ .from | quote }}
    smarthost: {{ .smarthost }}
    {{- if .username }}
    authUsername: {{ .username | quote }}
    authPassword: {name: alerts-secrets, key: EMAIL_PASSWORD}
    {{- end }}
    requireTLS: true
    sendResolved: true
{{- end -}}

{{- define "common.alerts.teams" -}}
msteamsv2Configs:
  - webhookURL: {name: alerts-secrets, key: TEAMS_URL}
    sendResolved: true
{{- end -}}

{{- define "common.alerts.webhook" -}}
webhookConfigs:
  - urlSecret: {name: alerts-secrets, key: WEBHOOK_URL}
    sendResolved: true
{{- end -}}
