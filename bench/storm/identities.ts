import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Corpus, Identity } from '../../src/pki/identity.ts';
import { pem } from '../../src/storm/drivers/pem.ts';

/** As many as one generator needs so that none is in flight twice; each costs a SecureContext. */
const most = 400;

/**
 * The identities of a folder with `NAME.crt` (PEM, leaf first) and `NAME.key` (PEM) for each NAME, which is the client id too. The authority
 * and the server, which often lie in the same folder, are passed over: their certificates are not for clients.
 */
export function readIdentities(folder: string): Identity[] {
  const files = new Set(readdirSync(folder));
  const names = [...files]
    .filter((file) => file.endsWith('.crt'))
    .map((file) => file.slice(0, -'.crt'.length))
    .filter((name) => files.has(`${name}.key`))
    .sort();
  const identities: Identity[] = [];
  for (const name of names) {
    if (identities.length === most) break;
    const chain = readChain(join(folder, `${name}.crt`));
    const [leaf] = chain;
    if (leaf === undefined || !isForClients(leaf)) continue;
    const key = createPrivateKey(readFileSync(join(folder, `${name}.key`)));
    identities.push({
      clientId: name,
      key: key.export({ type: 'pkcs8', format: 'der' }),
      chain: chain.map(({ raw }) => raw),
    });
  }
  if (identities.length === 0) throw new Error(`${folder} holds no NAME.crt of a client with its NAME.key`);
  return identities;
}

function readChain(file: string): X509Certificate[] {
  const pems = readFileSync(file, 'utf8').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  return (pems ?? []).map((pem) => new X509Certificate(pem));
}

const clientAuth = '1.3.6.1.5.5.7.3.2';

/** Node's `keyUsage` is the extended key usage, undefined without one (RFC 5280, 4.2.1.12: then it is for anything). */
function isForClients({ ca, keyUsage }: X509Certificate): boolean {
  return !ca && ((keyUsage as string[] | undefined)?.includes(clientAuth) ?? true);
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
