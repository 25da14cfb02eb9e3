import { execFileSync } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a client presents: PEM. */
export type ClientFiles = { cert: Buffer; key: Buffer };

/** A folder with a CA, a server certificate, a CRL and one client certificate for each defect, made by openssl. */
export type TestPki = {
  dir: string;
  caFile: string;
  serverCertFile: string;
  serverKeyFile: string;
  crlFile: string;
  clients: Record<ClientName, ClientFiles>;
  remove(): void;
};

export type ClientName = (typeof clientNames)[number];

const clientNames = [
  'good',
  'revoked',
  'expired',
  'not-yet-valid',
  'unknown-ca',
  'self-signed',
  'wrong-eku',
  'bad-signature',
] as const;

const caName = 'Test CA';

const config = `
[ca]
default_ca = test_ca
[test_ca]
database = index.txt
new_certs_dir = certs
serial = serial
crlnumber = crlnumber
default_md = sha256
default_days = 2
default_crl_days = 2
policy = any
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[client]
basicConstraints = CA:FALSE
extendedKeyUsage = clientAuth
[server]
basicConstraints = CA:FALSE
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost,IP:127.0.0.1
`;

export function makeTestPki(): TestPki {
  const dir = mkdtempSync(join(tmpdir(), 'certstorm-test-pki-'));
  const path = (name: string) => join(dir, name);
  const openssl = (line: string) => execFileSync('openssl', line.split(' '), { cwd: dir, stdio: 'pipe' });

  mkdirSync(path('certs'));
  writeFileSync(path('openssl.cnf'), config);
  writeFileSync(path('index.txt'), '');
  writeFileSync(path('serial'), '1000\n');
  writeFileSync(path('crlnumber'), '01\n');
  const root = (name: string, cn: string) => {
    newKey(name);
    execFileSync(
      'openssl',
      `req -x509 -new -key ${name}.key -days 2 -config openssl.cnf -extensions root -out ${name}.pem -subj`
        .split(' ')
        .concat(`/CN=${cn}`),
      { cwd: dir, stdio: 'pipe' },
    );
  };
  const newKey = (name: string) =>
    openssl(`genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ${name}.key`);
  const issue = (name: string, extensions: string, more = '', ca = 'ca') => {
    newKey(name);
    openssl(`req -new -key ${name}.key -subj /CN=${name} -config openssl.cnf -out ${name}.csr`);
    openssl(
      `ca -batch -notext -config openssl.cnf -cert ${ca}.pem -keyfile ${ca}.key -in ${name}.csr -out ${name}.pem -extensions ${extensions}${more}`,
    );
  };

  root('ca', caName);
  root('other-ca', 'Other CA');
  issue('server', 'server');
  issue('good', 'client');
  issue('revoked', 'client');
  issue('expired', 'client', ' -startdate 20200101000000Z -enddate 20210101000000Z');
  issue('not-yet-valid', 'client', ' -startdate 20480101000000Z -enddate 20490101000000Z');
  issue('unknown-ca', 'client', '', 'other-ca');
  issue('wrong-eku', 'server');
  newKey('self-signed');
  openssl(
    'req -x509 -new -key self-signed.key -days 2 -config openssl.cnf -extensions client -out self-signed.pem -subj /CN=self-signed',
  );
  issue('bad-signature', 'client');
  writeFileSync(
    path('bad-signature.pem'),
    corruptSignature(readFileSync(path('bad-signature.pem'), 'latin1')),
  );
  openssl('ca -config openssl.cnf -cert ca.pem -keyfile ca.key -revoke revoked.pem');
  openssl('ca -config openssl.cnf -cert ca.pem -keyfile ca.key -gencrl -out crl.pem');
  chmodSync(dir, 0o700);

  const client = (name: string) => ({
    cert: readFileSync(path(`${name}.pem`)),
    key: readFileSync(path(`${name}.key`)),
  });
  return {
    dir,
    caFile: path('ca.pem'),
    serverCertFile: path('server.pem'),
    serverKeyFile: path('server.key'),
    crlFile: path('crl.pem'),
    clients: Object.fromEntries(clientNames.map((name) => [name, client(name)])) as TestPki['clients'],
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** The last byte of the DER is the last of the ECDSA signature's s. */
function corruptSignature(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 0x01;
  return toPem('CERTIFICATE', der);
}

/** A CRL of the test CA that revokes `entries` serials which no one holds; `openssl ca` would take minutes for as many. */
export function writeLargeCrl(pki: TestPki, entries: number): string {
  const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(caName)));
  const entry = (index: number) => {
    const serial = Buffer.alloc(8, 0x40);
    serial.writeUInt32BE(index, 4);
    return der(0x30, der(0x02, serial), utcTime('250101000000Z'));
  };
  const tbs = der(
    0x30,
    Buffer.from('020101', 'hex'),
    ecdsaWithSha256,
    der(0x30, der(0x31, commonName)),
    utcTime('250101000000Z'),
    utcTime('480101000000Z'),
    der(0x30, Buffer.concat(Array.from({ length: entries }, (_, index) => entry(index)))),
  );
  const signature = sign('sha256', tbs, createPrivateKey(readFileSync(join(pki.dir, 'ca.key'))));
  const file = join(pki.dir, `crl-${entries}.pem`);
  writeFileSync(file, toPem('X509 CRL', der(0x30, tbs, ecdsaWithSha256, der(0x03, Buffer.of(0), signature))));
  return file;
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text));
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
  const head = content.length < 128 ? [tag, content.length] : [tag, 0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from(head), content]);
}

function toPem(label: string, bytes: Buffer): string {
  const base64 =
    bytes
      .toString('base64')
      .match(/.{1,64}/g)
      ?.join('\n') ?? '';
  return `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
}
