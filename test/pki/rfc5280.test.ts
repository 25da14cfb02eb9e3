import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tbsCertificateWriter } from '../../src/pki/certificate.ts';
import {
  ia5String,
  integer,
  nullValue,
  oid,
  printableString,
  sequence,
  setOf,
  time,
} from '../../src/pki/der.ts';
import {
  certificateFields,
  children,
  publicKeyBits,
  publicKeyInfo,
  readTlv,
} from '../../src/pki/der-reader.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  crlNumber,
  extensions,
  keyUsage,
  reasonCode,
  subjectAltName,
  subjectKeyIdentifier,
} from '../../src/pki/extensions.ts';
import { keyIdentifier } from '../../src/pki/key-source.ts';
import { pem } from '../../src/pki/pem.ts';
import { openssl, opensslOutcome, scratchFolder } from './scratch.ts';

const folder = scratchFolder();
const der = (base64: string): Buffer => Buffer.from(base64.replaceAll(/\s/g, ''), 'base64');

/** RFC 5280, C.1: an RSA CA, self-signed. */
const ca = der(`
MIICPjCCAaegAwIBAgIBETANBgkqhkiG9w0BAQUFADBDMRMwEQYKCZImiZPyLGQBGRYDY29tMRcwFQYKCZImiZPyLGQBGRYHZXhhbXBs
ZTETMBEGA1UEAxMKRXhhbXBsZSBDQTAeFw0wNDA0MzAxNDI1MzRaFw0wNTA0MzAxNDI1MzRaMEMxEzARBgoJkiaJk/IsZAEZFgNjb20x
FzAVBgoJkiaJk/IsZAEZFgdleGFtcGxlMRMwEQYDVQQDEwpFeGFtcGxlIENBMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDC15dt
KHCqW88jLoBwOe7bb9Ut1WpPejQt+SJyR3Ad74DpyjCMAMSabltFtG6l5myUDfqR6UD8JZ3Ht2gZVo8RcGrX8ckRTzp+P5mNbnaldF9e
pFVT5cdoNlPHHTsSpoX+vW6hyt81UKwI17m0flz+4qMs0SOEqpjAm2YYmmhH6QIDAQABo0IwQDAdBgNVHQ4EFgQUCGivhTPIOUp6+IKT
jnBqSiCELDIwDgYDVR0PAQH/BAQDAgEGMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQEFBQADgYEAbPgCdKZh4mQEplQMbHITrTxH
+/ZlE6mFkDPqdqMm2fzRDhVfKLfvk7888+I+fLlS/BZuKarh9Hpv1X/vs5XK82aIg06hNUWEy7ybuMitxV5G2QsOjYDhMyvcviuSfkpD
qWrvimNhs25HOL7oDaNnXfP6kYE8krvFXyUl63zn2KE=`);

/** RFC 5280, C.2: an end entity, issued by it. */
const endEntity = der(`
MIICcTCCAdqgAwIBAgIBEjANBgkqhkiG9w0BAQUFADBDMRMwEQYKCZImiZPyLGQBGRYDY29tMRcwFQYKCZImiZPyLGQBGRYHZXhhbXBs
ZTETMBEGA1UEAxMKRXhhbXBsZSBDQTAeFw0wNDA5MTUxMTQ4MjFaFw0wNTAzMTUxMTQ4MjFaMEMxEzARBgoJkiaJk/IsZAEZFgNjb20x
FzAVBgoJkiaJk/IsZAEZFgdleGFtcGxlMRMwEQYDVQQDEwpFbmQgRW50aXR5MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDhauQD
MJcCPPQQ87UeTX8Ue/b10HjppIrwo3Xs7bZWln+ImYWa8j5od4frntGfwLQX3KuJI6QdfhYjTE+oTfUxuHyq4xpJCfRLJtsnZzCCEgFK
6Rq2wQxTi2z8L3pD7DM2fjKye9WqzwEUxhLsE/ItFHqLIVgUE0xGo5ryFpX/IwIDAQABo3UwczAhBgNVHREEGjAYgRZlbmQuZW50aXR5
QGV4YW1wbGUuY29tMB0GA1UdDgQWBBQXe5Iw/0TWZuGQECJsFk/AjkHdbTAfBgNVHSMEGDAWgBQIaK+FM8g5Snr4gpOOcGpKIIQsMjAO
BgNVHQ8BAf8EBAMCBsAwDQYJKoZIhvcNAQEFBQADgYEAACAoNFtoMgG7CjYOrXHFlRrhBM+urcdiFKQbNjHA4gw92R7AANwQoLqFb0HL
Ynq3TGOBJl7SgEVeM+dwRTs5OyZKnDvyJjZpCHm7+5ZDd0thi6GrkWTg8zdhPBqjpMmKsr9z1E3kWORi6rwgdJKGDs6EYHbpc7vHhdOR
RepiXc0=`);

/** RFC 5280, C.4: its CRL, in which the end entity is revoked. */
const crl = der(`
MIIBYDCBygIBATANBgkqhkiG9w0BAQUFADBDMRMwEQYKCZImiZPyLGQBGRYDY29tMRcwFQYKCZImiZPyLGQBGRYHZXhhbXBsZTETMBEG
A1UEAxMKRXhhbXBsZSBDQRcNMDUwMjA1MTIwMDAwWhcNMDUwMjA2MTIwMDAwWjAiMCACARIXDTA0MTExOTE1NTcwM1owDDAKBgNVHRUE
AwoBAaAvMC0wHwYDVR0jBBgwFoAUCGivhTPIOUp6+IKTjnBqSiCELDIwCgYDVR0UBAMCAQwwDQYJKoZIhvcNAQEFBQADgYEAItwYffcI
zsx10NBqm60Q9HYjtIFutW2+DvsVFGzIF20f7pAXom9g5L2qjFXejoRvkvifEBInr0rUL4XiNkR9qqNMJTgV/wD9Pn7uPSYS69jnK2Li
K8NGgO94gtEVxtCccmrLznrtZ5mLbnCBfUNCdMGmr8FVF6IzTNYGmCuk/C4=`);

