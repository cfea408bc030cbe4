package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	typeA       = 1
	typeANY     = 255
	notFound    = 3
	authorative = 0x8400 // an answer, from the one who knows
)

// zone is the file, read again when it has changed.
type zone struct {
	sync.Mutex
	file    string
	changed time.Time
	names   map[string][]string
}

// serveDNS knows the Services of a cluster, as the DNS server of a cluster does. It has nobody to ask about other names.
func serveDNS(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("wants ADDRESS and FILE")
	}
	socket, err := net.ListenPacket("udp4", args[0])
	if err != nil {
		return err
	}
	names := &zone{file: args[1]}
	buffer := make([]byte, 1500)
	for {
		size, client, err := socket.ReadFrom(buffer)
		if err != nil {
			return err
		}
		if answer := reply(buffer[:size], names.look); answer != nil {
			_, _ = socket.WriteTo(answer, client)
		}
	}
}

func (z *zone) look(name string) (addresses []string, known bool) {
	z.Lock()
	defer z.Unlock()
	if info, err := os.Stat(z.file); err == nil && info.ModTime() != z.changed {
		if data, err := os.ReadFile(z.file); err == nil {
			names := map[string][]string{}
			if json.Unmarshal(data, &names) == nil {
				z.names, z.changed = names, info.ModTime()
			}
		}
	}
	addresses, known = z.names[name]
	return addresses, known
}

// reply answers the one question of a message; it yields nil for what is no question.
func reply(query []byte, look func(string) ([]string, bool)) []byte {
	name, kind, end := question(query)
	if end == 0 {
		return nil
	}
	addresses, known := look(strings.ToLower(name))
	flags := uint16(authorative)
	if !known {
		flags |= notFound
	}
	if kind != typeA && kind != typeANY {
		addresses = nil
	}
	message := make([]byte, 12, 512)
	copy(message, query[:2])
	binary.BigEndian.PutUint16(message[2:], flags)
	binary.BigEndian.PutUint16(message[4:], 1)
	binary.BigEndian.PutUint16(message[6:], uint16(len(addresses)))
	message = append(message, query[12:end]...)
	for _, address := range addresses {
		// the name of the question again, type A, class IN, for five seconds, four bytes
		message = append(message, 0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 5, 0, 4)
		message = append(message, net.ParseIP(address).To4()...)
	}
	return message
}

func question(query []byte) (name string, kind uint16, end int) {
	if len(query) < 12 || query[2]&0x80 != 0 || binary.BigEndian.Uint16(query[4:]) != 1 {
		return "", 0, 0
	}
	var labels []string
	at := 12
	for at < len(query) && query[at] != 0 {
		length := int(query[at])
		if length > 63 || at+1+length >= len(query) {
			return "", 0, 0
		}
		labels = append(labels, string(query[at+1:at+1+length]))
		at += 1 + length
	}
	if at+5 > len(query) {
		return "", 0, 0
	}
	return strings.Join(labels, "."), binary.BigEndian.Uint16(query[at+1:]), at + 5
}
