import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Corpus, Identity } from '../../src/pki/identity.ts';

/** A folder of this test file's own, removed after its last test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'certstorm-pki-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function identitiesOf(corpus: Corpus, cohort: string): Identity[] {
  const found = corpus.cohorts.find(({ name }) => name === cohort);
  if (!found) throw new Error(`no cohort ${cohort}`);
  return found.identities;
}

export const leafOf = (identity: Identity): Uint8Array => identity.chain[0] ?? new Uint8Array(0);

export function firstLeaf(corpus: Corpus, cohort: string): Uint8Array {
  const [identity] = identitiesOf(corpus, cohort);
  if (!identity) throw new Error(`no identity in ${cohort}`);
  return leafOf(identity);
}

export const openssl = (args: string[], input?: Uint8Array): string =>
  execFileSync('openssl', args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });

/** For commands whose refusal is what we want to read. */
export function opensslOutcome(args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}
