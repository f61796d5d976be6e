{{/*
How requests from outside reach a namespace: an Ingress (two where the service takes uploads) or one HTTPRoute, for the
routes and files that global.routing gives it. The host itself (TLS, master Ingress, Gateway, issuer) belongs to ui.
*/}}
{{- define "common.ingress" }}
{{- if ne .Values.global.routing.flavor "gateway" }}
{{- $route := include "common.route" . | fromYaml }}
{{- $paths := include "common.paths" . | fromYamlArray }}
{{- include "common.oneIngress" (dict "root" . "name" .Chart.Name "paths" $paths "maxBodySize" $route.maxBodySize "uploads" false) }}
{{- end }}
{{- end }}

{{- define "common.ingress-uploads" }}
{{- if ne .Values.global.routing.flavor "gateway" }}
{{- $route := include "common.route" . | fromYaml }}
{{- with $route.uploads }}
{{- $path := printf "%s(/)(%s)$" $route.path (join "|" .paths) }}
{{- $paths := list (dict "path" $path "service" $.Chart.Name) }}
{{- /* F5's controller stores a body before it asks the service, so no stranger may send it a whole film: clients of tus
send chunks there. */}}
{{- $size := .maxBodySize }}
{{- if and (eq $.Values.global.routing.flavor "nginx") (hasSuffix "m" $size) (gt (trimSuffix "m" $size | int64) 64) }}
{{- $size = "64m" }}
{{- end }}
{{- include "common.oneIngress" (dict "root" $ "name" (printf "%s-uploads" $.Chart.Name) "paths" $paths "maxBodySize" $size "uploads" true) }}
{{- end }}
{{- end }}
{{- end }}

{{/* The route of this service. */}}
{{- define "common.route" -}}
{{- $name := .Chart.Name -}}
{{- range .Values.global.routing.routes -}}
{{- if eq .service $name }}{{ toYaml . }}{{ end -}}
{{- end -}}
{{- end -}}

{{/*
Regular expressions of a service's paths, as `- {path, service}`. They exclude each other, so no controller's order of
locations matters:
- an API claims its prefix, but neither the hidden segments below it nor what NGINX serves from storage; its uploads
  stand in an Ingress of their own, since a body's size is an annotation;
- the storefront claims what no API, no storage and no certificate challenge does.
The second group of each is what the service gets to see.
*/}}
{{- define "common.paths" -}}
{{- $route := include "common.route" . | fromYaml -}}
{{- $hidden := .Values.global.routing.hiddenPaths -}}
{{- $name := .Chart.Name -}}
{{- if eq $route.path "/" }}
- path: {{ printf "/()((?!(?:%s)(?:/|$)|[.]well-known/acme-challenge/).*)" (concat (list "api" "media") $hidden | join "|") | quote }}
  service: {{ $name }}
{{- else }}
{{- $refused := $hidden }}
{{- range .Values.global.routing.files }}
{{- if and (eq .service $name) (hasPrefix (printf "%s/" $route.path) .path) }}
{{- $refused = append $refused (trimPrefix (printf "%s/" $route.path) .path) }}
{{- end }}
{{- end }}
{{- $elsewhere := "" }}
{{- with $route.uploads }}{{ $elsewhere = printf "(?!(?:%s)$)" (join "|" .paths) }}{{ end }}
- path: {{ printf "%s(/(?!(?:%s)(?:/|$))%s|$)(.*)" $route.path (join "|" $refused) $elsewhere | quote }}
  service: {{ $name }}
{{- end }}
{{- range .Values.global.routing.files }}
{{- if eq .service $name }}
- path: {{ printf "/()(%s/.*)" (trimPrefix "/" .path) | quote }}
  service: {{ $name }}-files
{{- end }}
{{- end }}
{{- end -}}

