{{/*
NGINX that serves what the service stores: pictures for everybody, films to those who hold a signed, unexpired
address. It never asks Python. The same rules as the embedded gateway's (devtools/stack/templates/nginx.conf).
*/}}
{{- define "common.configmap-files" }}
{{- if .Values.files.enabled }}
apiVersion: v1
kind: ConfigMap
{{ include "common.metadata" (dict "root" . "component" "files") }}
data:
  {{- include "common.filesConfiguration" . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "common.deployment-files" }}
{{- if .Values.files.enabled }}
{{- $files := .Values.files }}
{{- $at := dict "root" . "component" "files" }}
apiVersion: apps/v1
kind: Deployment
{{ include "common.metadata" (dict "root" . "component" "files" "version" (include "common.imageVersion" .Values.global.images.nginx)) }}
{{- include "common.wave" "2" }}
spec:
  replicas: {{ $files.replicas }}
  {{- include "common.rollout" . | nindent 2 }}
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  selector:
    matchLabels:
      {{- include "common.selector" $at | nindent 6 }}
  template:
    {{- include "common.podMeta" (dict "root" . "component" "files" "config" (include "common.filesConfiguration" .)) | nindent 4 }}
    spec:
      {{- include "common.podStart" (dict "root" .) | nindent 6 }}
      {{- include "common.spread" $at | nindent 6 }}
      terminationGracePeriodSeconds: 60
      containers:
        - name: nginx
          image: {{ .Values.global.images.nginx }}
          imagePullPolicy: {{ .Values.global.images.pullPolicy }}
          # The image's entry point puts STREAM_SECRET where ${STREAM_SECRET} stands, into the folder that is given.
          env:
            - {name: NGINX_ENVSUBST_OUTPUT_DIR, value: /tmp}
            - {name: NGINX_ENVSUBST_FILTER, value: "^STREAM_SECRET$"}
            {{- if include "common.signsStreams" . }}
            - name: STREAM_SECRET
              valueFrom:
                secretKeyRef: {name: {{ .Chart.Name }}-secrets, key: STREAM_SECRET}
            {{- end }}
          args: [nginx, -c, /tmp/nginx.conf, -g, "daemon off;"]
          ports:
            - {name: http, containerPort: 8080}
          {{- include "common.containerSecurity" . | nindent 10 }}
          resources:
            {{- toYaml $files.resources | nindent 12 }}
          startupProbe:
            httpGet: {path: /livez, port: http}
            periodSeconds: 2
            failureThreshold: 30
          livenessProbe:
            httpGet: {path: /livez, port: http}
            periodSeconds: 10
            timeoutSeconds: 3
          readinessProbe:
            httpGet: {path: /livez, port: http}
            periodSeconds: 5
            timeoutSeconds: 3
          lifecycle:
            # Leave the Service first, then let the segments in flight end.
            preStop:
              exec: {command: [sh, -c, "sleep 10; nginx -c /tmp/nginx.conf -s quit; sleep 20"]}
          volumeMounts:
            - {name: config, mountPath: /etc/nginx/templates, readOnly: true}
            - {name: tmp, mountPath: /tmp}
            - {name: files, mountPath: /media, readOnly: true}
      volumes:
        - name: config
          configMap: {name: {{ .Chart.Name }}-files}
        - name: tmp
          emptyDir: {sizeLimit: 256Mi}
        - name: files
          persistentVolumeClaim: {claimName: {{ .Chart.Name }}-files, readOnly: true}
{{- end }}
{{- end }}

{{- define "common.service-files" }}
{{- if .Values.files.enabled }}
{{- $at := dict "root" . "component" "files" }}
apiVersion: v1
kind: Service
{{ include "common.metadata" $at }}
spec:
  selector:
    {{- include "common.selector" $at | nindent 4 }}
  ports:
    - {name: http, port: 80, targetPort: http}
{{- end }}
{{- end }}

{{- define "common.pdb-files" }}
{{- if .Values.files.enabled }}
{{- include "common.disruptionBudget" (dict "root" . "component" "files") }}
{{- end }}
{{- end }}

{{/* Whether what the service serves is for holders of a signed address: `true` or nothing. */}}
{{- define "common.signsStreams" -}}
{{- if hasKey (index .Values.global.secrets.services .Chart.Name) "STREAM_SECRET" }}true{{ end -}}
{{- end -}}

