{{/*
NGINX beside gunicorn that keeps the pages which are the same for everybody, whatever routes requests to the pod. The
same rules as the embedded gateway's (devtools/stack/page_cache.py; a test compares them).
*/}}
{{- define "common.configmap-pages" }}
{{- if .Values.pages.enabled }}
apiVersion: v1
kind: ConfigMap
{{ include "common.metadata" (dict "root" . "component" "web" "name" (printf "%s-pages" .Chart.Name)) }}
data:
  {{- include "common.pagesConfiguration" . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A sidecar: it starts before gunicorn and ends after it, so that no request is lost. */}}
{{- define "common.pagesContainer" -}}
name: pages
image: {{ .Values.global.images.nginx }}
imagePullPolicy: {{ .Values.global.images.pullPolicy }}
restartPolicy: Always
command: [nginx, -c, /etc/streamcart/nginx.conf, -g, "daemon off;"]
ports:
  - {name: http, containerPort: 8080}
{{ include "common.containerSecurity" . }}
resources:
  {{- toYaml .Values.pages.resources | nindent 2 }}
startupProbe:
  tcpSocket: {port: http}
  periodSeconds: 1
  failureThreshold: 30
livenessProbe:
  tcpSocket: {port: http}
  periodSeconds: 10
  timeoutSeconds: 3
volumeMounts:
  - {name: pages-config, mountPath: /etc/streamcart, readOnly: true}
  - {name: pages, mountPath: /tmp}
{{- end -}}

{{- define "common.pagesVolumes" -}}
- name: pages-config
  configMap: {name: {{ .Chart.Name }}-pages}
- name: pages
  emptyDir: {sizeLimit: {{ .Values.pages.diskSize }}}
{{- end -}}

{{- define "common.pagesConfiguration" -}}
nginx.conf: |
  worker_processes 1;
  pcre_jit on;
  error_log stderr warn;
  pid /tmp/nginx.pid;
  events { worker_connections 2048; }
  http {
    access_log off;
    server_tokens off;
    sendfile on;
    keepalive_timeout 75s;
    client_body_temp_path /tmp/body;
    proxy_temp_path /tmp/proxy;
    fastcgi_temp_path /tmp/fastcgi;
    uwsgi_temp_path /tmp/uwsgi;
    scgi_temp_path /tmp/scgi;
    proxy_http_version 1.1;
    proxy_buffer_size 16k;
    proxy_buffers 8 16k;
    proxy_busy_buffers_size 32k;
    proxy_connect_timeout 3s;
    proxy_read_timeout 65s;
    proxy_request_buffering off;
    client_max_body_size {{ .Values.pages.maxBodySize }};
    # A caller's request id is kept when it is sane.
    map $http_x_request_id $rid { default $request_id; "~^[A-Za-z0-9._-]{8,64}$" $http_x_request_id; }
    # Pages for everybody.
    proxy_cache_path /tmp/pages levels=1:2 keys_zone=pages:10m max_size={{ .Values.pages.maxSize }} inactive=6h use_temp_path=off;
    open_file_cache max=2000 inactive=60s;
    open_file_cache_valid 30s;
    map $http_cookie $is_personal { default 0; "~(?:^|;)[ ]*(?:shop_session|shop_cart|messages)=" 1; }
    map $args $page_number { default ""; "~^page=(?<number>[1-9][0-9]{0,2})$" $number; }
    map $args $is_one_of_many { default 1; "" 0; "~^page=[1-9][0-9]{0,2}$" 0; "~^(?:(?:utm_[a-z]+|gclid|fbclid|msclkid|mc_cid|mc_eid)=[^&]*(?:&|$))+$" 0; }
    map $http_cookie $page_currency { default EUR; "~(?:^|;)[ ]*shop_currency=(?<code>USD)(?:;|$)" $code; }
    # NGINX refuses a stored page under a precondition and then closes a connection that it said to keep open.
    # The storefront has no preconditions, so such a request goes past the store.
    map $http_if_match$http_if_unmodified_since $page_store { default off; "" pages; }
    map $http_accept_encoding $page_encoding { default ""; "~*\bbr\b" br; "~*\bgzip\b" gzip; }
    upstream app { server 127.0.0.1:8000 max_fails=0; server 127.0.0.1:8000 max_fails=0; keepalive 32; }
    server {
      listen 8080;
      server_name _;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_set_header X-Request-ID $rid;
      location /static/ { proxy_pass http://app; }
      location / {
        proxy_cache $page_store;
        proxy_cache_key "$page_encoding $page_currency $page_number $uri";
        proxy_set_header X-Shop-Currency $page_currency;
        proxy_cache_bypass $is_personal $is_one_of_many;
        proxy_no_cache $is_personal $is_one_of_many;
        proxy_cache_lock on;
        tcp_nopush off;
        proxy_cache_revalidate on;
        proxy_cache_use_stale updating error timeout http_500 http_502 http_503 http_504;
        gzip_vary off;
        proxy_ignore_headers Vary;
        proxy_hide_header X-Request-ID;
        add_header X-Request-ID $rid always;
        add_header X-Cache $upstream_cache_status always;
        proxy_set_header Connection "";
        proxy_set_header Host $http_host;
        proxy_set_header X-Request-ID $rid;
        proxy_set_header Accept-Encoding $page_encoding;
        proxy_pass http://app;
      }
    }
  }
{{- end -}}
