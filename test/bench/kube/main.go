// Command kb is the control plane of a throw-away Kubernetes cluster in one binary: an API server with its own etcd, the
// controller manager, kubectl, and the certificates that they need. One binary, because each would link the same
// hundred megabytes again.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)

const usage = `usage: kb ROLE ...
  pki DIR...               write the certificates and keys of a cluster into each DIR
  server DATA FLAGS...     etcd with its files in DATA, and kube-apiserver; runs as long as stdin is open
                           KB_SEEDS: a file of objects that a new etcd begins with
  controller-manager FLAGS...                                              runs as long as stdin is open
called by the name of kubectl, it is that
`

func main() {
	if filepath.Base(os.Args[0]) == "kubectl" {
		runKubectl()
		return
	}
	if len(os.Args) < 3 {
		fail(usage)
	}
	switch role, args := os.Args[1], os.Args[2:]; role {
	case "pki":
		for _, dir := range args {
			if err := writePKI(dir); err != nil {
				fail(err)
			}
		}
	case "server":
		holdLifeline()
		os.Exit(serve(args[0], args[1:]))
	case "controller-manager":
		holdLifeline()
		command := controllermanager.NewControllerManagerCommand()
		command.SetArgs(args)
		os.Exit(cli.Run(command))
	default:
		fail(usage)
	}
}

// serve runs etcd and the API server of one cluster in this process. Two API servers in one process are not possible: the
// registry of feature gates and the signal handler exist once per process.
func serve(data string, flags []string) int {
	store, err := startEtcd(data, os.Getenv("KB_SEEDS"))
	if err != nil {
		fail(err)
	}
	defer store.Close()
	command := apiserver.NewAPIServerCommand()
	command.SetArgs(append([]string{"--etcd-servers=http://" + store.Clients[0].Addr().String()}, flags...))
	return cli.Run(command)
}

func runKubectl() {
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err)
	}
}

func fail(why any) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(2)
}
