{{/*
Dumps of a service's database: a CronJob that writes, checks and prunes them, and a Job that restores the one that
backup.restore names (docs/runbooks/backups.md).
*/}}
{{- define "common.configmap-backup" }}
{{- if include "common.has.backup" . }}
apiVersion: v1
kind: ConfigMap
{{ include "common.metadata" (dict "root" . "component" "backup") }}
data:
  {{- include "common.backupScripts" . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "common.cronjob-backup" }}
{{- $backup := .Values.backup }}
{{- if and .Values.postgres.enabled $backup.enabled }}
apiVersion: batch/v1
kind: CronJob
{{ include "common.metadata" (dict "root" . "component" "backup" "version" (include "common.imageVersion" .Values.global.images.postgres)) }}
spec:
  schedule: {{ $backup.schedule | quote }}
  timeZone: Etc/UTC
  # A dump that takes longer than a day must not meet the next one.
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 2
  failedJobsHistoryLimit: 3
  # No dump is taken of a database that is being replaced.
  suspend: {{ ne $backup.restore "" }}
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: 14400
      template:
        {{- include "common.backupPod" (dict "root" . "script" "backup.sh" "argument" (toString $backup.retentionDays)) | nindent 8 }}
{{- end }}
{{- end }}

{{- define "common.job-restore" }}
{{- $backup := .Values.backup }}
{{- if and .Values.postgres.enabled $backup.restore }}
{{- $pod := include "common.backupPod" (dict "root" . "script" "restore.sh" "argument" $backup.restore) }}
apiVersion: batch/v1
kind: Job
{{ include "common.metadata" (dict "root" . "component" "backup" "name" (printf "%s-restore-%s" .Chart.Name ($pod | sha256sum | trunc 10)) "version" (include "common.imageVersion" .Values.global.images.postgres)) }}
{{- include "common.wave" "3" }}
spec:
  backoffLimit: 2
  activeDeadlineSeconds: 14400
  template:
    {{- $pod | nindent 4 }}
{{- end }}
{{- end }}

{{/*
A drill: the newest dump is restored into an empty server that lives in the pod and ends with it. The service does not
notice; an alert does when it fails.
*/}}
{{- define "common.cronjob-restore-drill" }}
{{- $drill := .Values.restoreDrill }}
{{- if and .Values.postgres.enabled .Values.backup.enabled $drill.enabled }}
apiVersion: batch/v1
kind: CronJob
{{ include "common.metadata" (dict "root" . "component" "backup" "name" (printf "%s-restore-drill" .Chart.Name) "version" (include "common.imageVersion" .Values.global.images.postgres)) }}
spec:
  schedule: {{ $drill.schedule | quote }}
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 1
  jobTemplate:
    spec:
      backoffLimit: 1
      activeDeadlineSeconds: 14400
      template:
        {{- include "common.podMeta" (dict "root" . "component" "backup" "config" (include "common.backupScripts" .)) | nindent 8 }}
        spec:
          restartPolicy: Never
          {{- include "common.podStart" (dict "root" . "user" 999) | nindent 10 }}
          containers:
            - name: drill
              image: {{ .Values.global.images.postgres }}
              imagePullPolicy: {{ .Values.global.images.pullPolicy }}
              command: [sh, /scripts/drill.sh]
              env:
                - {name: PGDATABASE, value: {{ .Chart.Name }}}
                - {name: BACKUPS, value: /backups}
                - {name: SCRATCH, value: /scratch}
              {{- include "common.containerSecurity" . | nindent 14 }}
              resources:
                {{- toYaml $drill.resources | nindent 16 }}
              volumeMounts:
                - {name: scripts, mountPath: /scripts, readOnly: true}
                - {name: backups, mountPath: /backups, readOnly: true}
                - {name: scratch, mountPath: /scratch}
                - {name: tmp, mountPath: /tmp}
          volumes:
            - name: scripts
              configMap: {name: {{ .Chart.Name }}-backup}
            - name: backups
              persistentVolumeClaim: {claimName: {{ .Chart.Name }}-backup, readOnly: true}
            - name: scratch
              emptyDir: {sizeLimit: {{ $drill.storage }}}
            - name: tmp
              emptyDir: {sizeLimit: 64Mi}
{{- end }}
{{- end }}

