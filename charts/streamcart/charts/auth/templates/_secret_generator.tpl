{{/*
The secret generator makes every value of global.secrets.services that is missing, once, and never changes one that is
there. It only runs where no Key Vault is at hand (global.secrets.source=generate).
*/}}

{{/* What it makes, as JSON: variables with the names of their values, by namespace and Secret. */}}
{{- define "auth.secretTable" -}}
{{- $table := dict }}
{{- $root := . }}
{{- $services := deepCopy .Values.global.secrets.services }}
{{- if .Values.global.redis.external.host }}
{{- $_ := unset $services "redis" }}
{{- end }}
{{- range $service, $names := $services }}
{{- $namespace := ternary "redis" (include "common.namespaceOf" (dict "root" $root "name" $service)) (eq $service "redis") }}
{{- $_ := set $table $namespace (dict (printf "%s-secrets" $service) $names) }}
{{- end }}
{{- $table | toJson }}
{{- end -}}

{{/* The pod that makes them. A Job's pod cannot be changed, so the Job's name follows from it. */}}
{{- define "auth.secretGeneratorPod" -}}
{{- $context := omit . "Values" -}}
{{- include "common.withDefaults" (list $context .Values) -}}
metadata:
  labels:
    {{- include "common.stableLabels" (dict "root" . "component" "secret-generator") | nindent 4 }}
  annotations:
    streamcart/needs-api: reads and writes Secrets
spec:
  restartPolicy: OnFailure
  serviceAccountName: secret-generator
  automountServiceAccountToken: true
  enableServiceLinks: false
  {{- with include "common.placement" $context | trim }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- include "common.podSecurity" (dict "user" 10001) | nindent 2 }}
  containers:
    - name: secret-generator
      image: {{ include "common.image" . }}
      imagePullPolicy: {{ .Values.global.images.pullPolicy }}
      command: [python, /program/generate_secrets.py, /program/secrets.json]
      {{- include "common.containerSecurity" . | nindent 6 }}
      resources:
        requests: {cpu: 10m, memory: 32Mi}
        limits: {memory: 64Mi}
      volumeMounts:
        - {name: program, mountPath: /program, readOnly: true}
  volumes:
    - name: program
      configMap: {name: secret-generator}
{{- end -}}
