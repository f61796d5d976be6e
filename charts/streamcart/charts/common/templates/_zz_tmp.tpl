{{- define "common.prometheusRule" }}{{ end }}
{{- define "common.dashboard" }}{{ end }}
