{{/*
Rules over metrics of the add-ons: cert-manager, the ingress controller, External Secrets and Argo CD. That each metric
exists is documented in tests/chart/addon_metrics.yaml; that they are scraped is set in argocd/addons. The ui chart has
what the shop has once.
*/}}
{{- define "common.rules.certificate" -}}
{{- $left := printf "certmanager_certificate_expiration_timestamp_seconds{namespace=%q} - time()" .Values.namespace -}}
- name: ui-certificate
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartCertificateExpires"
      "expr" (printf "%s < 14 * 86400" $left)
      "for" "1h" "severity" "ticket"
      "summary" "The certificate {{ $labels.name }} expires soon"
      "description" "It expires in {{ $value | humanizeDuration }} and was not renewed.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartCertificateExpiresSoon"
      "expr" (printf "%s < 3 * 86400" $left)
      "for" "10m" "severity" "page"
      "summary" "The certificate {{ $labels.name }} expires within three days"
      "description" "It expires in {{ $value | humanizeDuration }}; then browsers refuse the shop.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartCertificateNotReady"
      "expr" (printf "max by (namespace, name) (certmanager_certificate_ready_status{namespace=%q,condition!=\"True\"}) == 1" .Values.namespace)
      "for" "30m" "severity" "ticket"
      "summary" "The certificate {{ $labels.name }} is not issued"
      "description" "cert-manager has not issued or renewed it for 30 minutes.") | nindent 4 }}
{{- end -}}

{{/*
F5 NGINX Ingress Controller. A service does not count a request that never reached it; the controller does. Other
controllers have other metrics.
*/}}
{{- define "common.rules.gateway" -}}
{{- $responses := "nginx_ingress_controller_upstream_server_response_latency_ms_count" -}}
- name: ui-gateway
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartGatewayErrors"
      "expr" (printf "sum(rate(%s{code=~\"5..\"}[5m])) / (sum(rate(%s[5m])) > 0) > 0.05" $responses $responses)
      "for" "5m" "severity" "page"
      "summary" "The ingress controller gets errors from the services"
      "description" "{{ $value | humanizePercentage }} of the responses from the services end in 5xx.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartGatewayReloadFails"
      "expr" "min by (pod) (nginx_ingress_controller_nginx_last_reload_status) == 0"
      "for" "5m" "severity" "ticket"
      "summary" "{{ $labels.pod }} cannot load its configuration"
      "description" "NGINX goes on with its last valid configuration: new routes and certificates do not take effect.") | nindent 4 }}
{{- end -}}

{{/* External Secrets, of the service's own namespace. */}}
{{- define "common.rules.secrets" -}}
- name: {{ .Chart.Name }}-secrets
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartSecretNotSynced"
      "expr" (printf "max by (namespace, name) (externalsecret_status_condition{namespace=%q,condition=\"Ready\",status=\"False\"}) == 1" .Values.namespace)
      "for" "15m" "severity" "ticket"
      "summary" "{{ $labels.name }} is not synced from the vault"
      "description" "The Secret keeps its last values; a Secret that is new does not exist yet.") | nindent 4 }}
{{- end -}}

{{/* Argo CD. Its counter of syncs starts at the first failure, which `increase` does not see. */}}
{{- define "common.rules.deployment" -}}
{{- $failed := "argocd_app_sync_total{phase=~\"Error|Failed\"}" -}}
- name: ui-deployment
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartSyncFailed"
      "expr" (printf "sum by (name) (increase(%s[30m])) > 0 or sum by (name) (%s unless %s offset 30m) > 0" $failed $failed $failed)
      "severity" "ticket"
      "summary" "{{ $labels.name }} could not be synced"
      "description" "Argo CD could not sync {{ $labels.name }}; the previous release keeps running.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartApplicationDegraded"
      "expr" "max by (name, health_status) (argocd_app_info{health_status=~\"Degraded|Missing\"}) == 1"
      "for" "15m" "severity" "ticket"
      "summary" "{{ $labels.name }} is {{ $labels.health_status }}"
      "description" "A resource of {{ $labels.name }} has not been healthy for 15 minutes.") | nindent 4 }}
    {{- include "common.alert" (dict "root" . "name" "StreamCartApplicationOutOfSync"
      "expr" "max by (name) (argocd_app_info{sync_status=~\"OutOfSync|Unknown\"}) == 1"
      "for" (printf "%ds" (int .Values.global.monitoring.outOfSyncSeconds)) "severity" "ticket"
      "summary" "{{ $labels.name }} is out of sync with Git"
      "description" "{{ $labels.name }} has differed from Git for longer than the sync window of production stays closed.") | nindent 4 }}
{{- end -}}

{{/* Always fires: a service outside the cluster raises the alarm when notifications of it stop. */}}
{{- define "common.rules.heartbeat" -}}
- name: ui-heartbeat
  rules:
    {{- include "common.alert" (dict "root" . "name" "StreamCartHeartbeat"
      "expr" "vector(1)"
      "severity" "none"
      "summary" "Alerting works"
      "description" "Fires as long as Prometheus evaluates rules and Alertmanager sends what fires.") | nindent 4 }}
{{- end -}}
