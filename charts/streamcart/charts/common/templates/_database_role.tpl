{{/*
The service's own role and database on an external server, made by a Job that signs in as the server's administrator: no
service ever does. It repeats itself for each release and changes nothing then.
*/}}
{{- define "common.externalsecret-database-role" }}
{{- $external := .Values.postgres.external }}
{{- if and (include "common.has.database-role" .) (ne $external.authentication "entra") }}
{{- if ne .Values.global.secrets.source "external" }}
{{- fail (printf "%s.postgres.external.administrator needs global.secrets.source=external: nobody can make up the server's password." .Chart.Name) }}
{{- end }}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
{{ include "common.metadata" (dict "root" . "component" "database-role") }}
spec:
  refreshInterval: {{ .Values.global.secrets.refreshInterval }}
  secretStoreRef: {kind: {{ .Values.global.secrets.store.kind }}, name: {{ .Values.global.secrets.store.name }}}
  target:
    name: {{ .Chart.Name }}-database-role
    creationPolicy: Owner
    deletionPolicy: Retain
  data:
    - secretKey: PASSWORD
      remoteRef: {key: {{ required (printf "%s.postgres.external.administrator.secretName is needed with authentication=password." .Chart.Name) $external.administrator.secretName }}}
{{- end }}
{{- end }}

{{- define "common.serviceaccount-database-administrator" }}
{{- $external := .Values.postgres.external }}
{{- if include "common.has.database-role" . }}
apiVersion: v1
kind: ServiceAccount
{{ include "common.metadata" (dict "root" . "component" "database-role" "name" "database-administrator") }}
  {{- if eq $external.authentication "entra" }}
  annotations:
    {{- include "common.identity" (dict "root" . "clientId" (required (printf "%s.postgres.external.administrator.clientId is needed with authentication=entra." .Chart.Name) $external.administrator.clientId)) | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}
{{- end }}

{{- define "common.job-database-role" }}
{{- if include "common.has.database-role" . }}
{{- $pod := include "common.databaseRolePod" . }}
apiVersion: batch/v1
kind: Job
{{ include "common.metadata" (dict "root" . "component" "database-role" "name" (printf "%s-database-role-%s" .Chart.Name ($pod | sha256sum | trunc 10)) "version" (include "common.version" .)) }}
spec:
  backoffLimit: 10
  activeDeadlineSeconds: 3600
  template:
    {{- $pod | nindent 4 }}
{{- end }}
{{- end }}

{{- define "common.databaseRolePod" -}}
{{- $external := .Values.postgres.external -}}
{{- $entra := eq $external.authentication "entra" -}}
{{- $password := list -}}
{{- if not $entra -}}
{{- $source := dict "secretKeyRef" (dict "name" (printf "%s-database-role" .Chart.Name) "key" "PASSWORD") -}}
{{- $password = list (dict "name" "ADMINISTRATOR_PASSWORD" "valueFrom" $source) -}}
{{- end -}}
{{- $address := printf "postgres://%s%s@%s:%v/postgres?sslmode=%s" ($external.administrator.user | urlquery) (ternary "" ":$(ADMINISTRATOR_PASSWORD)" $entra) $external.host $external.port $external.sslMode -}}
{{- $principal := ternary (required (printf "%s.workloadIdentity.principalId is needed with postgres.external.authentication=entra." .Chart.Name) (ternary .Values.workloadIdentity.principalId "-" $entra)) "" $entra -}}
{{- $env := concat $password (list (dict "name" "ADMINISTRATOR_URL" "value" $address) (dict "name" "DATABASE_PRINCIPAL_ID" "value" $principal)) -}}
{{ include "common.podMetadata" (dict "root" . "component" "database-role") }}
spec:
  restartPolicy: OnFailure
  {{- include "common.podStart" (dict "root" . "serviceAccount" "database-administrator") | nindent 2 }}
  containers:
    - {{ include "common.container" (dict "root" . "name" "database-role" "args" (list "prepare_database" "--wait" (toString .Values.migrationWaitSeconds)) "resources" .Values.migrate.resources "env" $env "withoutFiles" true) | indent 6 | trim }}
  {{- include "common.volumes" (dict "root" . "withoutFiles" true) | nindent 2 }}
{{- end -}}
