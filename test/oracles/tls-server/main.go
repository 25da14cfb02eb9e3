// A TLS 1.3 echo server on Go's crypto/tls, for the wire client's tests: an implementation that shares no code with OpenSSL.
// It listens on 127.0.0.1, prints its port, and then a line of JSON for each connection.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
)

type report struct {
	Suite      string `json:"suite"`
	Resumed    bool   `json:"resumed"`
	ServerName string `json:"serverName"`
	Protocol   string `json:"protocol"`
	Client     string `json:"client"`
	Error      string `json:"error"`
}

func main() {
	certificate := flag.String("cert", "", "PEM of the server's chain")
	key := flag.String("key", "", "PEM of the server's key")
	ca := flag.String("ca", "", "PEM of the CA of clients")
	curve := flag.Uint("curve", 0, "the only group, by number; 0 for Go's own choice")
	flag.Parse()

	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		fail(err)
	}
	bundle, err := os.ReadFile(*ca)
	if err != nil {
		fail(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	config := &tls.Config{
		Certificates: []tls.Certificate{pair},
		ClientCAs:    roots,
		ClientAuth:   tls.RequireAndVerifyClientCert,
		MinVersion:   tls.VersionTLS13,
		NextProtos:   []string{"mqtt"},
	}
	if *curve != 0 {
		config.CurvePreferences = []tls.CurveID{tls.CurveID(*curve)}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			fail(err)
		}
		go serve(tls.Server(connection, config))
	}
}

func serve(connection *tls.Conn) {
	defer connection.Close()
	err := connection.Handshake()
	state := connection.ConnectionState()
	line := report{
		Suite:      tls.CipherSuiteName(state.CipherSuite),
		Resumed:    state.DidResume,
		ServerName: state.ServerName,
		Protocol:   state.NegotiatedProtocol,
	}
	if err != nil {
		line.Error = err.Error()
	} else if len(state.PeerCertificates) > 0 {
		line.Client = state.PeerCertificates[0].Subject.CommonName
	}
	encoded, _ := json.Marshal(line)
	fmt.Println(string(encoded))
	if err == nil {
		io.Copy(connection, connection)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
