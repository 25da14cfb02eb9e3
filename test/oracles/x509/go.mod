module certstorm/oracles/x509

go 1.24
