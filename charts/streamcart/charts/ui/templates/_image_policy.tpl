{{/* An image's repository as the controller calls it: without tag and digest, Docker Hub by its real host. */}}
{{- define "ui.repository" -}}
{{- $name := regexReplaceAll ":[^/]*$" (regexReplaceAll "@.*$" . "") "" -}}
{{- regexReplaceAll "^docker[.]io/" $name "index.docker.io/" -}}
{{- end -}}
