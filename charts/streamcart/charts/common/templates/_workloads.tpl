{{/*
Deployment of the web role. While a dump is restored there is no Deployment of any role: with 0 replicas an autoscaler that
has set the number would bring pods back, and Argo CD leaves that number alone.
*/}}
{{- define "common.deployment-web" }}
{{- $web := .Values.web }}
{{- /* With NGINX in front, `http` is its port, so that Services and network policies lead there. */ -}}
{{- $port := ternary "app" "http" .Values.pages.enabled }}
{{- if not .Values.backup.restore }}
apiVersion: apps/v1
kind: Deployment
{{ include "common.metadata" (dict "root" . "component" "web" "version" (include "common.version" .)) }}
{{- include "common.wave" "2" }}
spec:
  {{- include "common.replicas" (dict "root" . "component" "web" "replicas" $web.replicas "scaled" $web.autoscaling.enabled) | nindent 2 }}
  {{- include "common.rollout" . | nindent 2 }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  selector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "component" "web") | nindent 6 }}
  template:
    {{- $pages := ternary (include "common.pagesConfiguration" .) "" .Values.pages.enabled }}
    {{- include "common.podMeta" (dict "root" . "component" "web" "config" (print (include "common.environment" .) $pages)) | nindent 4 }}
    spec:
      {{- include "common.podStart" (dict "root" .) | nindent 6 }}
      {{- include "common.spread" (dict "root" . "component" "web") | nindent 6 }}
      # Draining, then gunicorn's own 30 s for requests in flight, then some air.
      terminationGracePeriodSeconds: {{ add $web.drainSeconds 40 }}
      {{- with include "common.awaitMigrations" . }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- if .Values.pages.enabled }}
      {{- if not .Values.postgres.enabled }}
      initContainers:
      {{- end }}
        - {{ include "common.pagesContainer" . | indent 10 | trim }}
      {{- end }}
      containers:
        - {{ include "common.container" (dict "root" . "name" "web" "args" (list "web") "resources" $web.resources) | indent 10 | trim }}
          ports:
            - {name: {{ $port }}, containerPort: 8000}
          startupProbe:
            httpGet: {path: /startupz, port: {{ $port }}}
            periodSeconds: 2
            timeoutSeconds: 3
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /livez, port: {{ $port }}}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: /readyz, port: {{ $port }}}
            periodSeconds: 5
            timeoutSeconds: 3
            failureThreshold: 2
          lifecycle:
            preStop:
              sleep: {seconds: {{ $web.drainSeconds }}}
      {{- include "common.volumes" (dict "root" .) | nindent 6 }}
      {{- if .Values.pages.enabled }}
        {{- include "common.pagesVolumes" . | nindent 8 }}
      {{- end }}
{{- end }}
{{- end }}

{{- define "common.pdb" }}
{{- if not .Values.backup.restore }}
{{- include "common.disruptionBudget" (dict "root" . "component" "web") }}
{{- end }}
{{- end }}

{{/* Autoscaler of the web role, by CPU. */}}
{{- define "common.hpa" }}
{{- $web := .Values.web }}
{{- if and $web.autoscaling.enabled (not .Values.backup.restore) }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
{{ include "common.metadata" (dict "root" . "component" "web") }}
{{- include "common.scalerAnnotations" . }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ .Chart.Name }}-web}
  minReplicas: {{ $web.autoscaling.min }}
  maxReplicas: {{ $web.autoscaling.max }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $web.autoscaling.cpuPercent }}}
  behavior:
    # Up at once, by half or two pods a minute; down slowly, so that a pause in a rush costs no pods.
    scaleUp:
      stabilizationWindowSeconds: 0
      selectPolicy: Max
      policies:
        - {type: Percent, value: 50, periodSeconds: 60}
        - {type: Pods, value: 2, periodSeconds: 60}
    scaleDown:
      stabilizationWindowSeconds: 300
      policies:
        - {type: Pods, value: 1, periodSeconds: 120}
{{- end }}
{{- end }}

