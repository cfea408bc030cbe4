package main

const sysSetns = 308 // not in package syscall
