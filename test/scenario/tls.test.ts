import { describe, expect, it } from 'vitest';
import { tlsFaults } from '../../src/scenario/tls-checks.ts';
import { signatureAlgorithms, tls13Suites, tlsGroups } from '../../src/scenario/tls-schema.ts';
import { suitesOfTlsConnect } from '../../src/storm/tls-order.ts';
import { cipherSuites, namedGroups, signatureSchemes } from '../../src/wire/index.ts';
import { words } from './words.ts';
import { readOne, scenario, sentencesOf } from './written.ts';

const cohort = (fields: string) =>
  scenario({ cohorts: `cohorts:\n  - { name: good, expect: accept, ${fields} }` });
const faults = (tls: object, driver: string) =>
  tlsFaults({ cohorts: [{ driver, tls }] }, words).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe("a cohort's tls", () => {
  it('goes into the plan as it is written, and no field more', async () => {
    const tls = "tls: { versions: ['1.3'], groups: [P-256, X25519], alpn: [mqtt], sni: none, fragment: 600 }";
    expect((await readOne(cohort(tls))).cohorts[0]?.tls).toEqual({
      versions: ['1.3'],
      groups: ['P-256', 'X25519'],
      alpn: ['mqtt'],
      sni: 'none',
      fragment: 600,
    });
    expect((await readOne(scenario({}))).cohorts[0]).not.toHaveProperty('tls');
  });

  it('has words that the wire client knows too', () => {
    expect([...tls13Suites]).toEqual(suitesOfTlsConnect);
    expect(cipherSuites.map(({ name }) => name).sort()).toEqual([...tls13Suites].sort());
    expect(namedGroups).toHaveLength(tlsGroups.length);
    const schemes = signatureSchemes.map(({ name }) => name);
    for (const name of signatureAlgorithms) expect(schemes).toContain(name);
  });

  it.each([
    ['tls: { versions: [1.3] }', /versions\[0\]: .*: expected/],
    ['tls: { groups: [x25519] }', /unknown group 'x25519': .*; did you mean 'X25519'\?/],
    ['tls: { ciphers: [RC4] }', /unknown cipher suite 'RC4'/],
    ['tls: { sni: "a b" }', /tls\.sni: .*: expected a host name, or none/],
    ['tls: { fragment: 3 }', /fragment: 3 is too small/],
  ])('%s is told in a sentence', async (fields, sentence) => {
    expect((await sentencesOf(cohort(fields))).join('\n')).toMatch(sentence);
  });

  it('that a driver or a version cannot do is told where it stands', () => {
    const [older = ''] = ['ECDHE-ECDSA-AES128-GCM-SHA256'];
    expect(faults({ versions: ['1.2', '1.3'] }, 'wire')).toEqual([
      "cohorts.0.tls.versions: driver 'wire' speaks TLS 1.3 only",
    ]);
    expect(faults({ ciphers: [older] }, 'wire')).toEqual([
      "cohorts.0.tls.ciphers: driver 'wire' has no suites of TLS 1.2",
    ]);
    expect(faults({ ciphers: [older], versions: ['1.2', '1.3'] }, 'node')).toEqual([
      'cohorts.0.tls.ciphers: no suite for TLS 1.3, which is offered',
    ]);
    expect(faults({ fragment: 100 }, 'node')).toEqual([
      "cohorts.0.tls.fragment: driver 'node' makes no fragments of 100 bytes",
    ]);
    expect(faults({ fragment: 100 }, 'wire')).toEqual([]);
  });
});
