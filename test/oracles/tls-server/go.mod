module certstorm/oracles/tls-server

go 1.24
