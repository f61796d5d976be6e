{{/*
The service's own PostgreSQL: StatefulSet, headless Service, settings that follow its memory, and a role for the
service that owns its database and nothing else. With postgres.external.host nothing of it is made.
*/}}
{{- define "common.configmap-postgres" }}
{{- $postgres := .Values.postgres }}
{{- if and $postgres.enabled (not $postgres.external.host) }}
{{- $memory := include "common.mebibytes" $postgres.resources.limits.memory | int }}
apiVersion: v1
kind: ConfigMap
{{ include "common.metadata" (dict "root" . "component" "postgres") }}
data:
  postgresql.conf: |
    # A quarter of the memory for the server's own cache, three quarters are what it may expect of the system's,
    # and a sort's share such that every connection can have one.
    listen_addresses = '*'
    max_connections = {{ $postgres.maxConnections }}
    shared_buffers = {{ div $memory 4 }}MB
    effective_cache_size = {{ div (mul $memory 3) 4 }}MB
    work_mem = {{ max 1 (div $memory (mul 4 $postgres.maxConnections)) }}MB
    maintenance_work_mem = {{ max 16 (div $memory 16) }}MB
    wal_compression = on
    max_wal_size = 1GB
    checkpoint_timeout = 15min
    random_page_cost = 1.1
    effective_io_concurrency = 200
    idle_in_transaction_session_timeout = 5min
    lock_timeout = 30s
    log_min_duration_statement = 500ms
    log_lock_waits = on
    unix_socket_directories = '/var/run/postgresql'
    timezone = UTC
  # Runs once, on an empty volume. The administrator keeps no password: it signs in over the pod's own socket only.
  create-role.sh: |
    #!/bin/sh
    set -eu
    psql --username postgres --set ON_ERROR_STOP=1 --set name="$SERVICE" --set password="$SERVICE_PASSWORD" <<'SQL'
    CREATE ROLE :"name" LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
    CREATE DATABASE :"name" OWNER :"name" TEMPLATE template0 ENCODING 'UTF8';
    REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
    ALTER ROLE postgres PASSWORD NULL;
    SQL
{{- end }}
{{- end }}

{{- define "common.service-postgres" }}
{{- $postgres := .Values.postgres }}
{{- if and $postgres.enabled (not $postgres.external.host) }}
{{- $at := dict "root" . "component" "postgres" }}
apiVersion: v1
kind: Service
{{ include "common.metadata" $at }}
spec:
  clusterIP: None
  selector:
    {{- include "common.selector" $at | nindent 4 }}
  ports:
    - {name: postgres, port: {{ $postgres.external.port }}, targetPort: postgres}
{{- end }}
{{- end }}

{{- define "common.statefulset-postgres" }}
{{- $postgres := .Values.postgres }}
{{- if and $postgres.enabled (not $postgres.external.host) }}
{{- $at := dict "root" . "component" "postgres" }}
{{- $memory := include "common.mebibytes" $postgres.resources.limits.memory | int }}
apiVersion: apps/v1
kind: StatefulSet
{{ include "common.metadata" (dict "root" . "component" "postgres" "version" (include "common.imageVersion" .Values.global.images.postgres)) }}
spec:
  replicas: 1
  serviceName: {{ .Chart.Name }}-postgres
  selector:
    matchLabels:
      {{- include "common.selector" $at | nindent 6 }}
  template:
    # Only what the server is started with: a changed create-role.sh must not restart a database.
    {{- include "common.podMeta" (dict "root" . "component" "postgres" "config" (printf "%v %v" $memory $postgres.maxConnections)) | nindent 4 }}
    spec:
      {{- include "common.podStart" (dict "root" . "user" 999) | nindent 6 }}
      # The image asks to be stopped by SIGINT: a fast shutdown, which does not wait for idle connections.
      terminationGracePeriodSeconds: 120
      containers:
        - name: postgres
          image: {{ .Values.global.images.postgres }}
          imagePullPolicy: {{ .Values.global.images.pullPolicy }}
          args: [-c, config_file=/etc/postgresql/postgresql.conf]
          env:
            - {name: SERVICE, value: {{ .Chart.Name }}}
            - name: SERVICE_PASSWORD
              valueFrom:
                secretKeyRef: {name: {{ .Chart.Name }}-secrets, key: DATABASE_PASSWORD}
            - {name: POSTGRES_HOST_AUTH_METHOD, value: scram-sha-256}
            # The image insists on a password for its administrator; create-role.sh takes it away again.
            - name: POSTGRES_PASSWORD
              valueFrom:
                secretKeyRef: {name: {{ .Chart.Name }}-secrets, key: DATABASE_PASSWORD}
          ports:
            - {name: postgres, containerPort: 5432}
          {{- include "common.containerSecurity" . | nindent 10 }}
          resources:
            {{- toYaml $postgres.resources | nindent 12 }}
          startupProbe:
            exec: {command: [pg_isready, --host, 127.0.0.1, --username, postgres]}
            periodSeconds: 5
            timeoutSeconds: 3
            # Recovery after a crash may take minutes.
            failureThreshold: 120
          livenessProbe:
            exec: {command: [pg_isready, --host, 127.0.0.1, --username, postgres]}
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 6
          readinessProbe:
            exec: {command: [pg_isready, --host, 127.0.0.1, --username, postgres]}
            periodSeconds: 5
            timeoutSeconds: 3
          volumeMounts:
            # The image of release 18 keeps its data in a folder of the release below this one.
            - {name: data, mountPath: /var/lib/postgresql}
            - {name: config, mountPath: /etc/postgresql/postgresql.conf, subPath: postgresql.conf, readOnly: true}
            - {name: config, mountPath: /docker-entrypoint-initdb.d/create-role.sh, subPath: create-role.sh, readOnly: true}
            - {name: run, mountPath: /var/run/postgresql}
            - {name: tmp, mountPath: /tmp}
            - {name: shared, mountPath: /dev/shm}
      volumes:
        - name: data
          persistentVolumeClaim: {claimName: data-{{ .Chart.Name }}-postgres-0}
        - name: config
          # Executable: the image's entry point would run create-role.sh inside itself otherwise.
          configMap: {name: {{ .Chart.Name }}-postgres, defaultMode: 0555}
        - name: run
          emptyDir: {sizeLimit: 16Mi}
        - name: tmp
          emptyDir: {sizeLimit: 256Mi}
        # Parallel queries share memory here; it counts against the limit.
        - name: shared
          emptyDir: {medium: Memory, sizeLimit: 128Mi}
{{- end }}
{{- end }}
