{{/*
NetworkPolicies of a namespace: nothing in or out, then exactly what global.network.calls and the parts of the chart
need. Policies add up, so each one says one thing.
*/}}
{{- define "common.networkpolicy-web-in" }}
{{- if .Values.global.network.policies }}
{{- $network := .Values.global.network }}
{{- $routing := .Values.global.routing }}
{{- $name := .Chart.Name }}
{{- $root := . }}
{{- $callers := list }}
{{- range $caller, $called := $network.calls }}
{{- if has $name $called }}{{ $callers = append $callers $caller }}{{ end }}
{{- end }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "common.metadata" (dict "root" . "component" "web" "name" "web-in") }}
spec:
  policyTypes: [Ingress]
  podSelector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "component" "web") | nindent 6 }}
  ingress:
    - from:
        - {{ include "common.namespacePeer" $routing.controllerNamespace | indent 10 | trim }}
        {{- range $callers }}
        - {{ include "common.appPeer" (dict "root" $root "name" .) | indent 10 | trim }}
        {{- end }}
        {{- if has $name $network.testedByPurchase }}
        - {{ include "common.componentPeer" (dict "namespace" (include "common.namespaceOf" (dict "root" $root "name" "ui")) "name" "ui" "component" "test") | indent 10 | trim }}
        {{- end }}
        {{- if .Values.global.monitoring.enabled }}
        - {{ include "common.namespacePeer" $network.monitoringNamespace | indent 10 | trim }}
        {{- end }}
        {{- if and .Values.worker.enabled .Values.worker.autoscaling.enabled }}
        - {{ include "common.namespacePeer" $network.kedaNamespace | indent 10 | trim }}
        {{- end }}
      ports:
        - {port: http, protocol: TCP}
{{- end }}
{{- end }}

{{- define "common.networkpolicy-app-out" }}
{{- if .Values.global.network.policies }}
{{- $network := .Values.global.network }}
{{- $name := .Chart.Name }}
{{- $root := . }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "common.metadata" (dict "root" . "component" "app" "name" "app-out") }}
spec:
  policyTypes: [Egress]
  podSelector:
    {{- include "common.appPods" $name | nindent 4 }}
  egress:
    {{- range index $network.calls $name }}
    - to:
        - {{ include "common.componentPeer" (dict "namespace" (include "common.namespaceOf" (dict "root" $root "name" .)) "name" . "component" "web") | indent 10 | trim }}
      ports:
        - {port: http, protocol: TCP}
    {{- end }}
    {{- if .Values.global.redis.external.host }}
    - to:
        {{- include "common.someCidrs" (list "global.network.redisCidrs must say where global.redis.external.host lives, as CIDR ranges." $network.redisCidrs) | nindent 8 }}
      ports:
        - {port: {{ .Values.global.redis.external.port }}, protocol: TCP}
    {{- else }}
    - to:
        - {{ include "common.componentPeer" (dict "namespace" "redis" "name" "redis" "component" "server") | indent 10 | trim }}
      ports:
        - {port: redis, protocol: TCP}
    {{- end }}
    {{- if .Values.postgres.enabled }}
    {{- include "common.databaseEgress" . | nindent 4 }}
    {{- end }}
    {{- if and .Values.sendsMail $network.smtpPort }}
    - to:
        {{- include "common.internet" . | nindent 8 }}
      ports:
        - {port: {{ $network.smtpPort }}, protocol: TCP}
    {{- end }}
    {{- if and .Values.files.enabled (eq .Values.files.kind "azure") $network.storageCidrs }}
    # Blob Storage, where it has an address in the network.
    - to:
        {{- include "common.cidrs" $network.storageCidrs | nindent 8 }}
      ports:
        - {port: 443, protocol: TCP}
    {{- end }}
    {{- if or .Values.providerEgress (eq (.Values.provider | default "") "stripe") .Values.workloadIdentity.clientId }}
    # The payment provider and Entra ID: NetworkPolicy knows no names.
    - to:
        {{- include "common.internet" . | nindent 8 }}
      ports:
        - {port: 443, protocol: TCP}
    {{- end }}
{{- end }}
{{- end }}

{{- define "common.networkpolicy-metrics-in" }}
{{- if and .Values.global.network.policies .Values.global.monitoring.enabled (or .Values.worker.enabled .Values.events.enabled) }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "common.metadata" (dict "root" . "component" "metrics" "name" "metrics-in") }}
spec:
  policyTypes: [Ingress]
  podSelector:
    matchLabels: {app.kubernetes.io/name: {{ .Chart.Name }}}
    matchExpressions:
      - {key: app.kubernetes.io/component, operator: In, values: [worker, encoder, events]}
  ingress:
    - from:
        - {{ include "common.namespacePeer" .Values.global.network.monitoringNamespace | indent 10 | trim }}
      ports:
        - {port: metrics, protocol: TCP}
{{- end }}
{{- end }}

{{- define "common.networkpolicy-files-in" }}
{{- if and .Values.global.network.policies .Values.files.enabled }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "common.metadata" (dict "root" . "component" "files" "name" "files-in") }}
spec:
  policyTypes: [Ingress]
  podSelector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "component" "files") | nindent 6 }}
  ingress:
    - from:
        - {{ include "common.namespacePeer" .Values.global.routing.controllerNamespace | indent 10 | trim }}
      ports:
        - {port: http, protocol: TCP}
{{- end }}
{{- end }}

