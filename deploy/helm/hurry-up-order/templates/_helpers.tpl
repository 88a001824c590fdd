{{- define "hurry.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- define "hurry.labels" -}}
{{ include "hurry.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "hurry.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "hurry.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ printf "%s@%s" .repository .digest }}
{{- else -}}{{ printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) }}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* The enabled roles with their defaults filled in, as YAML: role -> settings. Fails where a part of the service has nobody. */ -}}
{{- define "hurry.roles" -}}
{{- $roles := dict -}}
{{- range $name, $own := .Values.roles -}}
{{- $role := mustMergeOverwrite (deepCopy $.Values.roleDefaults) (deepCopy $own) -}}
{{- if lt (int $role.replicasMax) (int $role.replicas) -}}{{- $_ := set $role "replicasMax" $role.replicas -}}{{- end -}}
{{- $_ := set $role "scales" (and $.Values.autoscaling.enabled (gt (int $role.replicasMax) (int $role.replicas))) -}}
{{- if $role.enabled -}}{{- $_ := set $roles $name $role -}}{{- end -}}
{{- end -}}
{{- range list "user" "item" "order" "payment" "worker" -}}
{{- if not (or (hasKey $roles .) (hasKey $roles "all")) -}}
{{- fail (printf "nobody does the work of role %s: enable roles.%s or roles.all" . .) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.saleGate "memory" -}}
{{- if or (ne (len $roles) 1) (not (hasKey $roles "all")) (ne (int $roles.all.replicasMax) 1) -}}
{{- fail "saleGate memory is for one pod of role all alone: each pod would have its own order of arrival" -}}
{{- end -}}
{{- end -}}
{{- toYaml $roles -}}
{{- end }}

{{- /* The address of each role: who serves it where it is enabled, else `all`. */ -}}
{{- define "hurry.paths" -}}
- { path: /user-service/, pathType: Prefix, role: user }
- { path: /item-service/, pathType: Prefix, role: item }
- { path: /order-service/, pathType: Prefix, role: order }
- { path: /payment-service/, pathType: Prefix, role: payment }
- { path: /time, pathType: Exact, role: item }
- { path: /openapi.json, pathType: Exact, role: item }
- { path: /reference, pathType: Prefix, role: item }
{{- /* Pages and their files: server/gateway/pages.ts. */}}
- { path: /, pathType: Exact, role: item }
- { path: /icon.svg, pathType: Exact, role: item }
- { path: /assets, pathType: Prefix, role: item }
- { path: /search, pathType: Prefix, role: item }
- { path: /items, pathType: Prefix, role: item }
- { path: /login, pathType: Prefix, role: item }
- { path: /sign-up, pathType: Prefix, role: item }
- { path: /verify, pathType: Prefix, role: item }
- { path: /forgot-password, pathType: Prefix, role: item }
- { path: /reset-password, pathType: Prefix, role: item }
- { path: /profile, pathType: Prefix, role: item }
- { path: /wishlist, pathType: Prefix, role: item }
- { path: /cart, pathType: Prefix, role: item }
- { path: /checkout, pathType: Prefix, role: item }
- { path: /orders, pathType: Prefix, role: item }
- { path: /console, pathType: Prefix, role: item }
{{- end }}

{{- /* Dict with root, roles and role: the backend of an Ingress path. */ -}}
{{- define "hurry.backend" -}}
service:
  name: {{ include "hurry.fullname" .root }}-{{ hasKey .roles .role | ternary .role "all" }}
  port: { name: http }
{{- end }}

{{- define "hurry.secret" -}}
- name: {{ .key }}
  valueFrom: { secretKeyRef: { name: {{ .secret }}, key: {{ .key }} } }
{{- end }}

{{- define "hurry.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "hurry.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
