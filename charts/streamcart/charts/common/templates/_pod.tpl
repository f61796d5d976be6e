{{/* What Pod Security `restricted` asks of a pod, and a group that may write to its volumes.  dict user */}}
{{- define "common.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/* What every container gives up. */}}
{{- define "common.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* Name of the PriorityClass of a service's pods; empty for none. */}}
{{- define "common.priorityClass" -}}
{{- if .Values.priorityClassName -}}
{{ .Values.priorityClassName }}
{{- else if gt (int .Values.priority) 0 -}}
streamcart-{{ .Chart.Name }}
{{- end -}}
{{- end -}}

{{/* Where pods may run and whose images they may pull. */}}
{{- define "common.placement" -}}
{{- with .Values.global.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* Fields that every pod of a service begins with.  dict root, and user and serviceAccount where they are others */}}
{{- define "common.podStart" -}}
serviceAccountName: {{ .serviceAccount | default .root.Chart.Name }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with include "common.priorityClass" .root }}
priorityClassName: {{ . }}
{{- end }}
{{- include "common.placement" .root }}
{{ include "common.podSecurity" (dict "user" (.user | default 10001)) }}
{{- end -}}

{{/* Pods of a component on different zones and nodes, as far as there are any.  dict root component */}}
{{- define "common.spread" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    # Pods of one release are spread among each other, not against those that leave.
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "common.selector" $ | nindent 8 }}
  {{- end }}
{{- end -}}

{{/*
Labels and annotations of a pod that runs the service's code: a changed ConfigMap starts new pods.
dict root component
*/}}
{{- define "common.podMetadata" -}}
{{- include "common.podMeta" (dict "root" .root "component" .component "config" (include "common.environment" .root)) -}}
{{- end -}}

{{/* Labels and annotations of any pod.  dict root component, and config (a text) that starts new pods when it changes */}}
{{- define "common.podMeta" -}}
metadata:
  labels:
    {{- include "common.stableLabels" . | nindent 4 }}
    {{- if (dig "workloadIdentity" "clientId" "" (omit .root.Values "global")) }}
    azure.workload.identity/use: "true"
    {{- end }}
    {{- with .root.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- if or .config .root.Values.podAnnotations }}
  annotations:
    {{- with .config }}
    streamcart/config: {{ . | sha256sum | trunc 16 | quote }}
    {{- end }}
    {{- with .root.Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- end }}
{{- end -}}

{{/*
A container that runs `manage.py <service> …`.  dict root name args resources, and env (a list) where it needs more
than all do. `withoutFiles` is for what only looks at the database.
*/}}
{{- define "common.container" -}}
name: {{ .name }}
image: {{ include "common.image" .root }}
imagePullPolicy: {{ .root.Values.global.images.pullPolicy }}
workingDir: /app
command: [python, manage.py, {{ .root.Chart.Name }}]
args: {{ .args | toJson }}
{{ include "common.variables" . }}
{{ include "common.containerSecurity" . }}
resources:
  {{- toYaml .resources | nindent 2 }}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  {{- if and .root.Values.files.enabled (eq .root.Values.files.kind "volume") (not .withoutFiles) }}
  - {name: files, mountPath: /media}
  {{- end }}
  {{- with .root.Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Environment of a container. Addresses with passwords are put together by the kubelet: `$(NAME)`. */}}
{{- define "common.variables" -}}
envFrom:
  - configMapRef: {name: {{ .root.Chart.Name }}-environment}
  - secretRef: {name: {{ .root.Chart.Name }}-secrets}
env:
  {{- if .root.Values.postgres.enabled }}
  - name: DATABASE_URL
    value: {{ include "common.databaseUrl" .root }}
  {{- end }}
  - name: REDIS_URL
    value: {{ include "common.redisUrl" .root }}
  {{- range .env }}
  - name: {{ .name }}
    {{- if .valueFrom }}
    valueFrom: {{ .valueFrom | toJson }}
    {{- else }}
    value: {{ .value | quote }}
    {{- end }}
  {{- end }}
  {{- with .root.Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Volumes of a pod that runs a service.  dict root, scratch (a quantity) for more than small files, withoutFiles */}}
{{- define "common.volumes" -}}
volumes:
  - name: tmp
    emptyDir:
      sizeLimit: {{ .scratch | default "1Gi" }}
  {{- if and .root.Values.files.enabled (eq .root.Values.files.kind "volume") (not .withoutFiles) }}
  - name: files
    persistentVolumeClaim: {claimName: {{ .root.Chart.Name }}-files}
  {{- end }}
  {{- with .root.Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Waits until the release's migrations are applied; starts nothing before. */}}
{{- define "common.awaitMigrations" -}}
{{- if .Values.postgres.enabled -}}
initContainers:
  - {{ include "common.container" (dict "root" . "name" "await-migrations" "args" (list "migrate" "--check" "--wait" (toString .Values.migrationWaitSeconds)) "resources" .Values.migrate.resources "withoutFiles" true) | indent 4 | trim }}
{{- end }}
{{- end -}}
