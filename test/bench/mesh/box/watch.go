package main

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// watch looks after the readiness of a pod as a kubelet does, from inside: there is no way in from outside. It looks often
// until everything is there, then once a second. With `-once` it ends
// when everything is there.
func watch(probes []string) error {
	once := len(probes) > 0 && probes[0] == "-once"
	if once {
		probes = probes[1:]
	}
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	said := ""
	for {
		say := "ready"
		for _, probe := range probes {
			if !answers(client, probe) {
				say = "unready"
				break
			}
		}
		if once && say == "ready" {
			return nil
		}
		if say != said {
			fmt.Println(say)
			said = say
		}
		if said == "ready" {
			time.Sleep(time.Second)
		} else {
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func answers(client *http.Client, probe string) bool {
	if port, isTCP := strings.CutPrefix(probe, "tcp:"); isTCP {
		connection, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		if err != nil {
			return false
		}
		_ = connection.Close()
		return true
	}
	response, err := client.Get(probe)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}