{{/* dict root script argument */}}
{{- define "common.backupPod" -}}
{{- $entra := eq (include "common.databaseSignsIn" .root) "entra" -}}
{{ include "common.podMeta" (dict "root" .root "component" "backup" "config" (include "common.backupScripts" .root)) }}
spec:
  restartPolicy: Never
  {{- include "common.podStart" (dict "root" .root "user" 999) | nindent 2 }}
  {{- if $entra }}
  initContainers:
    # PostgreSQL's own programs get their token from a file.
    - {{ include "common.container" (dict "root" .root "name" "sign-in" "args" (list "write_pgpass" "/credentials/pgpass") "resources" .root.Values.migrate.resources "withoutFiles" true) | indent 6 | trim }}
        - {name: credentials, mountPath: /credentials}
  {{- end }}
  containers:
    - name: backup
      image: {{ .root.Values.global.images.postgres }}
      imagePullPolicy: {{ .root.Values.global.images.pullPolicy }}
      command: [sh, /scripts/{{ .script }}]
      args: [{{ .argument | quote }}]
      env:
        - {name: PGHOST, value: {{ include "common.databaseHost" .root }}}
        - {name: PGPORT, value: {{ .root.Values.postgres.external.port | quote }}}
        - {name: PGUSER, value: {{ .root.Chart.Name }}}
        - {name: PGDATABASE, value: {{ .root.Chart.Name }}}
        {{- if .root.Values.postgres.external.host }}
        - {name: PGSSLMODE, value: {{ .root.Values.postgres.external.sslMode }}}
        {{- end }}
        - {name: BACKUPS, value: /backups}
        {{- if $entra }}
        - {name: PGPASSFILE, value: /credentials/pgpass}
        {{- else }}
        - name: PGPASSWORD
          valueFrom:
            secretKeyRef: {name: {{ .root.Chart.Name }}-secrets, key: DATABASE_PASSWORD}
        {{- end }}
      {{- include "common.containerSecurity" . | nindent 6 }}
      resources:
        {{- toYaml .root.Values.backup.resources | nindent 8 }}
      volumeMounts:
        - {name: scripts, mountPath: /scripts, readOnly: true}
        - {name: backups, mountPath: /backups}
        - {name: tmp, mountPath: /tmp}
        {{- if $entra }}
        - {name: credentials, mountPath: /credentials, readOnly: true}
        {{- end }}
  volumes:
    {{- if $entra }}
    - name: credentials
      emptyDir: {medium: Memory, sizeLimit: 1Mi}
    {{- end }}
    {{- with .root.Values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    - name: scripts
      configMap: {name: {{ .root.Chart.Name }}-backup}
    - name: backups
      persistentVolumeClaim: {claimName: {{ .root.Chart.Name }}-backup}
    - name: tmp
      emptyDir: {sizeLimit: 256Mi}
{{- end -}}

{{- define "common.backupScripts" -}}
backup.sh: |
  #!/bin/sh
  # backup.sh DAYS: a dump of $PGDATABASE into $BACKUPS. It gets its name when it is whole and readable, so a file that
  # ends in .dump can be restored. Dumps older than DAYS go, the newest always stays.
  set -eu
  name="$PGDATABASE-$(date -u +%Y%m%dT%H%M%SZ)"
  part="$BACKUPS/$name.part"
  # What an earlier run left when it was killed.
  rm -f "$BACKUPS/$PGDATABASE-"*.part
  trap 'rm -f "$part"' EXIT
  pg_dump --format=custom --no-owner --no-privileges --lock-wait-timeout=60s --file "$part"
  # Writing it as SQL to nowhere reads every byte of it.
  pg_restore --file /dev/null "$part"
  mv "$part" "$BACKUPS/$name.dump"
  newest="$BACKUPS/$name.dump"
  find "$BACKUPS" -maxdepth 1 -name "$PGDATABASE-*.dump" -mtime "+$1" ! -path "$newest" -exec rm -f {} +
  echo "wrote $name.dump, $(wc -c <"$newest") bytes"
restore.sh: |
  #!/bin/sh
  # restore.sh NAME: replaces what lies in $PGDATABASE by the dump $BACKUPS/NAME, all of it or nothing.
  set -eu
  dump="$BACKUPS/$1"
  if [ ! -f "$dump" ]; then
    echo "There is no dump $1. There are:" >&2
    ls "$BACKUPS" >&2
    exit 1
  fi
  # The service's pods end at their own pace, an encoder takes minutes: nothing is replaced under a session that writes.
  open_sessions() {
    psql --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command "
      SELECT pid || ' from ' || coalesce(client_addr::text, 'the server itself') || ' since ' || backend_start::timestamp(0)
      FROM pg_stat_activity
      WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
  }
  deadline=$(($(date +%s) + ${RESTORE_WAIT_SECONDS:-1800}))
  left=$(open_sessions)
  while [ -n "$left" ]; do
    if [ "$(date +%s)" -ge "$deadline" ]; then
      echo "Nothing was changed: sessions of $PGUSER are still open. End them (a pod, a console), then delete this Job:" >&2
      echo "$left" >&2
      exit 1
    fi
    echo "waiting for $(echo "$left" | wc -l) session(s) of $PGUSER to end"
    sleep "${RESTORE_PAUSE_SECONDS:-5}"
    left=$(open_sessions)
  done
  echo "replacing $PGDATABASE by $1"
  # One transaction: a dump that breaks off never gets to COMMIT, and everything stays as it was.
  {
    echo "BEGIN; SET LOCAL client_min_messages = warning;"
    echo "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    pg_restore --no-owner --no-privileges --file - "$dump"
    echo "COMMIT;"
    printf '%s\n' '\echo committed'
  } | psql --quiet --set ON_ERROR_STOP=1 --file - | grep -x committed >/dev/null
  echo "restored $1"
drill.sh: |
  #!/bin/sh
  # drill.sh: the newest dump of $PGDATABASE in $BACKUPS, restored into a server of its own below $SCRATCH.
  set -eu
  newest=$(find "$BACKUPS" -maxdepth 1 -name "$PGDATABASE-*.dump" | sort | tail -n 1)
  if [ -z "$newest" ]; then
    echo "There is no dump of $PGDATABASE in $BACKUPS." >&2
    exit 1
  fi
  export PGDATA="$SCRATCH/data" PGHOST="$SCRATCH" PGUSER=postgres
  # What an earlier try left.
  rm -rf "$PGDATA"
  initdb --username postgres --auth trust --no-sync >/dev/null
  pg_ctl start --wait --silent --log "$SCRATCH/log" --options "-c listen_addresses='' -c unix_socket_directories='$SCRATCH' -c fsync=off"
  trap 'pg_ctl stop --silent --mode immediate; rm -rf "$PGDATA"' EXIT
  createdb --maintenance-db postgres "$PGDATABASE"
  pg_restore --exit-on-error --no-owner --no-privileges --dbname "$PGDATABASE" "$newest"
  counted=$(psql --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --command \
    "SELECT count(*) || ' migrations, ' || (SELECT count(*) FROM pg_tables WHERE schemaname = 'public') || ' tables, ' || pg_size_pretty(pg_database_size(current_database())) FROM django_migrations HAVING count(*) > 0")
  if [ -z "$counted" ]; then
    echo "$(basename "$newest") can be restored, but no migration was ever applied to what it holds." >&2
    exit 1
  fi
  echo "$(basename "$newest") can be restored: $counted"
{{- end -}}