{{/* One Ingress; `uploads` says whether its paths take large bodies. Arguments: root, name, paths, maxBodySize, uploads. */}}
{{- define "common.oneIngress" }}
{{- $ := .root }}
{{- $routing := $.Values.global.routing }}
{{- $limits := $routing.limits }}
{{- $route := include "common.route" $ | fromYaml }}
{{- $holdsHost := and (eq $route.path "/") (not .uploads) }}
apiVersion: networking.k8s.io/v1
kind: Ingress
{{ include "common.metadata" (dict "root" $ "component" "web" "name" .name) }}
  annotations:
    {{- if eq $routing.flavor "nginx" }}
    nginx.org/mergeable-ingress-type: minion
    nginx.org/path-regex: case_sensitive
    nginx.org/rewrite-target: /$2
    {{- if ne $route.path "/" }}
    nginx.org/proxy-set-headers: {{ printf "X-Forwarded-Prefix: %s" $route.path | quote }}
    {{- end }}
    nginx.org/client-max-body-size: {{ .maxBodySize | quote }}
    nginx.org/limit-req-key: ${binary_remote_addr}
    nginx.org/limit-req-zone-size: 10m
    nginx.org/limit-req-rate: {{ ternary (printf "%vr/m" $limits.uploadsPerMinute) (printf "%vr/s" $limits.requestsPerSecond) .uploads }}
    nginx.org/limit-req-burst: {{ ternary $limits.uploadBurst $limits.burst .uploads | quote }}
    nginx.org/limit-req-no-delay: "true"
    nginx.org/limit-req-reject-code: "429"
    nginx.org/proxy-buffer-size: 16k
    nginx.org/proxy-buffers: 8 16k
    nginx.org/proxy-busy-buffers-size: 32k
    nginx.org/proxy-next-upstream: error
    nginx.org/proxy-next-upstream-tries: "2"
    nginx.org/proxy-connect-timeout: {{ $routing.timeouts.connectSeconds }}s
    nginx.org/proxy-read-timeout: {{ $routing.timeouts.readSeconds }}s
    {{- else }}
    nginx.ingress.kubernetes.io/use-regex: "true"
    nginx.ingress.kubernetes.io/rewrite-target: /$2
    {{- if ne $route.path "/" }}
    nginx.ingress.kubernetes.io/x-forwarded-prefix: {{ $route.path }}
    {{- end }}
    nginx.ingress.kubernetes.io/proxy-body-size: {{ .maxBodySize | quote }}
    nginx.ingress.kubernetes.io/limit-connections: {{ $limits.connections | quote }}
    {{- if .uploads }}
    # Not stored at the gateway: the service sees who sends before any of the body is read.
    nginx.ingress.kubernetes.io/proxy-request-buffering: "off"
    nginx.ingress.kubernetes.io/limit-rpm: {{ $limits.uploadsPerMinute | quote }}
    nginx.ingress.kubernetes.io/limit-burst-multiplier: "1"
    {{- else }}
    nginx.ingress.kubernetes.io/limit-rps: {{ $limits.requestsPerSecond | quote }}
    nginx.ingress.kubernetes.io/limit-burst-multiplier: {{ max 1 (div $limits.burst $limits.requestsPerSecond) | quote }}
    {{- end }}
    nginx.ingress.kubernetes.io/proxy-buffer-size: 16k
    nginx.ingress.kubernetes.io/proxy-next-upstream: error
    nginx.ingress.kubernetes.io/proxy-next-upstream-tries: "2"
    nginx.ingress.kubernetes.io/proxy-connect-timeout: {{ $routing.timeouts.connectSeconds | quote }}
    nginx.ingress.kubernetes.io/proxy-read-timeout: {{ $routing.timeouts.readSeconds | quote }}
    {{- if $routing.tls.enabled }}
    nginx.ingress.kubernetes.io/ssl-redirect: "true"
    {{- if and $holdsHost $routing.tls.clusterIssuer }}
    cert-manager.io/cluster-issuer: {{ $routing.tls.clusterIssuer }}
    {{- end }}
    {{- end }}
    {{- end }}
spec:
  ingressClassName: {{ $routing.className | default "nginx" }}
  {{- if and $routing.tls.enabled $holdsHost (eq $routing.flavor "ingress-nginx") }}
  # The storefront's namespace holds the certificate; the community controller uses it for the whole host.
  tls:
    - hosts: [{{ $.Values.global.host }}]
      secretName: {{ $routing.tls.secretName }}
  {{- end }}
  rules:
    - host: {{ $.Values.global.host }}
      http:
        paths:
          {{- range .paths }}
          - path: {{ .path | quote }}
            pathType: ImplementationSpecific
            backend:
              service: {name: {{ .service }}, port: {name: http}}
          {{- end }}
{{- end }}

{{- define "common.httproute" }}
{{- if eq .Values.global.routing.flavor "gateway" }}
{{- $routing := .Values.global.routing }}
{{- $route := include "common.route" . | fromYaml }}
{{- $name := .Chart.Name }}
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
{{ include "common.metadata" (dict "root" . "component" "web" "name" .Chart.Name) }}
spec:
  parentRefs:
    - name: streamcart
      namespace: {{ include "common.namespaceOf" (dict "root" . "name" "ui") }}
      sectionName: {{ ternary "https" "http" $routing.tls.enabled }}
  hostnames: [{{ .Values.global.host }}]
  rules:
    {{- range $routing.files }}
    {{- if eq .service $name }}
    - matches:
        - path: {type: PathPrefix, value: {{ .path }}}
      backendRefs:
        - {name: {{ $name }}-files, port: 80}
    {{- end }}
    {{- end }}
    - matches:
        - path: {type: PathPrefix, value: {{ $route.path }}}
      filters:
        - type: RequestHeaderModifier
          requestHeaderModifier:
            {{- if eq $route.path "/" }}
            remove: [X-Forwarded-Prefix]
            {{- else }}
            set:
              - {name: X-Forwarded-Prefix, value: {{ $route.path }}}
        - type: URLRewrite
          urlRewrite:
            path: {type: ReplacePrefixMatch, replacePrefixMatch: /}
            {{- end }}
      timeouts: {request: {{ $routing.timeouts.readSeconds }}s}
      backendRefs:
        - {name: {{ $name }}, port: {{ $route.port }}}
{{- end }}
{{- end }}
