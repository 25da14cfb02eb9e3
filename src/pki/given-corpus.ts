import { createPrivateKey, hash, X509Certificate } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Corpus, GivenCorpusSpec, Identity } from './identity.ts';
import { PkiError } from './pki-error.ts';

const certificateEnding = /\.(?:crt|pem|cer)$/;

/**
 * A corpus of the user's own certificates and keys: for each cohort the certificate files (PEM, leaf first) that its pattern fits, each
 * with a key beside it that is called `.key` in place of `.crt`, `.pem` or `.cer`. Keys are read into memory and copied nowhere.
 *
 * Throws PkiError `bad-spec` with the file that is wrong.
 */
export function readGivenCorpus(
  { dir, cohorts }: GivenCorpusSpec,
  wanted: readonly { name: string; defect: string }[],
  seed: number,
): Corpus {
  const startedAt = performance.now();
  const folder = resolve(dir);
  const read = wanted.map(({ name, defect }) => ({
    name,
    defect,
    identities: cohortOf(folder, name, cohorts[name]),
  }));
  const count = read.reduce(
    (sum, { identities }) => sum + identities.filter(({ key }) => key !== null).length,
    0,
  );
  return {
    dir: folder,
    // Of use to brokers that certstorm starts alone, and those have a corpus that is made.
    ...{ clientCaFile: '', serverCaFile: '', serverCertFile: '', serverKeyFile: '', crlFile: '' },
    crl: { bytes: 0, entries: 0 },
    cohorts: read,
    password: hash('sha256', `certstorm/password/${seed}`, 'base64url').slice(0, 24),
    made: { identities: count, reused: count, remade: 0, ms: performance.now() - startedAt },
    warnings: [],
  };
}

function cohortOf(folder: string, cohort: string, pattern: string | undefined): Identity[] {
  if (pattern === undefined) return [{ clientId: `${cohort}-00001`, key: null, chain: [] }];
  const files = globSync(pattern, { cwd: folder })
    .filter((name) => certificateEnding.test(name))
    .toSorted();
  if (files.length === 0) {
    throw new PkiError(
      'bad-spec',
      `from.cohorts.${cohort}: no certificate file in ${folder} fits ${pattern}; they end in .crt, .pem or .cer.`,
    );
  }
  return files.map((name) => identityOf(join(folder, name), cohort));
}

function identityOf(file: string, cohort: string): Identity {
  const keyFile = file.replace(certificateEnding, '.key');
  try {
    const chain =
      readFileSync(file, 'latin1').match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    const certificates = chain.map((text) => new X509Certificate(text));
    const [leaf] = certificates;
    if (leaf === undefined) throw new Error('it holds no certificate');
    const key = createPrivateKey(readFileSync(keyFile));
    return {
      clientId: /^CN=(.+)$/m.exec(leaf.subject)?.[1] ?? basename(file).replace(certificateEnding, ''),
      key: shared(key.export({ format: 'der', type: 'pkcs8' })),
      chain: certificates.map(({ raw }) => shared(raw)),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PkiError(
      'bad-spec',
      `from.cohorts.${cohort}: ${file} with ${keyFile} is no identity (${reason}).`,
      {
        cause: error,
      },
    );
  }
}

/** As the forge's: handed to another thread without a copy. */
function shared(bytes: Uint8Array): Uint8Array {
  const view = new Uint8Array(new SharedArrayBuffer(bytes.length));
  view.set(bytes);
  return view;
}
