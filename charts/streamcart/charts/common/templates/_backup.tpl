{{/*
Dumps of a service's database: a CronJob that writes, checks and prunes them, and a Job that restores the one that
backup.restore names (docs/runbooks/backups.md).
*/}}
{{- define "common.backup" }}
{{- $backup := .Values.backup }}
{{- if and .Values.postgres.enabled (or $backup.enabled $backup.restore) }}
{{- $at := dict "root" . "component" "backup" }}
---
apiVersion: v1
kind: ConfigMap
{{ include "common.metadata" $at }}
data:
  {{- include "common.backupScripts" . | nindent 2 }}
{{- if $backup.enabled }}
---
apiVersion: batch/v1
kind: CronJob
{{ include "common.metadata" $at }}
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
{{- if $backup.restore }}
{{- $pod := include "common.backupPod" (dict "root" . "script" "restore.sh" "argument" $backup.restore) }}
---
apiVersion: batch/v1
kind: Job
{{ include "common.metadata" (dict "root" . "component" "backup" "name" (printf "%s-restore-%s" .Chart.Name ($pod | sha256sum | trunc 10))) }}
spec:
  backoffLimit: 2
  activeDeadlineSeconds: 14400
  template:
    {{- $pod | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}

{{/* dict root script argument */}}
{{- define "common.backupPod" -}}
metadata:
  labels:
    {{- include "common.labels" (dict "root" .root "component" "backup") | nindent 4 }}
  annotations:
    streamcart/config: {{ include "common.backupScripts" .root | sha256sum | trunc 16 | quote }}
spec:
  restartPolicy: Never
  {{- include "common.podStart" (dict "root" .root "user" 999) | nindent 2 }}
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
        - name: PGPASSWORD
          valueFrom:
            secretKeyRef: {name: {{ .root.Chart.Name }}-secrets, key: DATABASE_PASSWORD}
      {{- include "common.containerSecurity" . | nindent 6 }}
      resources:
        {{- toYaml .root.Values.backup.resources | nindent 8 }}
      volumeMounts:
        - {name: scripts, mountPath: /scripts, readOnly: true}
        - {name: backups, mountPath: /backups}
        - {name: tmp, mountPath: /tmp}
  volumes:
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
  echo "replacing $PGDATABASE by $1"
  # Whoever still writes is sent away: the service's pods are gone, a forgotten console may not be.
  psql --quiet --set ON_ERROR_STOP=1 --command \
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()" >/dev/null
  # One transaction: a dump that breaks off never gets to COMMIT, and everything stays as it was.
  {
    echo "BEGIN; SET LOCAL client_min_messages = warning;"
    echo "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    pg_restore --no-owner --no-privileges --file - "$dump"
    echo "COMMIT;"
    printf '%s\n' '\echo committed'
  } | psql --quiet --set ON_ERROR_STOP=1 --file - | grep -x committed >/dev/null
  echo "restored $1"
{{- end -}}
