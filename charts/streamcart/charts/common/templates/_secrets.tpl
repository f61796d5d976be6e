{{/*
The Secret `<service>-secrets`: pulled from Key Vault, or made by auth's secret generator (charts/auth). The chart
itself never renders a value, so a render is the same at every time and under every tool.
*/}}
{{- define "common.externalsecret" }}
{{- $secrets := .Values.global.secrets }}
{{- if eq $secrets.source "external" }}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "common.metadata" (dict "root" . "component" "secrets") }}
spec:
  refreshInterval: {{ $secrets.refreshInterval }}
  secretStoreRef: {kind: {{ $secrets.store.kind }}, name: {{ $secrets.store.name }}}
  target:
    name: {{ .Chart.Name }}-secrets
    creationPolicy: Owner
    # A mistake in Git must not take the passwords of a running service away.
    deletionPolicy: Retain
  data:
    {{- range $variable, $name := include "common.secretNames" . | fromYaml }}
    - secretKey: {{ $variable }}
      remoteRef: {key: {{ $name }}}
    {{- end }}
{{- end }}
{{- end }}

{{/* auth's secret generator may write this namespace's Secret. */}}
{{- define "common.role-secret-generator" }}
{{- if eq .Values.global.secrets.source "generate" }}
{{- if .Values.global.email.secretName }}
{{- fail "global.email.secretName is for global.secrets.source=external: nobody can make up the mail server's password." }}
{{- end }}
{{- if eq (.Values.provider | default "") "stripe" }}
{{- fail "payment.provider=stripe is for global.secrets.source=external: nobody can make up the keys of an account." }}
{{- end }}
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
{{ include "common.metadata" (dict "root" . "component" "secret-generator") }}
rules:
  - apiGroups: [""]
    resources: [secrets]
    resourceNames: [{{ .Chart.Name }}-secrets]
    verbs: [get, patch]
  # A name cannot narrow what may be created.
  - apiGroups: [""]
    resources: [secrets]
    verbs: [create]
{{- end }}
{{- end }}

{{- define "common.rolebinding-secret-generator" }}
{{- if eq .Values.global.secrets.source "generate" }}
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
{{ include "common.metadata" (dict "root" . "component" "secret-generator") }}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{ .Chart.Name }}-secret-generator}
subjects:
  - {kind: ServiceAccount, name: secret-generator, namespace: {{ include "common.namespaceOf" (dict "root" . "name" "auth") }}}
{{- end }}
{{- end }}

{{/* Variables of a service's Secret and their names in the vault, as a map. */}}
{{- define "common.secretNames" -}}
{{- $names := deepCopy (index .Values.global.secrets.services .Chart.Name) -}}
{{- /* redis has neither a database nor a user of its own. */ -}}
{{- if .Values.postgres -}}
{{- if eq (include "common.databaseSignsIn" .) "entra" -}}
{{- $_ := unset $names "DATABASE_PASSWORD" -}}
{{- end -}}
{{- if eq (include "common.redisSignsIn" .) "entra" -}}
{{- $_ := unset $names "REDIS_PASSWORD" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.sendsMail .Values.global.email.secretName -}}
{{- $_ := set $names "EMAIL_URL" .Values.global.email.secretName -}}
{{- end -}}
{{- if eq (.Values.provider | default "") "stripe" -}}
{{- $_ := set $names "STRIPE_SECRET_KEY" .Values.stripe.secretKeyName -}}
{{- $_ := set $names "STRIPE_WEBHOOK_SECRETS" .Values.stripe.webhookSecretsName -}}
{{- end -}}
{{- toYaml $names -}}
{{- end -}}
