package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"sync"
	"time"
)

// report is what came back. A gap is the time between two answers of status 200.
type report struct {
	Requests    int            `json:"requests"`
	ByStatus    map[string]int `json:"byStatus"` // `200`, …; `cut` is an answer that broke off, `none` no answer, `unknown` no such name
	ByPod       map[string]int `json:"byPod"`    // of the answers 200 of `box web`: `cluster-a/catalog-6d…`
	WorstGapMs  int64          `json:"worstGapMs"`
	WorstTimeMs int64          `json:"worstTimeMs"`
	Begin       time.Time      `json:"begin"`
	Errors      []string       `json:"errors,omitempty"` // the first few
	Series      []second       `json:"series"`
}

// second is one second of the run; a request belongs to the one in which it began.
type second struct {
	ByStatus   map[string]int `json:"byStatus"`
	ByCluster  map[string]int `json:"byCluster"`
	WorstGapMs int64          `json:"worstGapMs"` // of the gaps that ended in it
}

var whoAnswered = regexp.MustCompile(`"cluster":"([^"]*)","namespace":"[^"]*","pod":"([^"]*)"`)

type loadRun struct {
	sync.Mutex
	report
	lastOK time.Time
}

// load keeps its connections, as an application does. It ends after the time given or when it is told to, and prints the
// report in both cases.
func load(args []string) error {
	flags := flag.NewFlagSet("load", flag.ContinueOnError)
	rate := flags.Float64("rate", 20, "requests per second")
	seconds := flags.Float64("seconds", 10, "how long")
	clients := flags.Int("clients", 4, "requests at the same time, at most; when all are busy the next one waits")
	timeout := flags.Duration("timeout", 30*time.Second, "of one request")
	method := flags.String("method", http.MethodGet, "of the requests")
	fresh := flags.Bool("fresh", false, "a new connection for each request")
	if err := flags.Parse(args); err != nil {
		return err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: *clients, DisableKeepAlives: *fresh}
	client := &http.Client{Timeout: *timeout, Transport: transport}
	now := time.Now()
	run := &loadRun{lastOK: now, report: report{Begin: now, ByStatus: map[string]int{}, ByPod: map[string]int{}}}

	ticker := time.NewTicker(time.Duration(float64(time.Second) / *rate))
	end := time.After(time.Duration(*seconds * float64(time.Second)))
	stopped := terminated()
	free := make(chan struct{}, *clients)
	var busy sync.WaitGroup
	for going := true; going; {
		select {
		case <-end:
			going = false
		case <-stopped:
			going = false
		case <-ticker.C:
			free <- struct{}{}
			busy.Add(1)
			go func() {
				defer func() { <-free; busy.Done() }()
				run.one(client, *method, flags.Arg(0))
			}()
		}
	}
	busy.Wait()
	run.gap(time.Now())
	return json.NewEncoder(os.Stdout).Encode(run.report)
}

func (run *loadRun) one(client *http.Client, method, url string) {
	begin := time.Now()
	status, cluster, pod, err := ask(client, method, url)
	run.Lock()
	defer run.Unlock()
	now := time.Now()
	run.Requests++
	run.ByStatus[status]++
	run.WorstTimeMs = max(run.WorstTimeMs, now.Sub(begin).Milliseconds())
	run.second(begin).ByStatus[status]++
	if status == "200" {
		run.gap(now)
		if pod != "" {
			run.ByPod[cluster+"/"+pod]++
			run.second(begin).ByCluster[cluster]++
		}
	}
	if err != nil && len(run.Errors) < 5 {
		run.Errors = append(run.Errors, err.Error())
	}
}

func (run *loadRun) second(now time.Time) *second {
	at := int(now.Sub(run.Begin) / time.Second)
	for len(run.Series) <= at {
		run.Series = append(run.Series, second{ByStatus: map[string]int{}, ByCluster: map[string]int{}})
	}
	return &run.Series[at]
}

func (run *loadRun) gap(now time.Time) {
	gap := now.Sub(run.lastOK).Milliseconds()
	run.WorstGapMs = max(run.WorstGapMs, gap)
	second := run.second(now)
	second.WorstGapMs = max(second.WorstGapMs, gap)
	run.lastOK = now
}

func ask(client *http.Client, method, url string) (status, cluster, pod string, err error) {
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		return "none", "", "", err
	}
	response, err := client.Do(request)
	var lookUp *net.DNSError
	if errors.As(err, &lookUp) && lookUp.IsNotFound {
		return "unknown", "", "", nil
	}
	if err != nil {
		return "none", "", "", unwrapped(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "cut", "", "", unwrapped(err)
	}
	code := response.Status[:3]
	if who := whoAnswered.FindSubmatch(body); who != nil {
		cluster, pod = string(who[1]), string(who[2])
	}
	return code, cluster, pod, nil
}

// unwrapped leaves the address away, which would make equal errors different.
func unwrapped(err error) error {
	var operation *net.OpError
	if errors.As(err, &operation) {
		return operation.Err
	}
	return err
}