{{- define "common.service" }}
apiVersion: v1
kind: Service
{{ include "common.metadata" (dict "root" . "component" "web" "name" .Chart.Name) }}
spec:
  selector:
    {{- include "common.selector" (dict "root" . "component" "web") | nindent 4 }}
  ports:
    - {name: http, port: 80, targetPort: http}
{{- end }}

{{/* One pod of a component may be away by will at a time.  dict root component */}}
{{- define "common.disruptionBudget" }}
apiVersion: policy/v1
kind: PodDisruptionBudget
{{ include "common.metadata" . }}
spec:
  maxUnavailable: 1
  # A pod that does not work anyway must not hold up a node's drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "common.selector" . | nindent 6 }}
{{- end }}

{{/*
Deployment of the worker role: of the service's own queue, or of another one (`component` and `queue`), whose tasks take
so long that nothing else must wait behind them.
*/}}
{{- define "common.deployment-worker" }}
{{- include "common.workers" (dict "root" . "component" "worker" "worker" .Values.worker "queue" "") }}
{{- end }}

{{- define "common.deployment-encoder" }}
{{- include "common.workers" (dict "root" . "component" "encoder" "worker" .Values.encoder "queue" "video-encodings") }}
{{- end }}

{{- define "common.workers" }}
{{- $root := .root }}
{{- $worker := .worker }}
{{- $component := .component }}
{{- if and $worker.enabled (not $root.Values.backup.restore) }}
{{- $env := include "common.metricsPort" $root | fromYamlArray }}
{{- if .queue }}
{{- $queues := dict "name" "WORKER_QUEUES" "value" .queue }}
{{- $concurrency := dict "name" "WORKER_CONCURRENCY" "value" (toString $worker.concurrency) }}
{{- $env = concat $env (list $queues $concurrency) }}
{{- end }}
apiVersion: apps/v1
kind: Deployment
{{ include "common.metadata" (dict "root" $root "component" $component "version" (include "common.version" $root)) }}
{{- include "common.wave" "2" }}
spec:
  {{- include "common.replicas" (dict "root" $root "component" $component "replicas" $worker.replicas "scaled" $worker.autoscaling.enabled) | nindent 2 }}
  {{- include "common.rollout" $root | nindent 2 }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  selector:
    matchLabels:
      {{- include "common.selector" (dict "root" $root "component" $component) | nindent 6 }}
  template:
    {{- include "common.podMetadata" (dict "root" $root "component" $component) | nindent 4 }}
    spec:
      {{- include "common.podStart" (dict "root" $root) | nindent 6 }}
      {{- include "common.spread" (dict "root" $root "component" $component) | nindent 6 }}
      terminationGracePeriodSeconds: {{ $worker.graceSeconds }}
      {{- with include "common.awaitMigrations" $root }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - {{ include "common.container" (dict "root" $root "name" $component "args" (list "worker") "resources" $worker.resources "env" $env) | indent 10 | trim }}
          {{- include "common.metricsProbe" $root | nindent 10 }}
      {{- include "common.volumes" (dict "root" $root "scratch" $worker.scratch) | nindent 6 }}
{{- end }}
{{- end }}

{{- define "common.pdb-worker" }}
{{- if and .Values.worker.enabled (not .Values.backup.restore) }}
{{- include "common.disruptionBudget" (dict "root" . "component" "worker") }}
{{- end }}
{{- end }}

{{- define "common.pdb-encoder" }}
{{- if and .Values.encoder.enabled (not .Values.backup.restore) }}
{{- include "common.disruptionBudget" (dict "root" . "component" "encoder") }}
{{- end }}
{{- end }}

{{/* Deployment of the beat role: exactly one, so the old one goes before the new one comes. */}}
{{- define "common.deployment-beat" }}
{{- if and .Values.beat.enabled (not .Values.backup.restore) }}
apiVersion: apps/v1
kind: Deployment
{{ include "common.metadata" (dict "root" . "component" "beat" "version" (include "common.version" .)) }}
{{- include "common.wave" "2" }}
spec:
  {{- include "common.replicas" (dict "root" . "replicas" 1) | nindent 2 }}
  {{- include "common.rollout" . | nindent 2 }}
  strategy: {type: Recreate}
  selector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "component" "beat") | nindent 6 }}
  template:
    {{- include "common.podMetadata" (dict "root" . "component" "beat") | nindent 4 }}
    spec:
      {{- include "common.podStart" (dict "root" .) | nindent 6 }}
      terminationGracePeriodSeconds: 30
      {{- with include "common.awaitMigrations" . }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - {{ include "common.container" (dict "root" . "name" "beat" "args" (list "beat") "resources" .Values.beat.resources) | indent 10 | trim }}
          # Its schedule file is written every three minutes while it sends.
          livenessProbe:
            exec:
              command: [sh, -c, 'test -n "$(find /tmp -maxdepth 1 -name "{{ .Chart.Name }}-beat*" -mmin -10)"']
            initialDelaySeconds: 60
            periodSeconds: 60
            timeoutSeconds: 5
            failureThreshold: 3
      {{- include "common.volumes" (dict "root" .) | nindent 6 }}
{{- end }}
{{- end }}

{{/* Deployment of the events role. Two readers would only wait for each other's lock, so there is one. */}}
{{- define "common.deployment-events" }}
{{- if and .Values.events.enabled (not .Values.backup.restore) }}
apiVersion: apps/v1
kind: Deployment
{{ include "common.metadata" (dict "root" . "component" "events" "version" (include "common.version" .)) }}
{{- include "common.wave" "2" }}
spec:
  {{- include "common.replicas" (dict "root" . "replicas" 1) | nindent 2 }}
  {{- include "common.rollout" . | nindent 2 }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  selector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "component" "events") | nindent 6 }}
  template:
    {{- include "common.podMetadata" (dict "root" . "component" "events") | nindent 4 }}
    spec:
      {{- include "common.podStart" (dict "root" .) | nindent 6 }}
      terminationGracePeriodSeconds: 45
      {{- with include "common.awaitMigrations" . }}
      {{- . | nindent 6 }}
      {{- end }}
      containers:
        - {{ include "common.container" (dict "root" . "name" "events" "args" (list "events") "resources" .Values.events.resources "env" (include "common.metricsPort" . | fromYamlArray)) | indent 10 | trim }}
          {{- include "common.metricsProbe" . | nindent 10 }}
      {{- include "common.volumes" (dict "root" .) | nindent 6 }}
{{- end }}
{{- end }}

