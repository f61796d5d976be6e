{{/* Only the shop's own namespaces attach routes to its host. */}}
{{- define "ui.allowedRoutes" -}}
{{- $namespaces := list -}}
{{- range .Values.global.routing.routes }}{{ $namespaces = append $namespaces .namespace }}{{ end -}}
allowedRoutes:
  namespaces:
    from: Selector
    selector:
      matchExpressions:
        - {key: kubernetes.io/metadata.name, operator: In, values: {{ $namespaces | toJson }}}
{{- end -}}
