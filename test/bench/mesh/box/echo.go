package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"time"
)

// serveEcho stands for a server that waits for its client to speak: each line comes back with the name of the pod.
func serveEcho(ports []string) error {
	for _, port := range ports {
		listener, err := net.Listen("tcp", ":"+port)
		if err != nil {
			return err
		}
		go func() {
			for {
				connection, err := listener.Accept()
				if err != nil {
					return
				}
				go echo(connection, port)
			}
		}()
	}
	<-terminated()
	time.Sleep(2 * time.Second)
	return nil
}

func echo(connection net.Conn, port string) {
	defer connection.Close()
	lines := bufio.NewScanner(connection)
	for lines.Scan() {
		if _, err := fmt.Fprintf(connection, "%s:%s %s\n", os.Getenv("POD_NAME"), port, lines.Text()); err != nil {
			return
		}
	}
}
