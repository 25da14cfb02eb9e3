import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LimboReport } from '../../scripts/limbo/report.ts';
import type { Identity } from '../../src/pki/identity.ts';
import { makeCorpus } from '../../src/pki/index.ts';
import { pem } from '../../src/pki/pem.ts';

const root = new URL('../../', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'certstorm-limbo-test-'));
const temporary = join(folder, 'tmp');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Ended = { code: number | null; stdout: string; stderr: string };

/** The command as a process, its temporary files in a folder that can be looked at afterwards. */
function limbo(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'scripts/limbo.ts'), ...args], {
      env: { ...process.env, TMPDIR: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const text = (label: string, der: Uint8Array): string => pem(label, der).toString('latin1');

/** A case in limbo's format, of the forge's own making. */
async function forgedCases(): Promise<Record<string, unknown>[]> {
  const cohorts = [
    'none',
    'expired',
    'revoked',
    'mismatched-key',
    'trailing-bytes',
    'truncated-50',
    'bad-signature',
  ];
  const corpus = await makeCorpus(
    {
      seed: 6,
      algorithm: 'ecdsa-p256',
      crlEntries: 3,
      authorities: { depth: 2 },
      cohorts: cohorts.map((defect) => ({ name: defect, defect, identities: 2 })),
    },
    { cacheDir: join(folder, 'cache'), threads: 1 },
  );
  const roots = readFileSync(corpus.clientCaFile, 'latin1');
  const crls = readFileSync(corpus.crlFile, 'latin1');
  const caseOf = (id: string, { chain: [leaf, ...rest], key }: Identity, more: object = {}) => ({
    id,
    description: id,
    validation_kind: 'CLIENT',
    trusted_certs: [roots],
    untrusted_intermediates: rest.map((der) => text('CERTIFICATE', der)),
    peer_certificate: text('CERTIFICATE', leaf ?? new Uint8Array(0)),
    peer_certificate_key: key === null ? null : text('PRIVATE KEY', key),
    expected_result: id === 'none' ? 'SUCCESS' : 'FAILURE',
    crls: [crls],
    ...more,
  });
  const first = (name: string): Identity => {
    const identity = corpus.cohorts.find((cohort) => cohort.name === name)?.identities[0];
    if (identity === undefined) throw new Error(`no identity in ${name}`);
    return identity;
  };
  const other = corpus.cohorts[0]?.identities[1];
  return [
    ...cohorts.map((name) => caseOf(name, first(name))),
    caseOf('no-crl', first('revoked'), { crls: null }),
    caseOf('no-key', first('none'), { peer_certificate_key: undefined }),
    caseOf('foreign-key', first('none'), {
      peer_certificate_key: text('PRIVATE KEY', other?.key ?? new Uint8Array()),
    }),
    caseOf('no-peer', first('none'), { peer_certificate: null }),
    caseOf('no-roots', first('none'), { trusted_certs: [] }),
    caseOf('junk-behind-the-roots', first('none'), {
      trusted_certs: [roots, text('CERTIFICATE', Buffer.from('junk'))],
      crls: [],
    }),
    caseOf('odd', first('none'), {
      validation_time: 'yesterday',
      untrusted_intermediates: null,
      crls: 7,
      max_chain_depth: 'x',
      expected_peer_name: 3,
      expected_result: undefined,
    }),
    null as unknown as Record<string, unknown>,
  ];
}

let ended: Ended;
let report: LimboReport;

const rowOf = (id: string) => report.cases.find((row) => row.id === id);
const answerOf = (id: string) => rowOf(id)?.answers[0];

beforeAll(async () => {
  writeFileSync(join(folder, 'cases.json'), JSON.stringify({ version: 1, testcases: await forgedCases() }));
  mkdirSync(temporary);
  ended = await limbo(join(folder, 'cases.json'), '--json', '--no-mosquitto');
  report = JSON.parse(ended.stdout);
});

describe('npm run limbo', () => {
  test('explains every difference from openssl verify, and so ends with exit code 0', () => {
    expect(report.unexplained).toEqual([]);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(report.counts.agree + report.counts.explained).toBe(report.counts.answers);
  });

  test('presents each case with its key, its chain and its CRLs', () => {
    expect(answerOf('none')).toMatchObject({ outcome: 'accepted', openssl: 'OK', agrees: true });
    expect(answerOf('expired')).toMatchObject({
      outcome: 'closed',
      brokerSays: 'CERT_HAS_EXPIRED',
      agrees: true,
    });
    expect(answerOf('revoked')).toMatchObject({
      outcome: 'closed',
      brokerSays: 'CERT_REVOKED',
      agrees: true,
    });
    expect(answerOf('no-crl')).toMatchObject({ outcome: 'accepted', agrees: true });
    expect(answerOf('bad-signature')).toMatchObject({ outcome: 'closed', agrees: true });
    expect(answerOf('truncated-50')).toMatchObject({ outcome: 'decode_error', agrees: true });
    // Without its intermediate certificate the chain ends nowhere.
    expect(answerOf('odd')).toMatchObject({
      outcome: 'closed',
      brokerSays: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test('names what the command does not look at', () => {
    expect(answerOf('no-key')).toMatchObject({
      outcome: 'unexpected_message',
      explanation: 'no key in the case',
    });
    expect(answerOf('foreign-key')).toMatchObject({ outcome: 'decrypt_error', explanation: 'foreign key' });
    expect(answerOf('trailing-bytes')).toMatchObject({
      outcome: 'decode_error',
      explanation: 'octets behind the certificate',
    });
    expect(answerOf('junk-behind-the-roots')).toMatchObject({
      outcome: 'accepted',
      explanation: 'roots read in part',
    });
    for (const { name, sentence } of report.differences)
      expect([name, sentence.length > 20]).toEqual([name, true]);
  });

  test('says what keeps a case from being presented, and what is odd about one', () => {
    expect(rowOf('no-peer')?.notPresented).toBe('no peer certificate');
    expect(rowOf(`#${report.cases.length}`)?.notPresented).toBe('no peer certificate');
    expect(answerOf('no-roots')).toMatchObject({ outcome: 'not-started', agrees: true });
    expect(rowOf('odd')?.oddities).toEqual(
      expect.arrayContaining([
        'no expected_result',
        'crls is no list',
        'validation_time "yesterday" is no time: judged now',
      ]),
    );
  });

  test('leaves no file behind', () => {
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('refuses what is no file of cases in one sentence, with exit code 104', async () => {
    const write = (name: string, content: string) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const tries = await Promise.all([
      limbo(write('no.json', '{"testcases": [')),
      limbo(write('other.json', '{"version": 1, "cases": []}')),
      limbo(write('empty.json', '{"version": 1, "testcases": []}')),
      limbo(join(folder, 'nowhere.json')),
      limbo(),
      limbo('--frob', write('any.json', '{}')),
    ]);
    const sentences = [
      /no JSON/,
      /no list "testcases"/,
      /no list "testcases"/,
      /can't be read \(ENOENT\)/,
      /takes one file/,
      /--frob/,
    ];
    for (const [i, { code, stdout, stderr }] of tries.entries()) {
      expect([code, stdout]).toEqual([104, '']);
      expect(stderr).toMatch(sentences[i] ?? /^$/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});
