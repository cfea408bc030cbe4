// The custom resource definitions that the bench installs. Nothing here is compiled: `go mod download` brings the two
// modules and checks them against go.sum, and the bench reads the YAML in them.
module aegis-xc.dev/bench/crds

go 1.26.0

require (
	github.com/cert-manager/cert-manager v1.21.2
	istio.io/istio v0.0.0-20260827124520-eed52ebb66ad
)
