package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// answer is what every path says, unless it is one of those below.
type answer struct {
	Cluster        string            `json:"cluster"`
	Namespace      string            `json:"namespace"`
	Pod            string            `json:"pod"`
	ServiceAccount string            `json:"serviceAccount"`
	Method         string            `json:"method"`
	Host           string            `json:"host"`
	Path           string            `json:"path"`
	Headers        map[string]string `json:"headers"`
	Body           string            `json:"body,omitempty"`
}

// behaviour is how an answer differs from a quick 200: from the query of a request, or for all requests from the file
// that BEHAVIOUR names.
type behaviour struct {
	Status       int    `json:"status"`
	Delay        string `json:"delay"`
	FailAttempts int    `json:"failAttempts"` // of one request: 503 until Envoy has tried that many times
}

var requestsByKey = struct {
	sync.Mutex
	seen map[string]int
}{seen: map[string]int{}}

// serveWeb stands for a web server. When it is told to end it goes on for two seconds, as a server has to that waits
// until nobody sends to it any more.
func serveWeb(ports []string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("/hostname", text(func(*http.Request) string { return os.Getenv("POD_NAME") }))
	mux.HandleFunc("/echo", text(func(r *http.Request) string { return r.URL.Query().Get("msg") }))
	mux.HandleFunc("/clientip", text(func(r *http.Request) string { return r.RemoteAddr }))
	mux.HandleFunc("/", serveAnswer)
	server := &http.Server{Handler: behaving(mux)}
	failed := make(chan error, len(ports))
	for _, port := range ports {
		listener, err := net.Listen("tcp", ":"+port)
		if err != nil {
			return err
		}
		go func() { failed <- server.Serve(listener) }()
	}
	select {
	case err := <-failed:
		return err
	case <-terminated():
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		return server.Shutdown(ctx)
	}
}

func text(say func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, say(r)) }
}

func serveAnswer(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	headers := map[string]string{}
	for name, values := range r.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(answer{
		Cluster:        os.Getenv("CLUSTER"),
		Namespace:      os.Getenv("POD_NAMESPACE"),
		Pod:            os.Getenv("POD_NAME"),
		ServiceAccount: os.Getenv("SERVICE_ACCOUNT"),
		Method:         r.Method,
		Host:           r.Host,
		Path:           r.URL.RequestURI(),
		Headers:        headers,
		Body:           string(body),
	})
}

func behaving(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := behaviourFor(r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if delay, _ := time.ParseDuration(b.Delay); delay > 0 {
			select {
			case <-time.After(delay):
			case <-r.Context().Done():
				return
			}
		}
		status := b.Status
		if attempt, _ := strconv.Atoi(r.Header.Get("x-envoy-attempt-count")); b.FailAttempts > 0 && attempt <= b.FailAttempts {
			status = http.StatusServiceUnavailable
		}
		if failsByKey(r.URL.Query()) {
			status = http.StatusServiceUnavailable
		}
		if status != 0 && status != http.StatusOK {
			http.Error(w, "told to fail", status)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// behaviourFor reads `?status=503`, `?delay=3s` and `?failAttempts=2`.
func behaviourFor(query url.Values) (behaviour, error) {
	var b behaviour
	if data, err := os.ReadFile(os.Getenv("BEHAVIOUR")); err == nil {
		if err := json.Unmarshal(data, &b); err != nil {
			return b, err
		}
	}
	var errs []error
	number := func(name string, into *int) {
		if value := query.Get(name); value != "" {
			n, err := strconv.Atoi(value)
			errs = append(errs, err)
			*into = n
		}
	}
	number("status", &b.Status)
	number("failAttempts", &b.FailAttempts)
	if value := query.Get("delay"); value != "" {
		b.Delay = value
	}
	return b, errors.Join(errs...)
}

// failsByKey reads `?failFirst=2&key=order-7`: this pod answers 503 to the first two requests with that key.
func failsByKey(query url.Values) bool {
	first, _ := strconv.Atoi(query.Get("failFirst"))
	if first == 0 {
		return false
	}
	requestsByKey.Lock()
	defer requestsByKey.Unlock()
	requestsByKey.seen[query.Get("key")]++
	return requestsByKey.seen[query.Get("key")] <= first
}