{{- define "common.metricsPort" -}}
- {name: METRICS_PORT, value: "9100"}
{{- end -}}

{{/* A process without requests shows by its metrics that it lives. */}}
{{- define "common.metricsProbe" -}}
ports:
  - {name: metrics, containerPort: 9100}
startupProbe:
  tcpSocket: {port: metrics}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /metrics, port: metrics}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}

{{/*
KEDA scales workers by the length of their queue, as the service itself reports it: no key to Redis leaves the service.
*/}}
{{- define "common.scaledobject-worker" }}
{{- include "common.scaledWorkers" (dict "root" . "component" "worker" "worker" .Values.worker "queue" .Chart.Name) }}
{{- end }}

{{- define "common.scaledobject-encoder" }}
{{- include "common.scaledWorkers" (dict "root" . "component" "encoder" "worker" .Values.encoder "queue" "video-encodings") }}
{{- end }}

{{- define "common.scaledWorkers" }}
{{- $root := .root }}
{{- $scaling := .worker.autoscaling }}
{{- if and .worker.enabled $scaling.enabled (not $root.Values.backup.restore) }}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
{{ include "common.metadata" (dict "root" $root "component" .component) }}
{{- include "common.scalerAnnotations" $root }}
spec:
  scaleTargetRef: {name: {{ $root.Chart.Name }}-{{ .component }}}
  minReplicaCount: {{ $scaling.min }}
  maxReplicaCount: {{ $scaling.max }}
  cooldownPeriod: 300
  # Where the service itself cannot be asked, as many pods as there were.
  fallback: {failureThreshold: 3, replicas: {{ .worker.replicas }}, behavior: currentReplicasIfHigher}
  triggers:
    - type: metrics-api
      metadata:
        url: {{ include "common.serviceUrl" (dict "root" $root "name" $root.Chart.Name) }}/metrics
        format: prometheus
        valueLocation: {{ printf "streamcart_queue_length{queue=%q}" .queue | squote }}
        targetValue: {{ $scaling.queueLength | quote }}
{{- end }}
{{- end }}