{{- define "common.filesConfiguration" -}}
{{- $signed := include "common.signsStreams" . -}}
{{- $api := printf "/api/%s" .Chart.Name -}}
{{- $media := printf "/media/%s" .Chart.Name -}}
nginx.conf.template: |
  worker_processes 2;
  error_log stderr warn;
  pid /tmp/nginx.pid;
  events { worker_connections 2048; }
  http {
    types {
      image/svg+xml svg; image/webp webp; image/avif avif; image/png png; image/jpeg jpg jpeg;
      application/vnd.apple.mpegurl m3u8; video/mp4 mp4; video/iso.segment m4s; text/vtt vtt;
    }
    default_type application/octet-stream;
    charset utf-8;
    charset_types text/vtt;
    access_log off;
    server_tokens off;
    sendfile on;
    tcp_nopush on;
    keepalive_timeout 75s;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    gzip on;
    gzip_vary on;
    gzip_proxied any;
    gzip_min_length 1024;
    gzip_types image/svg+xml application/vnd.apple.mpegurl text/vtt;
    {{- if $signed }}
    # The cookie of a session's path holds the signature that its last heartbeat brought; without one the path's counts.
    map $cookie_stream $stream_key { default $key; "~^(?<renewed_key>[A-Za-z0-9_-]{4})?[A-Za-z0-9_-]{22}\.[0-9]{1,12}$" $renewed_key; }
    map $cookie_stream $stream_signature { default $signature; "~^(?:[A-Za-z0-9_-]{4})?(?<renewed>[A-Za-z0-9_-]{22})\.[0-9]{1,12}$" $renewed; }
    map $cookie_stream $stream_expires { default $expires; "~^(?:[A-Za-z0-9_-]{4})?[A-Za-z0-9_-]{22}\.(?<until>[0-9]{1,12})$" $until; }
    # One secret, or several by comma while they are rotated: four characters before the signature say which one made it.
    map "$stream_key:${STREAM_SECRET}" $stream_secret { default ""; "~^:(?<first_secret>[^,]+)" $first_secret; "~^(?<wanted>[A-Za-z0-9_-]{4}):(?:.*,)?(?<named_secret>\k<wanted>[^,]*)(?:,|$)" $named_secret; }
    # Ciphertext is the same for everybody and worth nothing without its key: shared caches may keep it, by asset and file.
    map $file $stream_caching { default "private, max-age=3600, immutable"; "~^aes_[A-Za-z0-9_-]+/[0-9]+\.m4s$" "public, max-age=31536000, immutable"; }
    {{- end }}
    server {
      listen 8080;
      server_name _;
      add_header X-Content-Type-Options nosniff always;
      location = /livez { access_log off; return 200 "ok"; }
      {{- if $signed }}
      # Films: signed, expiring.
      # Keys of encrypted films: the service has them, and asks whether the session still lives.
      location ~ "^{{ $api }}/stream/(?<session>[0-9a-f-]{36})/(?<key>[A-Za-z0-9_-]{4})?(?<signature>[A-Za-z0-9_-]{22})/(?<expires>[0-9]{1,12})/(?<asset>[0-9a-f-]{36})/keys/(?<content_key>[0-9a-f-]{36})$" {
        absolute_redirect off;
        add_header Access-Control-Allow-Origin * always;
        add_header Cache-Control no-store always;
        return 307 {{ $api }}/v1/playback/$session/keys/$content_key?asset=$asset&expires=$stream_expires&signature=$stream_key$stream_signature;
      }
      location ~ "^{{ $api }}/stream/(?<session>[0-9a-f-]{36})/(?<key>[A-Za-z0-9_-]{4})?(?<signature>[A-Za-z0-9_-]{22})/(?<expires>[0-9]{1,12})/(?<asset>[0-9a-f-]{36})/(?<file>(?:[A-Za-z0-9_-]{1,60}/)?[A-Za-z0-9_-]{1,64}\.[a-z0-9]{1,5})$" {
        secure_link $stream_signature,$stream_expires;
        secure_link_md5 "$stream_expires/$session/$asset $stream_secret";
        # What a browser asks before it asks for a range from another site's page.
        if ($request_method = OPTIONS) { return 204; }
        # "" for a wrong signature, "0" for one that has expired.
        if ($secure_link ~ "^0?$") { return 403; }
        # A secret that nobody has would sign for everybody.
        if ($stream_secret = "") { return 403; }
        # Sessions that were stopped, or lost their reason (apps/video/playback/ended_sessions.py).
        if (-f /media/ended/$session) { return 403; }
        error_page 403 @stream_refused;
        error_page 404 @stream_missing;
        add_header Access-Control-Allow-Origin * always;
        add_header Access-Control-Allow-Methods "GET, HEAD, OPTIONS" always;
        add_header Access-Control-Allow-Headers Range always;
        add_header Access-Control-Expose-Headers "Accept-Ranges, Content-Length, Content-Range" always;
        add_header Access-Control-Max-Age 86400 always;
        add_header X-Content-Type-Options nosniff always;
        # Files never change under their name.
        add_header Cache-Control $stream_caching;
        alias /media/streams/$asset/$file;
      }
      location {{ $api }}/stream/ { error_page 403 @stream_refused; return 403; }
      # Players are scripts, also of other sites: they read why.
      location @stream_refused {
        types {}
        default_type application/problem+json;
        add_header Access-Control-Allow-Origin * always;
        add_header Cache-Control no-store always;
        add_header X-Content-Type-Options nosniff always;
        return 403 '{"type": "/problems/forbidden", "title": "Forbidden", "status": 403, "detail": "This address is altered or has ended. Press play again: a new address comes with it."}';
      }
      location @stream_missing {
        types {}
        default_type application/problem+json;
        add_header Access-Control-Allow-Origin * always;
        add_header Cache-Control no-store always;
        add_header X-Content-Type-Options nosniff always;
        return 404 '{"type": "/problems/not-found", "title": "Not found", "status": 404, "detail": "The film has no such file."}';
      }
      {{- end }}
      # Pictures: named by their content, so they never change. Sources and films are nobody's to fetch.
      location ~ "^{{ $media }}/(?<picture>{{ .Values.files.public }}/[A-Za-z0-9_./-]+)$" {
        add_header Access-Control-Allow-Origin *;
        add_header X-Content-Type-Options nosniff;
        add_header Cache-Control "public, max-age=31536000, immutable";
        alias /media/$picture;
      }
      location / { return 404; }
    }
  }
{{- end -}}
