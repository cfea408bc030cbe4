package main

import "syscall"

// wakeWhenOrphaned has the kernel send SIGCONT when the parent dies: a process that a test had frozen could otherwise
// never see that its stdin was closed.
func wakeWhenOrphaned() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGCONT), 0)
}
