import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measureIndex, printIndex } from './revocation/crl-index.ts';
import { measureResponder, printResponder } from './revocation/responder.ts';

/** What revocation costs: the OCSP responder, and the broker's index of CRLs. `--json` prints one JSON object. */
const dir = mkdtempSync(join(tmpdir(), 'certstorm-bench-revocation-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const responder = await measureResponder(dir);
const crlIndexed = await measureIndex(dir);
if (process.argv.includes('--json')) {
  const { contenders, ...ocsp } = responder;
  process.stdout.write(`${JSON.stringify({ ocsp: { ...ocsp, ...contenders }, crlIndexed }, null, 2)}\n`);
} else {
  printResponder(responder);
  printIndex(crlIndexed);
}
