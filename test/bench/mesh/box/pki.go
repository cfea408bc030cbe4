package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"
)

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// writePKI makes one root, and for each name a folder with the four files of an istiod that signs under it.
func writePKI(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("wants DIR and NAMEs")
	}
	root, err := sign("mesh-root", nil)
	if err != nil {
		return err
	}
	for _, name := range args[1:] {
		signer, err := sign("istiod-"+name, root)
		if err != nil {
			return err
		}
		key, err := x509.MarshalPKCS8PrivateKey(signer.key)
		if err != nil {
			return err
		}
		dir := filepath.Join(args[0], name)
		own, above := encode("CERTIFICATE", signer.cert.Raw), encode("CERTIFICATE", root.cert.Raw)
		err = errors.Join(
			os.MkdirAll(dir, 0o700),
			os.WriteFile(filepath.Join(dir, "root-cert.pem"), above, 0o600),
			os.WriteFile(filepath.Join(dir, "ca-cert.pem"), own, 0o600),
			os.WriteFile(filepath.Join(dir, "cert-chain.pem"), append(own, above...), 0o600),
			os.WriteFile(filepath.Join(dir, "ca-key.pem"), encode("PRIVATE KEY", key), 0o600),
		)
		if err != nil {
			return err
		}
	}
	return nil
}

func sign(name string, by *authority) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{Organization: []string{"bench"}, CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour), // clocks differ
		NotAfter:              time.Now().AddDate(1, 0, 0),
		IsCA:                  true,
		BasicConstraintsValid: true,
		MaxPathLenZero:        by != nil,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign | x509.KeyUsageDigitalSignature,
	}
	if by == nil {
		template.MaxPathLen = -1
		by = &authority{cert: template, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, key.Public(), by.key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert: cert, key: key}, err
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}