/** The example's names, in the string types of its time. */
const exampleName = (commonName: string): Uint8Array =>
  sequence(
    ...['com', 'example'].map((part) => setOf(sequence(oid('0.9.2342.19200300.100.1.25'), ia5String(part)))),
    setOf(sequence(oid('2.5.4.3'), printableString(commonName))),
  );
const sha1WithRsa = sequence(oid('1.2.840.113549.1.1.5'), nullValue());

/** The signed part: first value of the whole. */
function signedPart(whole: Uint8Array): Uint8Array {
  const outer = readTlv(whole, 0);
  const [tbs] = outer ? children(whole, outer) : [];
  if (!tbs) throw new Error('no signed part');
  return whole.subarray(tbs.start, tbs.end);
}

test('the examples are as they were published: their signatures hold', () => {
  expect(new X509Certificate(ca).verify(new X509Certificate(ca).publicKey)).toBe(true);
  expect(new X509Certificate(endEntity).verify(new X509Certificate(ca).publicKey)).toBe(true);
  const [caFile, crlFile] = [join(folder, 'ca.pem'), join(folder, 'crl.pem')];
  writeFileSync(caFile, pem('CERTIFICATE', ca));
  writeFileSync(crlFile, pem('X509 CRL', crl));
  expect(opensslOutcome(['crl', '-in', crlFile, '-noout', '-CAfile', caFile]).output).toContain('verify OK');
  expect(openssl(['crl', '-in', crlFile, '-noout', '-text'])).toContain('Key Compromise');
});

test('C.1 and C.2 are read as the RFC tells them', () => {
  expect(certificateFields(ca)?.serialNumber).toEqual(Buffer.from([17]));
  expect(certificateFields(endEntity)?.serialNumber).toEqual(Buffer.from([18]));
  expect(certificateFields(endEntity)?.subject).toEqual(exampleName('End Entity'));
  expect(certificateFields(endEntity)?.notAfter.toString()).toBe('050315114821Z');
  expect(publicKeyInfo(ca)).toEqual(
    new X509Certificate(ca).publicKey.export({ format: 'der', type: 'spki' }),
  );
});

test('C.1 is what the forge writes of the same template, octet by octet', () => {
  const write = tbsCertificateWriter({
    signatureAlgorithm: sha1WithRsa,
    issuer: null,
    notBefore: new Date('2004-04-30T14:25:34Z'),
    notAfter: new Date('2005-04-30T14:25:34Z'),
    subject: () => exampleName('Example CA'),
    extensions: {
      subjectKeyIdentifier: ({ keyId }) => subjectKeyIdentifier(keyId),
      keyUsage: keyUsage(['keyCertSign', 'cRLSign']),
      basicConstraints: basicConstraints({ ca: true }),
    },
  });
  const keyId = keyIdentifier(publicKeyBits(ca));
  const subject = { clientId: '', index: 0, serialNumber: Uint8Array.of(17), spki: publicKeyInfo(ca), keyId };
  expect(Buffer.from(write(subject)).toString('hex')).toBe(Buffer.from(signedPart(ca)).toString('hex'));
});

test('so is C.2, with its key identifiers by method 1 of 4.2.1.2', () => {
  const write = tbsCertificateWriter({
    signatureAlgorithm: sha1WithRsa,
    issuer: exampleName('Example CA'),
    notBefore: new Date('2004-09-15T11:48:21Z'),
    notAfter: new Date('2005-03-15T11:48:21Z'),
    subject: () => exampleName('End Entity'),
    extensions: {
      subjectAltName: subjectAltName([{ email: 'end.entity@example.com' }]),
      subjectKeyIdentifier: ({ keyId }) => subjectKeyIdentifier(keyId),
      authorityKeyIdentifier: authorityKeyIdentifier(keyIdentifier(publicKeyBits(ca))),
      keyUsage: keyUsage(['digitalSignature', 'nonRepudiation']),
    },
  });
  const keyId = keyIdentifier(publicKeyBits(endEntity));
  const subject = {
    ...{ clientId: '', index: 0, serialNumber: Uint8Array.of(18), spki: publicKeyInfo(endEntity) },
    keyId,
  };
  expect(Buffer.from(write(subject)).toString('hex')).toBe(
    Buffer.from(signedPart(endEntity)).toString('hex'),
  );
});

test('and C.4, the CRL', () => {
  const entry = sequence(integer(18), time(new Date('2004-11-19T15:57:03Z')), sequence(reasonCode(1)));
  const tbs = sequence(
    integer(1),
    sha1WithRsa,
    exampleName('Example CA'),
    time(new Date('2005-02-05T12:00:00Z')),
    time(new Date('2005-02-06T12:00:00Z')),
    sequence(entry),
    extensions(0, [authorityKeyIdentifier(keyIdentifier(publicKeyBits(ca))), crlNumber(12)]),
  );
  expect(Buffer.from(tbs).toString('hex')).toBe(Buffer.from(signedPart(crl)).toString('hex'));
});