{{/*
Argo CD makes an autoscaler when its pods are there, and does not fail a sync while it has no measurements yet.
*/}}
{{- define "common.scalerAnnotations" -}}
{{- include "common.wave" "3" }}
    argocd.argoproj.io/ignore-healthcheck: "true"
{{- end -}}

{{/*
replicas: of a Deployment. Where an autoscaler owns the number, Helm writes it only until the
autoscaler has changed it for the first time: a field that Helm owned and no longer writes would fall back to 1, and
switching autoscaling on would take all pods but one away. Argo CD leaves the number alone by `ignoreDifferences`.
dict root replicas, and component and scaled
*/}}
{{- define "common.replicas" -}}
{{- if not .scaled -}}
replicas: {{ .replicas }}
{{- else if not (lookup "v1" "Namespace" "" "kube-system") -}}
replicas: {{ .replicas }}
{{- else -}}
{{- $live := lookup "apps/v1" "Deployment" .root.Values.namespace (printf "%s-%s" .root.Chart.Name .component) -}}
{{- $owned := not $live -}}
{{- range (dig "metadata" "managedFields" list $live) -}}
{{- if and (eq (dig "subresource" "" .) "scale") (eq .manager "kube-controller-manager" "keda") -}}
{{- $owned = true -}}
{{- end -}}
{{- end -}}
{{- if not $owned -}}
replicas: {{ $live.spec.replicas }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* How a Deployment's rollouts are kept and judged. */}}
{{- define "common.rollout" -}}
revisionHistoryLimit: 3
progressDeadlineSeconds: {{ .Values.progressDeadlineSeconds }}
{{- end -}}

{{/*
One Job per release: its name is made of what it runs, so a new image is a new Job and the same one stays. It is an
ordinary object and no hook: it waits for the database, pods wait for it, and nothing waits for the whole release.
*/}}
{{- define "common.job-migrate" }}
{{- if and .Values.postgres.enabled (not .Values.backup.restore) }}
{{- $pod := include "common.migratePod" . }}
apiVersion: batch/v1
kind: Job
{{ include "common.metadata" (dict "root" . "component" "migrate" "name" (printf "%s-migrate-%s" .Chart.Name ($pod | sha256sum | trunc 10)) "version" (include "common.version" .)) }}
{{- include "common.wave" "1" }}
spec:
  backoffLimit: 10
  activeDeadlineSeconds: {{ .Values.migrate.deadlineSeconds }}
  template:
    {{- $pod | nindent 4 }}
{{- end }}
{{- end }}

{{- define "common.migratePod" -}}
{{ include "common.podMetadata" (dict "root" . "component" "migrate") }}
spec:
  restartPolicy: OnFailure
  {{- include "common.podStart" (dict "root" .) | nindent 2 }}
  containers:
    - {{ include "common.container" (dict "root" . "name" "migrate" "args" (list "migrate" "--wait" (toString .Values.migrationWaitSeconds)) "resources" .Values.migrate.resources "withoutFiles" true) | indent 6 | trim }}
  {{- include "common.volumes" (dict "root" . "withoutFiles" true) | nindent 2 }}
{{- end -}}
