import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningTarget } from '../../src/targets/target.ts';
import { openLyingProxy } from './lying-proxy.ts';
import { countsOf, settledSnapshot, startBroker } from './test-broker.ts';
import { attemptConnect, clientOptions } from './test-client.ts';
import { type ClientName, makeTestPki, type TestPki } from './test-pki.ts';

let pki: TestPki;

beforeAll(() => {
  pki = makeTestPki();
});

afterAll(() => pki.remove());

/** The broker's own count of each defect; one block of source addresses a defect, one attempt over TLS 1.3 and one over TLS 1.2. */
const causes: Record<'none' | 'crl-native', Record<ClientName, string>> = {
  none: {
    good: 'accepted accepted',
    revoked: 'accepted accepted',
    expired: 'refused tls CERT_HAS_EXPIRED',
    'not-yet-valid': 'refused tls CERT_NOT_YET_VALID',
    'unknown-ca': 'refused tls UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'self-signed': 'refused tls DEPTH_ZERO_SELF_SIGNED_CERT',
    'wrong-eku': 'refused tls INVALID_PURPOSE',
    'bad-signature': 'refused tls CERT_SIGNATURE_FAILURE',
  },
  'crl-native': {
    good: 'accepted accepted',
    revoked: 'refused tls CERT_REVOKED',
    expired: 'refused tls CERT_HAS_EXPIRED',
    'not-yet-valid': 'refused tls CERT_NOT_YET_VALID',
    'unknown-ca': 'refused tls UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    // Node lets OpenSSL look on after each error and keeps the last: the self-signed certificate has no CRL either.
    'self-signed': 'refused tls UNABLE_TO_GET_CRL',
    'wrong-eku': 'refused tls INVALID_PURPOSE',
    'bad-signature': 'refused tls CERT_SIGNATURE_FAILURE',
  },
};

describe.each(['none', 'crl-native'] as const)('with revocation %s', (revocation) => {
  let broker: RunningTarget;

  beforeAll(async () => {
    broker = await startBroker(pki, { revocation });
  });

  afterAll(() => broker.stop());

  test('each defect is counted once, for its cause, under the address it came from', async () => {
    const before = (await broker.snapshot()).connections ?? 0;
    const names = Object.keys(causes[revocation]) as ClientName[];
    for (const [index, name] of names.entries()) {
      const options = { ...clientOptions(pki, pki.clients[name]), localAddress: `127.20.${index}.1` };
      const accepted = causes[revocation][name] === 'accepted accepted';
      for (const maxVersion of ['TLSv1.3', 'TLSv1.2'] as const) {
        const ending = await attemptConnect(broker.address, { ...options, maxVersion });
        expect(ending === 0, `${name} over ${maxVersion}: ${ending}`).toBe(accepted);
      }
    }
    const snapshot = await settledSnapshot(broker, before + 2 * names.length);
    const counted = names.map((name, index) => [name, countsOf(snapshot, `127.20.${index}`)]);
    expect(Object.fromEntries(counted)).toEqual(
      Object.fromEntries(names.map((name) => [name, { [causes[revocation][name]]: 2 }])),
    );
  });

  test('a client without a certificate is refused inside the handshake, with an alert', async () => {
    const before = (await broker.snapshot()).connections ?? 0;
    const options = { ...clientOptions(pki, null), localAddress: '127.21.0.1' };
    expect(await attemptConnect(broker.address, options)).toBe(
      'error ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    );
    expect(countsOf(await settledSnapshot(broker, before + 1), '127.21.0')).toEqual({
      'refused tls ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE': 1,
    });
  });

  test('a client that does not hold the key of its certificate is refused inside the handshake', async () => {
    const before = (await broker.snapshot()).connections ?? 0;
    const proxy = await openLyingProxy(broker.address, '127.22.0.1');
    const options = clientOptions(pki, pki.clients.good);
    expect(await attemptConnect(proxy.address, { ...options, maxVersion: 'TLSv1.2' })).toMatch(
      /^error ERR_SSL_.*ALERT/,
    );
    proxy.close();
    expect(countsOf(await settledSnapshot(broker, before + 1), '127.22.0')).toEqual({
      'refused tls ERR_SSL_PROVIDER_SIGNATURE_FAILURE': 1,
    });
  });
});
