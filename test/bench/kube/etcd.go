package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
)

// startEtcd starts a single member that never syncs to disk: the data lives as long as a test. It listens on a free port
// of its own choice and has no peers to listen to. A new one begins with the seeds.
func startEtcd(dir, seeds string) (*embed.Etcd, error) {
	_, err := os.Stat(dir)
	isNew := os.IsNotExist(err)
	config := embed.NewConfig()
	config.Name, config.Dir, config.LogLevel, config.UnsafeNoFsync = "bench", dir, "error", true
	anyPort := url.URL{Scheme: "http", Host: "127.0.0.1:0"}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{anyPort}, []url.URL{anyPort}
	config.ListenPeerUrls, config.AdvertisePeerUrls = nil, []url.URL{anyPort}
	config.InitialCluster = config.InitialClusterFromName(config.Name)

	etcd, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	select {
	case <-etcd.Server.ReadyNotify():
		if isNew && seeds != "" {
			err = plant(etcd, seeds)
		}
		return etcd, err
	case err := <-etcd.Err():
		return nil, err
	case <-time.After(time.Minute):
		etcd.Close()
		return nil, fmt.Errorf("etcd was not ready within a minute")
	}
}

// plant writes objects as an API server would have stored them, from a JSON file of key to object. It saves the API server
// the seconds of CPU in which it validates large definitions again and again until they are established.
func plant(etcd *embed.Etcd, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var seeds map[string]json.RawMessage
	if err := json.Unmarshal(text, &seeds); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	client := v3client.New(etcd.Server)
	defer client.Close()
	for key, object := range seeds {
		if _, err := client.Put(context.Background(), key, string(object)); err != nil {
			return err
		}
	}
	return nil
}
