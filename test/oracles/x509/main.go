// What Go's crypto/x509 says of certificates and CRLs. Reads one JSON object from standard input and writes one to standard output.
package main

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

type question struct {
	// DER, base64 as encoding/json has it.
	Roots  [][]byte
	Chains map[string][][]byte
	Crls   [][]byte
	// RFC 3339; what "now" is.
	Time string
}

type answer struct {
	// "OK", or what is wrong in a few words.
	Chains map[string]string
	// For each CRL whether a root signed it, and its entries.
	Crls []crlAnswer
}

type crlAnswer struct {
	Error   string
	Entries int
	Number  string
}

func main() {
	var asked question
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	now, err := time.Parse(time.RFC3339, asked.Time)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	roots := x509.NewCertPool()
	var issuers []*x509.Certificate
	for _, der := range asked.Roots {
		root, err := x509.ParseCertificate(der)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		roots.AddCert(root)
		issuers = append(issuers, root)
	}
	told := answer{Chains: map[string]string{}, Crls: []crlAnswer{}}
	revoked := map[string]bool{}
	for _, der := range asked.Crls {
		told.Crls = append(told.Crls, readCrl(der, issuers, revoked))
	}
	for name, chain := range asked.Chains {
		told.Chains[name] = judge(chain, roots, now, revoked)
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readCrl(der []byte, issuers []*x509.Certificate, revoked map[string]bool) crlAnswer {
	list, err := x509.ParseRevocationList(der)
	if err != nil {
		return crlAnswer{Error: "parse: " + err.Error()}
	}
	told := crlAnswer{Error: "no issuer", Entries: len(list.RevokedCertificateEntries)}
	if list.Number != nil {
		told.Number = list.Number.String()
	}
	for _, issuer := range issuers {
		if !bytes.Equal(issuer.RawSubject, list.RawIssuer) {
			continue
		}
		told.Error = ""
		if err := list.CheckSignatureFrom(issuer); err != nil {
			told.Error = err.Error()
			continue
		}
		for _, entry := range list.RevokedCertificateEntries {
			revoked[string(list.RawIssuer)+entry.SerialNumber.String()] = true
		}
		break
	}
	return told
}

func judge(chain [][]byte, roots *x509.CertPool, now time.Time, revoked map[string]bool) string {
	if len(chain) == 0 {
		return "parse"
	}
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return "parse"
	}
	intermediates := x509.NewCertPool()
	for _, der := range chain[1:] {
		other, err := x509.ParseCertificate(der)
		if err != nil {
			return "parse"
		}
		intermediates.AddCert(other)
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		Roots:         roots,
		Intermediates: intermediates,
		CurrentTime:   now,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return reason(err)
	}
	if revoked[string(leaf.RawIssuer)+leaf.SerialNumber.String()] {
		return "revoked"
	}
	return "OK"
}

func reason(err error) string {
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var critical x509.UnhandledCriticalExtension
	switch {
	case errors.As(err, &unknown):
		return "unknown authority"
	case errors.As(err, &critical):
		return "critical extension"
	case errors.As(err, &invalid):
		switch invalid.Reason {
		case x509.Expired:
			return "expired"
		case x509.IncompatibleUsage:
			return "usage"
		case x509.NotAuthorizedToSign:
			return "no CA"
		case x509.TooManyIntermediates:
			return "path length"
		case x509.CANotAuthorizedForThisName:
			return "name constraint"
		}
	}
	return err.Error()
}
