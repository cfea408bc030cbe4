//go:build !linux

package main

func wakeWhenOrphaned() {}
