{{/*
Claims of a service: its database, its files and its dumps. The database's is no template of its StatefulSet, since such a
template cannot be changed: a larger volume would be a new StatefulSet. It has the name that a template would give it.
*/}}
{{- define "common.pvc-postgres" }}
{{- if and .Values.postgres.enabled (not .Values.postgres.external.host) }}
{{- $store := dict "kind" "volume" "storage" .Values.postgres.storage "storageClassName" .Values.postgres.storageClassName }}
{{- include "common.claim" (dict "root" . "component" "postgres" "name" (printf "data-%s-postgres-0" .Chart.Name) "store" $store "accessMode" "ReadWriteOnce" "wave" "0") }}
{{- end }}
{{- end }}

{{- define "common.pvc-files" }}
{{- if .Values.files.enabled }}
{{- include "common.claim" (dict "root" . "component" "files" "store" .Values.files "accessMode" .Values.files.accessMode) }}
{{- end }}
{{- end }}

{{- define "common.pv-files" }}
{{- if .Values.files.enabled }}
{{- include "common.volume" (dict "root" . "component" "files" "store" .Values.files "accessMode" .Values.files.accessMode) }}
{{- end }}
{{- end }}

{{- define "common.pvc-backup" }}
{{- if include "common.has.backup" . }}
{{- include "common.claim" (dict "root" . "component" "backup" "store" .Values.backup "accessMode" (include "common.backupAccessMode" .)) }}
{{- end }}
{{- end }}

{{- define "common.pv-backup" }}
{{- if include "common.has.backup" . }}
{{- include "common.volume" (dict "root" . "component" "backup" "store" .Values.backup "accessMode" (include "common.backupAccessMode" .)) }}
{{- end }}
{{- end }}

{{- define "common.backupAccessMode" -}}
{{ ternary "ReadWriteMany" "ReadWriteOnce" (eq .Values.backup.kind "azure") }}
{{- end -}}

{{/*
The Blob container behind a claim with `kind: azure`, mounted by the Blob CSI driver with the kubelets' identity; nothing
for other kinds.  dict root component store accessMode
*/}}
{{- define "common.volume" }}
{{- if eq .store.kind "azure" }}
{{- $name := printf "%s-%s" .root.Chart.Name .component }}
{{- $account := required (printf "%s.azure.account is needed when %s.kind is azure." .component .component) .store.azure.account }}
{{- $container := .store.azure.container | default .root.Chart.Name }}
apiVersion: v1
kind: PersistentVolume
metadata:
  name: {{ .root.Values.namespace }}-{{ $name }}
  labels:
    {{- include "common.labels" . | nindent 4 }}
  annotations:
    # As its claim, which holds it: deleting it alone would leave it Terminating for ever.
    helm.sh/resource-policy: keep
    argocd.argoproj.io/sync-options: Delete=false
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
      {{- with .root.Values.global.azure.kubeletClientId }}
      AzureStorageIdentityClientID: {{ . }}
      {{- end }}
      resourceGroup: {{ .store.azure.resourceGroup | quote }}
      storageAccount: {{ $account }}
      containerName: {{ $container }}
{{- end }}
{{- end }}

{{/*
A claim that Argo CD and Helm leave alone when the release goes: of an ordinary volume, or of a Blob container.
dict root component store accessMode, and name and wave
*/}}
{{- define "common.claim" }}
{{- $azure := eq .store.kind "azure" }}
apiVersion: v1
kind: PersistentVolumeClaim
{{ include "common.metadata" . }}
  annotations:
    helm.sh/resource-policy: keep
    argocd.argoproj.io/sync-options: Delete=false
    # A volume may be made when its first pod comes: with its pods then, and nobody waits for it.
    argocd.argoproj.io/sync-wave: {{ .wave | default "2" | quote }}
    argocd.argoproj.io/ignore-healthcheck: "true"
spec:
  accessModes: [{{ .accessMode }}]
  {{- if $azure }}
  storageClassName: ""
  volumeName: {{ .root.Values.namespace }}-{{ .root.Chart.Name }}-{{ .component }}
  {{- else if .store.storageClassName }}
  storageClassName: {{ .store.storageClassName }}
  {{- end }}
  resources:
    requests: {storage: {{ .store.storage }}}
{{- end }}
