import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus, Identity } from '../../src/pki/identity.ts';

/** As many as one generator needs so that none is in flight twice; each costs a SecureContext. */
const most = 400;

/** The identities of a folder with `NAME.crt` (PEM, leaf first) and `NAME.key` (PEM) for each NAME, which is the client id too. */
export function readIdentities(folder: string): Identity[] {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.crt'))
    .map((file) => file.slice(0, -'.crt'.length))
    .sort()
    .slice(0, most);
  if (names.length === 0) throw new Error(`${folder} holds no NAME.crt with a NAME.key beside it`);
  return names.map((name) => ({
    clientId: name,
    key: createPrivateKey(readFileSync(join(folder, `${name}.key`))).export({ type: 'pkcs8', format: 'der' }),
    chain: (
      readFileSync(join(folder, `${name}.crt`), 'utf8').match(
        /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g,
      ) ?? []
    ).map((pem) => new X509Certificate(pem).raw),
  }));
}

/** Writes a corpus the way `readIdentities` takes it. */
export function writeIdentities(corpus: Corpus, folder: string): void {
  mkdirSync(folder, { mode: 0o700 });
  for (const { clientId, key, chain } of corpus.cohorts.flatMap(({ identities }) => identities)) {
    if (key === null) continue;
    const keyFile = join(folder, `${clientId}.key`);
    writeFileSync(keyFile, pem('PRIVATE KEY', key), { mode: 0o600 });
    chmodSync(keyFile, 0o600);
    writeFileSync(join(folder, `${clientId}.crt`), chain.map((der) => pem('CERTIFICATE', der)).join(''));
  }
}

export function pem(label: string, der: Uint8Array): string {
  const body = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}
