module bench.local/box

go 1.26.0
