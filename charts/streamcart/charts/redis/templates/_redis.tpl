{{/* Whether Valkey runs here: `true` or nothing. */}}
{{- define "redis.runs" -}}
{{- if and .Values.enabled (not .Values.global.redis.external.host) }}true{{ end -}}
{{- end -}}

{{/* One of the library's objects, where Valkey runs.  list context name */}}
{{- define "redis.object" -}}
{{- if include "redis.runs" (index . 0) }}{{ include (printf "common.%s" (index . 1)) (index . 0) }}{{ end -}}
{{- end -}}

{{- define "redis.configuration" -}}
{{- $memory := include "common.mebibytes" .Values.resources.limits.memory | int -}}
valkey.conf: |
  port 6379
  dir /data
  # Queued work survives a restart; at most a second of it is lost in a crash.
  appendonly yes
  appendfsync everysec
  save ""
  # Copying for a rewrite of the file takes memory beside the data.
  maxmemory {{ div (mul $memory 6) 10 }}mb
  # Only caches carry an expiry; queues are never thrown away.
  maxmemory-policy volatile-lru
  tcp-keepalive 60
  aclfile /tmp/users.acl
# A user per service, who sees the keys that begin with its name; nobody is "default".
start.sh: |
  #!/bin/sh
  set -eu
  umask 077
  {
    echo "user default off"
    # Known to everybody, and good for nothing but PING.
    echo "user probe on >probe -@all +ping"
    {{- range .Values.users }}
    echo "user {{ . }} on #$(printf %s "${{ printf "{%s_PASSWORD}" (upper .) }}" | sha256sum | cut -d' ' -f1) ~{{ . }}:* resetchannels -@all +@read +@write +@connection +@transaction +@scripting +@blocking -@admin -@dangerous +info +time"
    {{- end }}
  } >/tmp/users.acl
  exec valkey-server /etc/valkey/valkey.conf
ping.sh: |
  #!/bin/sh
  test "$(valkey-cli --no-auth-warning --user probe --pass probe ping)" = PONG
{{- end -}}
