package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

// serveCollector accepts every gRPC call and keeps what it was sent. The strings of a protobuf message stand in it as
// they are, so a test can look for a tag without knowing the format.
func serveCollector(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("wants PORT and FILE")
	}
	file, err := os.OpenFile(args[1], os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	var turn sync.Mutex
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var prefix [5]byte // compressed or not, and the length
		_, err := io.ReadFull(r.Body, prefix[:])
		message := make([]byte, binary.BigEndian.Uint32(prefix[1:]))
		if err == nil {
			_, err = io.ReadFull(r.Body, message)
		}
		if err == nil {
			turn.Lock()
			_, err = file.Write(append(message, '\n'))
			turn.Unlock()
		}
		w.Header().Set("content-type", "application/grpc")
		w.Header().Set("trailer", "grpc-status")
		_, _ = w.Write(make([]byte, 5)) // an empty message
		if err == nil {
			w.Header().Set("grpc-status", "0")
		} else {
			w.Header().Set("grpc-status", "13")
		}
	})
	var protocols http.Protocols
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{Addr: ":" + args[0], Handler: handler, Protocols: &protocols}
	return server.ListenAndServe()
}
