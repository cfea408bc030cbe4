package main

const sysSetns = 268 // not in package syscall
