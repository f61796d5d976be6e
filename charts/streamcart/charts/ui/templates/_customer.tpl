{{/* A container that runs files/customer.py.  dict root name args */}}
{{- define "ui.customer" -}}
name: {{ .name }}
image: {{ include "common.image" .root }}
imagePullPolicy: {{ .root.Values.global.images.pullPolicy }}
command: [python, /test/customer.py]
{{- with .args }}
args: {{ . | toJson }}
{{- end }}
env:
  - {name: UI_URL, value: {{ include "common.serviceUrl" (dict "root" .root "name" "ui") | quote }}}
{{ include "common.containerSecurity" . }}
resources:
  requests: {cpu: 50m, memory: 64Mi}
  limits: {memory: 128Mi}
volumeMounts:
  - {name: test, mountPath: /test, readOnly: true}
  - {name: tmp, mountPath: /tmp}
{{- end -}}

{{- define "ui.customerVolumes" -}}
volumes:
  - name: test
    configMap: {name: customer}
  - name: tmp
    emptyDir: {sizeLimit: 16Mi}
{{- end -}}

{{- define "ui.customersSelector" -}}
{{ include "common.selector" . }}
streamcart/virtual-customers: "true"
{{- end -}}

{{/* Virtual customers stay away from real money and from real mail. */}}
{{- define "ui.refuseCustomers" -}}
{{- if .Values.customers.replicas -}}
{{- if eq .Values.global.environment "prod" -}}
{{- fail "ui.customers.replicas: virtual customers pay with the sandbox's test card, which production refuses. Set it to 0." -}}
{{- end -}}
{{- if or .Values.global.email.secretName (hasPrefix "smtp" .Values.global.email.url) -}}
{{- fail "ui.customers.replicas: virtual customers have made-up addresses, and this shop sends real mail to them. Set it to 0, or global.email.url=consolemail:// without a secretName." -}}
{{- end -}}
{{- if not (has "ui" .Values.global.network.testedByPurchase) -}}
{{- fail "ui.customers.replicas: the network policies let virtual customers in where global.network.testedByPurchase names ui. Add it, or set the replicas to 0." -}}
{{- end -}}
{{- end -}}
{{- end -}}
