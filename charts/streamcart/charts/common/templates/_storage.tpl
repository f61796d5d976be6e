{{/* Claims of a service: its files and its dumps. */}}
{{- define "common.storage" }}
{{- if .Values.files.enabled }}
{{- include "common.claim" (dict "root" . "component" "files" "store" .Values.files "accessMode" .Values.files.accessMode) }}
{{- end }}
{{- if and .Values.postgres.enabled (or .Values.backup.enabled .Values.backup.restore) }}
{{- include "common.claim" (dict "root" . "component" "backup" "store" .Values.backup "accessMode" (ternary "ReadWriteMany" "ReadWriteOnce" (eq .Values.backup.kind "azure"))) }}
{{- end }}
{{- end }}

{{/*
A claim that Argo CD and Helm leave alone when the release goes: an ordinary volume, or a Blob container that the Blob
CSI driver mounts (with the node's identity).  dict root component store accessMode
*/}}
{{- define "common.claim" }}
{{- $name := printf "%s-%s" .root.Chart.Name .component }}
{{- $azure := eq .store.kind "azure" }}
{{- if $azure }}
{{- $account := required (printf "%s.azure.account is needed when its kind is azure." .component) .store.azure.account }}
{{- $container := required (printf "%s.azure.container is needed when its kind is azure." .component) .store.azure.container }}
---
apiVersion: v1
kind: PersistentVolume
metadata:
  name: {{ .root.Values.namespace }}-{{ $name }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
spec:
  capacity: {storage: {{ .store.storage }}}
  accessModes: [{{ .accessMode }}]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  claimRef: {namespace: {{ .root.Values.namespace }}, name: {{ $name }}}
  mountOptions:
    - -o allow_other
    - --file-cache-timeout-in-seconds=120
    - --use-attr-cache=true
  csi:
    driver: blob.csi.azure.com
    volumeHandle: {{ printf "%s#%s#%s" .store.azure.resourceGroup $account $container | quote }}
    volumeAttributes:
      protocol: fuse2
      AzureStorageAuthType: MSI
      resourceGroup: {{ .store.azure.resourceGroup | quote }}
      storageAccount: {{ $account }}
      containerName: {{ $container }}
{{- end }}
---
apiVersion: v1
kind: PersistentVolumeClaim
{{ include "common.metadata" . }}
  annotations:
    helm.sh/resource-policy: keep
    argocd.argoproj.io/sync-options: Delete=false
    # A volume may be made when its first pod comes: with its pods then, and nobody waits for it.
    argocd.argoproj.io/sync-wave: "2"
    argocd.argoproj.io/ignore-healthcheck: "true"
spec:
  accessModes: [{{ .accessMode }}]
  {{- if $azure }}
  storageClassName: ""
  volumeName: {{ .root.Values.namespace }}-{{ $name }}
  {{- else if .store.storageClassName }}
  storageClassName: {{ .store.storageClassName }}
  {{- end }}
  resources:
    requests: {storage: {{ .store.storage }}}
{{- end }}
