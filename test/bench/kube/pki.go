package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// pair is a certificate with its key.
type pair struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// writePKI writes NAME.crt and NAME.key of a new authority and of everything that it signs, and the key pair of the
// service-account tokens (sa.key, sa.pub).
func writePKI(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	ca, err := issue(x509.Certificate{
		Subject:               pkix.Name{CommonName: "bench-ca"},
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
	}, nil)
	if err != nil {
		return err
	}
	server, err1 := issue(x509.Certificate{
		Subject:     pkix.Name{CommonName: "kube-apiserver"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)}, // the second is the kubernetes Service
	}, ca)
	admin, err2 := issue(client(pkix.Name{Organization: []string{"system:masters"}, CommonName: "admin"}), ca)
	manager, err3 := issue(client(pkix.Name{CommonName: "system:kube-controller-manager"}), ca)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	return errors.Join(
		ca.write(dir, "ca"),
		server.write(dir, "apiserver"),
		admin.write(dir, "admin"),
		manager.write(dir, "controller-manager"),
		writeTokenKeys(dir),
	)
}

func client(subject pkix.Name) x509.Certificate {
	return x509.Certificate{Subject: subject, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
}

// issue makes a key and has the authority sign what the template asks for; without an authority it signs itself.
func issue(template x509.Certificate, authority *pair) (*pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)); err != nil {
		return nil, err
	}
	template.NotBefore = time.Now().Add(-time.Hour) // clocks differ
	template.NotAfter = time.Now().AddDate(1, 0, 0)
	if authority == nil {
		authority = &pair{cert: &template, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, authority.cert, key.Public(), authority.key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &pair{cert: cert, key: key}, err
}

func (p *pair) write(dir, name string) error {
	return errors.Join(
		writePEM(filepath.Join(dir, name+".crt"), "CERTIFICATE", p.cert.Raw),
		writeKey(filepath.Join(dir, name+".key"), p.key),
	)
}

func writeTokenKeys(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	return errors.Join(
		writeKey(filepath.Join(dir, "sa.key"), key),
		writePEM(filepath.Join(dir, "sa.pub"), "PUBLIC KEY", public),
	)
}

func writeKey(path string, key crypto.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(path, "PRIVATE KEY", der)
}

func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}
