package main

import (
	"io"
	"os"
	"runtime"
	"time"
)

// holdLifeline ends this process when its stdin is closed, which the kernel does when the process at the other end dies,
// however it dies. Then nobody is left to tidy up, so the folder named by KB_REMOVE_WHEN_ORPHANED goes too.
func holdLifeline() {
	go func() {
		runtime.LockOSThread() // what wakeWhenOrphaned asks for belongs to this thread
		wakeWhenOrphaned()
		_, _ = io.Copy(io.Discard, os.Stdin)
		if dir := os.Getenv("KB_REMOVE_WHEN_ORPHANED"); dir != "" {
			remove(dir)
		}
		os.Exit(0)
	}()
}

// remove tries again for a while: the other processes of the same bench may still be writing into the folder.
func remove(dir string) {
	for range 20 {
		if os.RemoveAll(dir) == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}
