{{- define "skald.name" -}}
{{- if contains "skald" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-skald" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "skald.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* What selects pods; call with (dict "root" $ "component" "querier"). */}}
{{- define "skald.selector" -}}
app.kubernetes.io/name: skald
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "skald.labels" -}}
{{ include "skald.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* The rights of a server's container: none. */}}
{{- define "skald.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "skald.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Spreads pods of a component over zones and nodes. */}}
{{- define "skald.spread" -}}
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: ScheduleAnyway
  labelSelector: {matchLabels: {{ include "skald.selector" . | fromYaml | toJson }}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector: {matchLabels: {{ include "skald.selector" . | fromYaml | toJson }}}
{{- end }}

{{/* The components of the mode that are Skald servers, as JSON. */}}
{{- define "skald.components" -}}
{{- if eq .Values.mode "single" }}["single"]
{{- else if eq .Values.mode "microservices" }}["distributor","ingester","querier","backend"]
{{- else }}[]
{{- end }}
{{- end }}

{{/* Where clients go: host:port within the namespace. */}}
{{- define "skald.entry" -}}
{{- if eq .Values.mode "microservices" }}{{ include "skald.name" . }}-gateway:80{{ else }}{{ include "skald.name" . }}:3100{{ end }}
{{- end }}

{{/* The configuration of the servers. */}}
{{- define "skald.config" -}}
{{- $server := dict "http_listen_port" 3100 }}
{{- $common := dict "path_prefix" "/var/lib/skald" }}
{{- $config := dict "auth_enabled" .Values.authEnabled "shutdown_delay" "10s" "server" $server "common" $common }}
{{- with .Values.s3 }}
{{- if .bucket }}
{{- $s3 := dict "bucketnames" .bucket }}
{{- if .endpoint }}{{ $_ := set $s3 "endpoint" .endpoint }}{{ end }}
{{- if .region }}{{ $_ := set $s3 "region" .region }}{{ end }}
{{- if .prefix }}{{ $_ := set $s3 "object_prefix" .prefix }}{{ end }}
{{- if .forcePathStyle }}{{ $_ := set $s3 "s3forcepathstyle" true }}{{ end }}
{{- $_ := set $common "storage" (dict "s3" $s3) }}
{{- end }}
{{- end }}
{{- if eq .Values.mode "microservices" }}
{{- $_ := set $server "grpc_listen_port" 9095 }}
{{- $_ := set $common "replication_factor" .Values.ring.replicationFactor }}
{{- if eq .Values.ring.store "etcd" }}
{{- $_ := set $common "ring" (dict "kvstore" (dict "store" "etcd" "etcd" (dict "endpoints" .Values.ring.etcdEndpoints))) }}
{{- else }}
{{- $_ := set $common "ring" (dict "kvstore" (dict "store" "memberlist")) }}
{{- $_ := set $config "memberlist" (dict "bind_port" 7946 "join_members" (list (printf "%s-memberlist:7946" (include "skald.name" .)))) }}
{{- end }}
{{- end }}
{{- if ne .Values.authentication.type "none" }}
{{- $file := dict "basic" "users_file" "bearer" "tokens_file" }}
{{- $_ := set $config "authentication" (dict "type" .Values.authentication.type .Values.authentication.type (dict (get $file .Values.authentication.type) "/etc/skald/authentication/credentials")) }}
{{- end }}
{{- if .Values.overrides }}
{{- $_ := set $config "runtime_config" (dict "file" "/etc/skald/overrides/overrides.yaml") }}
{{- end }}
{{- toYaml (mergeOverwrite $config (deepCopy .Values.config)) }}
{{- end }}

{{/* The pod of a server; call with root, component, values (those of the component), target, flags, zone. */}}
{{- define "skald.pod" -}}
metadata:
  labels:
    {{- include "skald.labels" . | nindent 4 }}
    {{- if .memberlist }}
    skald.io/ring: {{ .root.Release.Name }}
    {{- end }}
    {{- with .zone }}
    skald.io/zone: {{ . | quote }}
    {{- end }}
    {{- with .root.Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # Servers are started anew when their configuration changes.
    checksum/config: {{ include "skald.config" .root | sha256sum }}
    {{- with .root.Values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "skald.name" .root }}
  automountServiceAccountToken: {{ not (empty .root.Values.serviceAccount.annotations) }}
  enableServiceLinks: false
  securityContext:
    {{- include "skald.podSecurity" . | nindent 4 }}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with .root.Values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- $nodes := deepCopy .root.Values.nodeSelector }}
  {{- if .zone }}{{ $_ := set $nodes "topology.kubernetes.io/zone" .zone }}{{ end }}
  {{- with $nodes }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- include "skald.spread" . | nindent 4 }}
  # A stop flushes everything that is in memory.
  terminationGracePeriodSeconds: {{ .grace }}
  containers:
    - name: skald
      image: {{ include "skald.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args:
        - server
        - -config.file=/etc/skald/skald.yaml
        - -config.expand-env
        - -target={{ .target }}
        {{- range .flags }}
        - {{ . }}
        {{- end }}
      env:
        - name: SKALD_HEAP
          value: {{ .values.heap | quote }}
        {{- if and .root.Values.s3.bucket .root.Values.s3.existingSecret }}
        - name: AWS_ACCESS_KEY_ID
          valueFrom: {secretKeyRef: {name: {{ .root.Values.s3.existingSecret }}, key: {{ .root.Values.s3.accessKeyIdKey }}}}
        - name: AWS_SECRET_ACCESS_KEY
          valueFrom: {secretKeyRef: {name: {{ .root.Values.s3.existingSecret }}, key: {{ .root.Values.s3.secretAccessKeyKey }}}}
        {{- end }}
        {{- with .root.Values.env }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .root.Values.envFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        - {name: http, containerPort: 3100}
        {{- if .memberlist }}
        - {name: grpc, containerPort: 9095}
        - {name: memberlist, containerPort: 7946}
        {{- end }}
      # A log that is replayed takes its time; until then nothing is sent here.
      startupProbe:
        httpGet: {path: /ready, port: http}
        periodSeconds: 5
        failureThreshold: 240
      readinessProbe:
        httpGet: {path: /ready, port: http}
        periodSeconds: 5
      # Whoever is not ready may well be at work: only a process that does not even take connections is killed.
      livenessProbe:
        tcpSocket: {port: http}
        periodSeconds: 20
        failureThreshold: 6
      securityContext:
        {{- include "skald.containerSecurity" . | nindent 8 }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      volumeMounts:
        - {name: config, mountPath: /etc/skald/skald.yaml, subPath: skald.yaml, readOnly: true}
        - {name: data, mountPath: /var/lib/skald}
        {{- if .root.Values.overrides }}
        - {name: overrides, mountPath: /etc/skald/overrides, readOnly: true}
        {{- end }}
        {{- if ne .root.Values.authentication.type "none" }}
        - {name: authentication, mountPath: /etc/skald/authentication, readOnly: true}
        {{- end }}
  volumes:
    - name: config
      configMap: {name: {{ include "skald.name" .root }}-config}
    {{- if not .persistent }}
    - name: data
      emptyDir: {sizeLimit: {{ .values.cacheSize | default "2Gi" }}}
    {{- end }}
    {{- if .root.Values.overrides }}
    - name: overrides
      configMap: {name: {{ include "skald.name" .root }}-overrides}
    {{- end }}
    {{- if ne .root.Values.authentication.type "none" }}
    - name: authentication
      secret:
        secretName: {{ required "authentication.existingSecret must name the secret with the credentials" .root.Values.authentication.existingSecret }}
        items: [{key: {{ .root.Values.authentication.key }}, path: credentials}]
    {{- end }}
{{- end }}

{{/* The claim of a server that keeps its data. */}}
{{- define "skald.claim" -}}
- metadata:
    name: data
    labels:
      {{- include "skald.selector" . | nindent 6 }}
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .values.persistence.storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources: {requests: {storage: {{ .values.persistence.size }}}}
{{- end }}
