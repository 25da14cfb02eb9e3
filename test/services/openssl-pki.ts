import { execFile, execFileSync, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** What openssl has made: nothing of ours takes part, so that it can be a witness. */
export type OpensslPki = {
  dir: string;
  file: (name: string) => string;
  der: (name: string) => Buffer;
  /** Standard output and error of `openssl ARGS`, run in the folder, whatever its exit code. */
  openssl: (...args: string[]) => Promise<string>;
};

const folders: string[] = [];
// Here and not where a folder is made: a test that is running can't add to what follows the last one.
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const extensions = `
[ocsp]
extendedKeyUsage = OCSPSigning
noCheck = ignored
keyUsage = digitalSignature
[checked]
extendedKeyUsage = OCSPSigning
[server]
extendedKeyUsage = serverAuth
`;

/** Serial numbers that the index knows, and one that it does not. */
export const serials = { good: '1001', revoked: '1002', held: '1003', unknown: '7FFF' } as const;

const index = [
  `V\t491231235959Z\t\t${serials.good}\tunknown\t/CN=good`,
  `R\t491231235959Z\t250501000000Z,keyCompromise\t${serials.revoked}\tunknown\t/CN=revoked`,
  `R\t491231235959Z\t250601120000Z\t${serials.held}\tunknown\t/CN=held`,
  `V\t491231235959Z\t\t00BEEF\tunknown\t/CN=beef`,
];

/**
 * `only` some of: a CA with its index, a certificate for each status, responders of every kind, and another CA of the same name; removed after the last
 * test of the file.
 */
export function opensslPki(
  options: { newKey?: readonly string[]; only?: readonly string[] } = {},
): OpensslPki {
  const { newKey = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], only } = options;
  const dir = mkdtempSync(join(tmpdir(), 'certstorm-ocsp-test-'));
  folders.push(dir);
  const file = (name: string) => join(dir, name);
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  writeFileSync(file('ext.cnf'), extensions);
  writeFileSync(file('index.txt'), `${index.join('\n')}\n`);
  const ca = (name: string) => {
    run('genpkey', ...newKey, '-out', `${name}.key`);
    run(
      'req',
      '-x509',
      '-new',
      '-key',
      `${name}.key`,
      '-subj',
      '/O=test/CN=CA',
      '-days',
      '3650',
      '-out',
      `${name}.crt`,
    );
  };
  const issue = (name: string, by: string, ...more: string[]) => {
    if (only?.includes(name) === false) return;
    run('genpkey', ...newKey, '-out', `${name}.key`);
    run('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    const signing = ['-CA', `${by}.crt`, '-CAkey', `${by}.key`, '-days', '3650', ...more];
    run('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.crt`);
  };
  ca('ca');
  ca('other');
  issue('ocsp', 'ca', '-set_serial', '0x2001', '-extfile', 'ext.cnf', '-extensions', 'ocsp');
  issue('checked', 'ca', '-set_serial', '0x2002', '-extfile', 'ext.cnf', '-extensions', 'checked');
  issue('server', 'ca', '-set_serial', '0x2003', '-extfile', 'ext.cnf', '-extensions', 'server');
  issue('stranger', 'other', '-set_serial', '0x2004', '-extfile', 'ext.cnf', '-extensions', 'ocsp');
  issue('good', 'ca', '-set_serial', `0x${serials.good}`);
  issue('revoked', 'ca', '-set_serial', `0x${serials.revoked}`);
  issue('unknown', 'ca', '-set_serial', `0x${serials.unknown}`);
  return {
    dir,
    file,
    der: (name) => new X509Certificate(readFileSync(file(name))).raw,
    openssl: (...args) =>
      new Promise((resolve) => {
        execFile('openssl', args, { cwd: dir, timeout: 10_000 }, (_error, stdout, stderr) =>
          resolve(stdout + stderr),
        );
      }),
  };
}

export const signerFiles = (pki: OpensslPki, name = 'ocsp') => ({
  caFile: pki.file('ca.crt'),
  indexFile: pki.file('index.txt'),
  responderCertFile: pki.file(`${name}.crt`),
  responderKeyFile: pki.file(`${name}.key`),
});

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** `openssl ocsp` as the responder, until the returned function is called. */
export async function opensslResponder(
  pki: OpensslPki,
  ...more: string[]
): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const args = [
    'ocsp',
    '-port',
    String(port),
    '-index',
    'index.txt',
    '-CA',
    'ca.crt',
    '-ndays',
    '1',
    ...more,
  ];
  const child = spawn('openssl', args, { cwd: pki.dir, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    // "ACCEPT 0.0.0.0:PORT PID=…"
    child.stderr.on('data', (text) => {
      if (String(text).includes('ACCEPT') || String(text).includes('waiting for')) resolve();
    });
    child.once('close', () => reject(new Error('openssl ocsp did not start')));
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  return { url: `http://127.0.0.1:${port}/`, stop };
}

/** The CRL of what the index has revoked, by `openssl ca`, in PEM. */
export async function makeCrl(pki: OpensslPki, name: string): Promise<void> {
  const settings = {
    database: pki.file('index.txt'),
    certificate: pki.file('ca.crt'),
    private_key: pki.file('ca.key'),
    crlnumber: pki.file('crlnumber'),
    default_md: 'sha256',
    default_crl_days: '30',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  writeFileSync(
    pki.file('ca.cnf'),
    `[ca]\ndefault_ca = this\n[this]\n${lines.join('\n')}\n[crl]\nauthorityKeyIdentifier = keyid\n`,
  );
  writeFileSync(pki.file('crlnumber'), '07\n');
  await pki.openssl('ca', '-gencrl', '-config', 'ca.cnf', '-crlexts', 'crl', '-out', name);
}
