import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Lays the CRLs of a PEM file out as OpenSSL's c_rehash does, by the hash of the issuer's name (`1a2b3c4d.r0`), each put in place whole:
 * Erlang reads the file anew in each handshake.
 */
export async function layOutCrls(pemFile: string, folder: string, openssl: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = await readFile(pemFile, 'latin1');
  const crls = text.match(/-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----\n?/g) ?? [];
  const counts = new Map<string, number>();
  for (const crl of crls) {
    const part = join(folder, 'next.pem');
    await writeFile(part, crl, { mode: 0o600 });
    const { stdout } = await run(openssl, ['crl', '-hash', '-noout', '-in', part]);
    const hash = stdout.trim();
    const number = counts.get(hash) ?? 0;
    counts.set(hash, number + 1);
    await rename(part, join(folder, `${hash}.r${number}`));
  }
  const there = new Set(
    [...counts].flatMap(([hash, count]) => Array.from({ length: count }, (_, i) => `${hash}.r${i}`)),
  );
  for (const name of await readdir(folder)) if (!there.has(name)) await rm(join(folder, name));
}
