// Command nats has the part of the nats command that the bench needs, with the same words:
//
//	nats [-s URL] pub SUBJECT TEXT [--count N] [--sleep 50ms]
//	nats [-s URL] sub SUBJECT [--count N]
//	nats [-s URL] request SUBJECT TEXT [--timeout 5s]
//	nats [-s URL] reply SUBJECT TEXT [--count N]
//
// It prints one line for each message, and on stderr when a connection is lost and found again.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

type options struct {
	server  string
	count   int
	sleep   time.Duration
	timeout time.Duration
}

func main() {
	words, o, err := parse(os.Args[1:])
	if err == nil {
		err = run(words, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "nats: error:", err)
		os.Exit(1)
	}
}

// parse takes flags before, between and after the words, as the real command does.
func parse(args []string) ([]string, options, error) {
	o := options{}
	flags := flag.NewFlagSet("nats", flag.ContinueOnError)
	flags.StringVar(&o.server, "s", nats.DefaultURL, "server")
	flags.StringVar(&o.server, "server", nats.DefaultURL, "server")
	flags.IntVar(&o.count, "count", 0, "messages")
	flags.DurationVar(&o.sleep, "sleep", 0, "between messages")
	flags.DurationVar(&o.timeout, "timeout", 5*time.Second, "for a connection or an answer")
	var words []string
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			return nil, o, err
		}
		args = flags.Args()
		if len(args) > 0 {
			words, args = append(words, args[0]), args[1:]
		}
	}
	return words, o, nil
}

func run(words []string, o options) error {
	if len(words) < 2 {
		return fmt.Errorf("wants a verb and a subject")
	}
	connection, err := nats.Connect(o.server,
		nats.Timeout(o.timeout),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(200*time.Millisecond),
		nats.DisconnectErrHandler(sayLost),
		nats.ReconnectHandler(func(c *nats.Conn) { fmt.Fprintln(os.Stderr, "reconnected:", c.ConnectedUrl()) }),
	)
	if err != nil {
		return err
	}
	defer connection.Close()
	subject, text := words[1], strings.Join(words[2:], " ")
	switch words[0] {
	case "pub", "publish":
		return publish(connection, subject, text, o)
	case "sub", "subscribe":
		return listen(connection, subject, o, func(*nats.Msg) error { return nil })
	case "reply":
		return listen(connection, subject, o, func(m *nats.Msg) error { return m.Respond([]byte(text)) })
	case "req", "request":
		answer, err := connection.Request(subject, []byte(text), o.timeout)
		if err == nil {
			fmt.Println(string(answer.Data))
		}
		return err
	}
	return fmt.Errorf("no verb %q", words[0])
}

func publish(connection *nats.Conn, subject, text string, o options) error {
	for n := range max(o.count, 1) {
		body := strings.ReplaceAll(text, "{{Count}}", fmt.Sprint(n+1))
		if err := connection.Publish(subject, []byte(body)); err != nil {
			return err
		}
		fmt.Printf("published %q\n", body)
		time.Sleep(o.sleep)
	}
	return connection.FlushTimeout(o.timeout)
}

func listen(connection *nats.Conn, subject string, o options, answer func(*nats.Msg) error) error {
	messages := make(chan *nats.Msg, 1024)
	if _, err := connection.ChanSubscribe(subject, messages); err != nil {
		return err
	}
	if err := connection.FlushTimeout(o.timeout); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr, "subscribed:", subject)
	for n := 1; ; n++ {
		message := <-messages
		fmt.Printf("%s %s\n", message.Subject, message.Data)
		if err := answer(message); err != nil {
			return err
		}
		if n == o.count {
			return connection.FlushTimeout(o.timeout)
		}
	}
}

// sayLost is called without an error when we close the connection ourselves.
func sayLost(_ *nats.Conn, err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "disconnected:", err)
	}
}
