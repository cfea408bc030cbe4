package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"
	"time"
)

// relay listens inside a network namespace and connects outside of it. A socket stays in the namespace of the thread that
// made it, so only the one thread that listens has to go there.
func relay(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("wants NETNS, ADDRESS and TO")
	}
	listener, err := listenIn("/var/run/netns/"+args[0], args[1])
	if err != nil {
		return err
	}
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer client.Close()
			server, err := net.DialTimeout("tcp", args[2], 5*time.Second)
			if err != nil {
				return
			}
			defer server.Close()
			go pump(server, client)
			pump(client, server)
		}()
	}
}

func listenIn(namespace, address string) (net.Listener, error) {
	type result struct {
		listener net.Listener
		err      error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
		file, err := os.Open(namespace)
		if err != nil {
			done <- result{nil, err}
			return
		}
		defer file.Close()
		if _, _, errno := syscall.RawSyscall(sysSetns, file.Fd(), syscall.CLONE_NEWNET, 0); errno != 0 {
			done <- result{nil, fmt.Errorf("%s: %w", namespace, errno)}
			return
		}
		listener, err := net.Listen("tcp", address)
		done <- result{listener, err}
	}()
	r := <-done
	return r.listener, r.err
}

func pump(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if tcp, ok := to.(*net.TCPConn); ok {
		_ = tcp.CloseWrite()
	}
}
