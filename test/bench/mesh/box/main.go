// Command box is the small parts of the mesh bench in one program: what has to run inside a network namespace, and what
// stands for an image that can't be run here. Standard library only, so that it builds in seconds.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// One line per role; the usage below says what each one does.
var roles = map[string]func(args []string) error{
	"web":   serveWeb,
	"echo":  serveEcho,
	"otlp":  serveCollector,
	"dns":   serveDNS,
	"relay": relay,
	"watch": watch,
	"load":  load,
	"pki":   writePKI,
}

const usage = `usage: box ROLE ARGS...
  web PORT...              HTTP: says who answered and what it was asked; BEHAVIOUR names a file that makes it fail or slow
  echo PORT...             TCP: each line comes back with the name of the pod before it
  otlp PORT FILE           gRPC collector that appends what it is sent to FILE
  dns ADDRESS FILE         DNS server for the names in FILE, a JSON object of name to addresses; read again when it changes
  relay NETNS ADDRESS TO   listens in the network namespace, connects to TO outside of it
  watch [-once] PROBE...   prints "ready" or "unready" whenever that changes; a PROBE is tcp:PORT or a URL
  load FLAGS URL           requests at a fixed rate; prints what came back as JSON
  pki DIR NAME...          a root and an intermediate authority for each NAME, as istiod wants its cacerts
`

func main() {
	if len(os.Args) < 2 || roles[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := roles[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "box", os.Args[1]+":", err)
		os.Exit(1)
	}
}

// terminated is closed when the pod is told to end.
func terminated() <-chan os.Signal {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	return signals
}
