// A broker for certstorm to storm: mochi-mqtt behind Go's crypto/tls. It reads one JSON file, serves until it is told to end, reads its CRL
// again at SIGHUP and collects its garbage at SIGUSR1; each is answered with a line on standard error.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"syscall"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
)

type configuration struct {
	Address            string `json:"address"`
	CertFile           string `json:"certFile"`
	KeyFile            string `json:"keyFile"`
	ClientCaFile       string `json:"clientCaFile"`
	ClientCertificates string `json:"clientCertificates"`
	// Empty: no certificate is looked up.
	CrlFile        string `json:"crlFile"`
	SessionTickets bool   `json:"sessionTickets"`
	// The oldest and the newest version of TLS, as 1.2 and 1.3; empty: as Go has it.
	MinVersion string `json:"minVersion"`
	MaxVersion string `json:"maxVersion"`
	// tls, wss or tcp.
	Transport string `json:"transport"`
	// A JSON file of user names and passwords, which mochi's ledger looks them up in; empty: nobody is asked.
	LedgerFile string `json:"ledgerFile"`
	// The webservice that is asked about each CONNECT; empty: none is.
	AuthURL string `json:"authUrl"`
}

// Zero is Go's own choice.
var versions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// The serial numbers that a CA has revoked, by the issuer's name and the serial number.
type revocations map[string]struct{}

func main() {
	if len(os.Args) != 2 {
		fail(errors.New("usage: mochi CONFIGURATION.json"))
	}
	config, err := readConfiguration(os.Args[1])
	fail(err)
	fmt.Fprintf(os.Stderr, "version %s on %s\n", moduleVersion("github.com/mochi-mqtt/server/v2"), runtime.Version())

	var revoked atomic.Pointer[revocations]
	fail(load(config, &revoked))
	tlsConfig, err := tlsConfiguration(config, &revoked)
	fail(err)

	server := mqtt.New(&mqtt.Options{Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	fail(addAuthentication(server, config))
	fail(server.AddListener(listener(config, tlsConfig)))
	fail(server.Serve())
	fmt.Fprintln(os.Stderr, "listening")

	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGTERM, syscall.SIGINT)
	for each := range signals {
		switch each {
		case syscall.SIGHUP:
			if err := load(config, &revoked); err != nil {
				fmt.Fprintln(os.Stderr, "not reloaded:", err)
			} else {
				fmt.Fprintln(os.Stderr, "reloaded")
			}
		case syscall.SIGUSR1:
			debug.FreeOSMemory()
			fmt.Fprintln(os.Stderr, "collected")
		default:
			_ = server.Close()
			return
		}
	}
}

func readConfiguration(file string) (*configuration, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	config := new(configuration)
	return config, json.Unmarshal(text, config)
}

func listener(config *configuration, tlsConfig *tls.Config) listeners.Listener {
	settings := listeners.Config{ID: config.Transport, Address: config.Address, TLSConfig: tlsConfig}
	switch config.Transport {
	case "wss":
		return listeners.NewWebsocket(settings)
	case "tcp":
		settings.TLSConfig = nil
	}
	return listeners.NewTCP(settings)
}

func tlsConfiguration(config *configuration, revoked *atomic.Pointer[revocations]) (*tls.Config, error) {
	certificate, err := tls.LoadX509KeyPair(config.CertFile, config.KeyFile)
	if err != nil {
		return nil, err
	}
	tlsConfig := &tls.Config{
		Certificates:           []tls.Certificate{certificate},
		SessionTicketsDisabled: !config.SessionTickets,
		MinVersion:             versions[config.MinVersion],
		MaxVersion:             versions[config.MaxVersion],
	}
	if config.ClientCertificates != "required" {
		return tlsConfig, nil
	}
	roots, err := os.ReadFile(config.ClientCaFile)
	if err != nil {
		return nil, err
	}
	tlsConfig.ClientCAs = x509.NewCertPool()
	if !tlsConfig.ClientCAs.AppendCertsFromPEM(roots) {
		return nil, fmt.Errorf("%s holds no certificate", config.ClientCaFile)
	}
	tlsConfig.ClientAuth = tls.RequireAndVerifyClientCert
	if config.CrlFile == "" {
		return tlsConfig, nil
	}
	// Where most Go programs look: it is not called when a session is resumed.
	tlsConfig.VerifyPeerCertificate = func(_ [][]byte, chains [][]*x509.Certificate) error {
		list := *revoked.Load()
		for _, certificate := range chains[0] {
			if _, found := list[key(certificate.RawIssuer, certificate.SerialNumber.Bytes())]; found {
				return fmt.Errorf("certificate %x is revoked", certificate.SerialNumber)
			}
		}
		return nil
	}
	return tlsConfig, nil
}

// Reads the CRLs into an index. One of a CA of the file of CAs must be signed by it (RFC 5280, 6.3.3); one of a CA that clients send
// along cannot be held against it here, and is taken as this machine's own file.
func load(config *configuration, revoked *atomic.Pointer[revocations]) error {
	if config.CrlFile == "" {
		return nil
	}
	issuers, err := readBlocks(config.ClientCaFile, "CERTIFICATE")
	if err != nil {
		return err
	}
	lists, err := readBlocks(config.CrlFile, "X509 CRL")
	if err != nil {
		return err
	}
	index := make(revocations)
	for _, der := range lists {
		list, err := x509.ParseRevocationList(der)
		if err != nil {
			return err
		}
		if err := checkSignature(list, issuers); err != nil {
			return err
		}
		for _, entry := range list.RevokedCertificateEntries {
			index[key(list.RawIssuer, entry.SerialNumber.Bytes())] = struct{}{}
		}
	}
	revoked.Store(&index)
	return nil
}

func checkSignature(list *x509.RevocationList, issuers [][]byte) error {
	var wrong error
	for _, der := range issuers {
		issuer, err := x509.ParseCertificate(der)
		if err != nil || !bytes.Equal(issuer.RawSubject, list.RawIssuer) {
			continue
		}
		if wrong = list.CheckSignatureFrom(issuer); wrong == nil {
			return nil
		}
	}
	return wrong
}

func readBlocks(file, label string) ([][]byte, error) {
	rest, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var blocks [][]byte
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == label {
			blocks = append(blocks, block.Bytes)
		}
	}
	if len(blocks) == 0 {
		return nil, fmt.Errorf("%s holds no %s", file, label)
	}
	return blocks, nil
}

func key(issuer, serial []byte) string {
	return string(issuer) + string(serial)
}

func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of unknown version"
	}
	for _, module := range info.Deps {
		if module.Path == path {
			return module.Version
		}
	}
	return "of unknown version"
}

func fail(err error) {
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
