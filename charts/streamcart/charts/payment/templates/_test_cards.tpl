{{/*
Test cards buy nothing in public by mistake. The service itself refuses the same at its start (apps/payment/payments/configuration.py).
Hosts that nobody reaches from outside end in a name that is reserved for that (RFC 2606, RFC 6761, RFC 6762, RFC 8375).
*/}}
{{- define "payment.refuseTestCards" -}}
{{- if eq .Values.provider "sandbox" -}}
{{- if eq .Values.global.environment "prod" -}}
{{- fail "payment.provider=sandbox takes test cards, so production would sell for nothing. Set payment.provider=none until a real provider is set up." -}}
{{- else if and (not .Values.testCardsInPublic) (not (regexMatch "(^|\\.)(localhost|local|internal|test|example|home\\.arpa)$|^(127|10)(\\.[0-9]+){3}$|^192\\.168(\\.[0-9]+){2}$|^172\\.(1[6-9]|2[0-9]|3[01])(\\.[0-9]+){2}$" .Values.global.host)) -}}
{{- fail (printf "payment.provider=sandbox takes test cards, and %s is a public host. Set payment.provider=none, or payment.testCardsInPublic=true for a trial shop where nobody expects a parcel." .Values.global.host) -}}
{{- end -}}
{{- end -}}
{{- end -}}
