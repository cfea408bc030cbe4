// What the mesh bench runs inside network namespaces. No dependencies.
module aegis-xc.dev/bench/box

go 1.26.0