{{- define "common.networkpolicy-postgres-in" }}
{{- if and .Values.global.network.policies .Values.postgres.enabled (not .Values.postgres.external.host) }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "common.metadata" (dict "root" . "component" "postgres" "name" "postgres-in") }}
spec:
  policyTypes: [Ingress]
  podSelector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "component" "postgres") | nindent 6 }}
  ingress:
    - from:
        - podSelector:
            {{- include "common.appPods" .Chart.Name | nindent 12 }}
        - podSelector:
            matchLabels:
              {{- include "common.selector" (dict "root" . "component" "backup") | nindent 14 }}
      ports:
        - {port: postgres, protocol: TCP}
{{- end }}
{{- end }}

{{- define "common.networkpolicy-backup-out" }}
{{- include "common.databaseClientPolicy" (dict "root" . "component" "backup") }}
{{- end }}

{{- define "common.networkpolicy-database-role-out" }}
{{- include "common.databaseClientPolicy" (dict "root" . "component" "database-role") }}
{{- end }}

{{/* What a component that only speaks to the database may reach; nothing where the service lacks it.  dict root component */}}
{{- define "common.databaseClientPolicy" }}
{{- if and .root.Values.global.network.policies (include (printf "common.has.%s" .component) .root) }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "common.metadata" (dict "root" .root "component" .component "name" (printf "%s-out" .component)) }}
spec:
  policyTypes: [Egress]
  podSelector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
  egress:
    {{- include "common.databaseEgress" .root | nindent 4 }}
    {{- if eq (include "common.databaseSignsIn" .root) "entra" }}
    # Entra ID.
    - to:
        {{- include "common.internet" .root | nindent 8 }}
      ports:
        - {port: 443, protocol: TCP}
    {{- end }}
{{- end }}
{{- end }}

{{/* Nothing in and nothing out, for every pod of the namespace. */}}
{{- define "common.networkpolicy-default-deny" }}
{{- if .Values.global.network.policies }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "common.metadata" (dict "root" . "component" "network" "name" "default-deny") }}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
{{- end }}
{{- end }}

{{/* Every pod of the namespace asks the cluster's DNS. */}}
{{- define "common.networkpolicy-dns-out" }}
{{- if .Values.global.network.policies }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
{{ include "common.metadata" (dict "root" . "component" "network" "name" "dns-out") }}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
    - to:
        - namespaceSelector:
            matchLabels: {kubernetes.io/metadata.name: {{ .Values.global.network.dns.namespace }}}
          podSelector:
            matchLabels:
              {{- toYaml .Values.global.network.dns.podLabels | nindent 14 }}
        {{- include "common.cidrs" .Values.global.network.dns.nodeCidrs | nindent 8 }}
      ports:
        - {port: 53, protocol: UDP}
        - {port: 53, protocol: TCP}
{{- end }}
{{- end }}

{{/* Selector of the pods that run a service's code. */}}
{{- define "common.appPods" -}}
matchLabels: {app.kubernetes.io/name: {{ . }}}
matchExpressions:
  - {key: app.kubernetes.io/component, operator: In, values: [web, worker, encoder, beat, events, migrate]}
{{- end -}}

{{- define "common.namespacePeer" -}}
namespaceSelector:
  matchLabels: {kubernetes.io/metadata.name: {{ . }}}
{{- end -}}

{{/* The pods that run a service's code, from another namespace.  dict root name */}}
{{- define "common.appPeer" -}}
{{ include "common.namespacePeer" (include "common.namespaceOf" .) }}
podSelector:
  {{- include "common.appPods" .name | nindent 2 }}
{{- end -}}

{{/* dict namespace name component */}}
{{- define "common.componentPeer" -}}
{{ include "common.namespacePeer" .namespace }}
podSelector:
  matchLabels:
    app.kubernetes.io/name: {{ .name }}
    app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "common.cidrs" -}}
{{- range . }}
- ipBlock: {cidr: {{ . }}}
{{- end }}
{{- end -}}

{{/*
Ranges of which there must be one: a rule without any allows every destination, and `required` lets an empty list pass.
list message ranges
*/}}
{{- define "common.someCidrs" -}}
{{- if not (index . 1) }}{{ fail (index . 0) }}{{ end -}}
{{- include "common.cidrs" (index . 1) -}}
{{- end -}}

{{/* Everything that is no private address. */}}
{{- define "common.internet" -}}
- ipBlock:
    cidr: 0.0.0.0/0
    except: {{ .Values.global.network.privateCidrs | toJson }}
{{- end -}}

{{- define "common.databaseEgress" -}}
- to:
    {{- if .Values.postgres.external.host }}
    {{- include "common.someCidrs" (list (printf "%s.postgres.external.cidrs must say where the server lives, as CIDR ranges." .Chart.Name) .Values.postgres.external.cidrs) | nindent 4 }}
    {{- else }}
    - podSelector:
        matchLabels:
          {{- include "common.selector" (dict "root" . "component" "postgres") | nindent 10 }}
    {{- end }}
  ports:
    - {port: {{ ternary .Values.postgres.external.port "postgres" (ne .Values.postgres.external.host "") }}, protocol: TCP}
{{- end -}}

{{/* Whether the service has pods of these components: `true` or nothing. */}}
{{- define "common.has.backup" -}}
{{- if and .Values.postgres.enabled (or .Values.backup.enabled .Values.backup.restore) }}true{{ end -}}
{{- end -}}

{{- define "common.has.database-role" -}}
{{- if and .Values.postgres.enabled .Values.postgres.external.host .Values.postgres.external.administrator.user }}true{{ end -}}
{{- end -}}
