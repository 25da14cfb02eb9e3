import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Violation } from '../../src/wire/alerts.ts';
import {
  prepareIdentity,
  prepareOffer,
  prepareTrust,
  type TrustOptions,
  WireError,
} from '../../src/wire/index.ts';
import { encodeCertificate } from '../../src/wire/messages/certificate.ts';
import { authority, extensions, issue, type Party, pem, serverParty } from './pki.ts';

const root = authority('root');
const second = 864e5;

/** The alert that a chain is refused with, or `trusted`. */
function verdict(chain: Party[] | Buffer[], options: Partial<TrustOptions> = {}): string {
  const trust = prepareTrust({
    ca: pem(root.certificate),
    serverName: 'localhost',
    verifyServer: true,
    ...options,
  });
  const body = encodeCertificate(
    chain.map((each) => (Buffer.isBuffer(each) ? each : each.certificate)),
  ).subarray(4);
  try {
    const key = trust.serverKey(body);
    // Asked again it answers the same from memory.
    expect(trust.serverKey(Uint8Array.from(body))).toBe(key);
    return 'trusted';
  } catch (failure) {
    if (!(failure instanceof Violation)) throw failure;
    expect(failure.message.length).toBeGreaterThan(10);
    return failure.alert;
  }
}

function path(length: number, pathLength?: number): Party[] {
  const chain: Party[] = [];
  let issuer = root;
  for (let i = 0; i < length; i++) {
    issuer = issue({
      commonName: `intermediate ${i}`,
      issuer,
      extensions: [extensions.ca(pathLength), extensions.keyUsage(6)],
    });
    chain.unshift(issuer);
  }
  return [serverParty(issuer), ...chain];
}

describe('which server chains are trusted', () => {
  it('direct, and over up to five intermediates, in any order, with strangers among them', () => {
    for (let length = 0; length <= 5; length++) expect(verdict(path(length)), String(length)).toBe('trusted');
    const [leaf, ...rest] = path(3);
    expect(verdict([leaf as Party, authority('stranger'), ...rest.reverse()])).toBe('trusted');
  });

  it('not over six intermediates, nor where one is missing', () => {
    expect(verdict(path(6))).toBe('unknown_ca');
    expect(verdict(path(2).filter((_, i) => i !== 1))).toBe('unknown_ca');
  });

  it('the root sent along or not, as text with several certificates, as DER, as a list', () => {
    const leaf = serverParty(root);
    const other = authority('other root');
    expect(verdict([leaf, root])).toBe('trusted');
    expect(verdict([leaf], { ca: `# two\n${pem(other.certificate)}${pem(root.certificate)}` })).toBe(
      'trusted',
    );
    expect(verdict([leaf], { ca: root.certificate })).toBe('trusted');
    expect(verdict([leaf], { ca: [other.certificate, pem(root.certificate)] })).toBe('trusted');
    expect(verdict([leaf], { ca: pem(other.certificate) })).toBe('unknown_ca');
  });

  it('a self-signed server that is itself the trust anchor', () => {
    const self = issue({ commonName: 'self', extensions: [extensions.names(['localhost'])] });
    expect(verdict([self])).toBe('unknown_ca');
    expect(verdict([self], { ca: pem(self.certificate) })).toBe('trusted');
  });

  it('a root of the same name with another key is not the root', () => {
    expect(verdict([serverParty(authority('root'))])).toBe('decrypt_error');
  });

  it.each([
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
  ])('signed with %s', (_name, make) => {
    const ca = issue({
      commonName: 'another',
      pair: make(),
      extensions: [extensions.ca(), extensions.keyUsage(6)],
    });
    expect(verdict([serverParty(ca)], { ca: pem(ca.certificate) })).toBe('trusted');
  });

  it.each<[string, () => Party[], string]>([
    [
      'expired',
      () => [serverParty(root, { notBefore: Date.now() - 2 * second, notAfter: Date.now() - 1000 })],
      'certificate_expired',
    ],
    [
      'not yet valid',
      () => [serverParty(root, { notBefore: Date.now() + second, notAfter: Date.now() + 2 * second })],
      'bad_certificate',
    ],
    ['a broken signature', () => [serverParty(root, { breakSignature: true })], 'decrypt_error'],
    [
      'no subject alternative name, only a CN',
      () => [serverParty(root, { commonName: 'localhost', extensions: [extensions.serverAuth] })],
      'bad_certificate',
    ],
    [
      'another name',
      () => [serverParty(root, { extensions: [extensions.names(['localhost.example'])] })],
      'bad_certificate',
    ],
    [
      'for clients only',
      () => [serverParty(root, { extensions: [extensions.names(['localhost']), extensions.clientAuth] })],
      'unsupported_certificate',
    ],
    [
      'not for signatures',
      () => [serverParty(root, { extensions: [extensions.names(['localhost']), extensions.keyUsage(0x20)] })],
      'unsupported_certificate',
    ],
    [
      'an unknown critical extension',
      () => [
        serverParty(root, { extensions: [extensions.names(['localhost']), extensions.unknownCritical] }),
      ],
      'unsupported_certificate',
    ],
    [
      'issued by what is no CA',
      () => {
        const leaf = serverParty(root);
        return [serverParty(leaf), leaf];
      },
      'unknown_ca',
    ],
    [
      'an intermediate without keyCertSign',
      () => {
        const ca = issue({
          commonName: 'i',
          issuer: root,
          extensions: [extensions.ca(), extensions.keyUsage(0x80)],
        });
        return [serverParty(ca), ca];
      },
      'unknown_ca',
    ],
    [
      'an expired intermediate',
      () => {
        const ca = issue({
          commonName: 'i',
          issuer: root,
          extensions: [extensions.ca()],
          notAfter: Date.now() - 1000,
        });
        return [serverParty(ca), ca];
      },
      'certificate_expired',
    ],
    [
      'an intermediate with name constraints',
      () => {
        const ca = authority('i', root, [extensions.nameConstraints]);
        return [serverParty(ca), ca];
      },
      'unsupported_certificate',
    ],
    [
      'an intermediate for clients only',
      () => {
        const ca = authority('i', root, [extensions.clientAuth]);
        return [serverParty(ca), ca];
      },
      'unsupported_certificate',
    ],
    ['a path longer than its CA allows', () => path(2, 0), 'unknown_ca'],
  ])('refused: %s', (_name, make, alert) => {
    expect(verdict(make())).toBe(alert);
  });

  it('names: wildcards for one label, IP addresses by address', () => {
    const wild = serverParty(root, { extensions: [extensions.names(['*.example.com'], ['127.0.0.1'])] });
    expect(verdict([wild], { serverName: 'broker.example.com' })).toBe('trusted');
    expect(verdict([wild], { serverName: 'a.b.example.com' })).toBe('bad_certificate');
    expect(verdict([wild], { serverName: '127.0.0.1' })).toBe('trusted');
    expect(verdict([wild], { serverName: '127.0.0.2' })).toBe('bad_certificate');
  });

  it('a chain that was trusted is refused once it has expired', () => {
    const soon = serverParty(root, { notAfter: Date.now() + second });
    const trust = prepareTrust({ ca: pem(root.certificate), serverName: 'localhost', verifyServer: true });
    const body = encodeCertificate([soon.certificate]).subarray(4);
    trust.serverKey(body);
    const { now } = Date;
    Date.now = () => now() + 2 * second;
    try {
      expect(() => trust.serverKey(body)).toThrow(/expired/);
    } finally {
      Date.now = now;
    }
  });

  it('a hundred intermediates that all might be the issuer do not take for ever', () => {
    const twins = Array.from({ length: 100 }, () =>
      issue({ commonName: 'twin', extensions: [extensions.ca()] }),
    );
    const leaf = serverParty(issue({ commonName: 'twin', extensions: [extensions.ca()] }));
    expect(['unknown_ca', 'decrypt_error']).toContain(verdict([leaf, ...twins]));
  });
});

describe('what cannot be done is refused while preparing, with a code and a sentence', () => {
  const code = (prepare: () => unknown): string => {
    try {
      prepare();
    } catch (failure) {
      if (failure instanceof WireError) return failure.code;
      throw failure;
    }
    return 'none';
  };
  const base: TrustOptions = { ca: pem(root.certificate), serverName: 'localhost', verifyServer: true };

  it('trust', () => {
    expect(code(() => prepareTrust({ ...base, ca: null }))).toBe('NO_TRUST_ANCHOR');
    expect(code(() => prepareTrust({ ...base, ca: '' }))).toBe('NO_TRUST_ANCHOR');
    expect(code(() => prepareTrust({ ...base, ca: [] }))).toBe('NO_TRUST_ANCHOR');
    expect(code(() => prepareTrust({ ...base, ca: Buffer.from('junk') }))).toBe('BAD_TRUST_ANCHOR');
    expect(code(() => prepareTrust({ ...base, serverName: '' }))).toBe('NO_SERVER_NAME');
    expect(code(() => prepareTrust({ ca: null, serverName: '', verifyServer: false }))).toBe('none');
  });

  it('identities and offers', () => {
    expect(code(() => prepareIdentity({ chain: [], key: Buffer.from('junk') }))).toBe('BAD_PRIVATE_KEY');
    const odd = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
    expect(code(() => prepareIdentity({ chain: [], key: odd }))).toBe('UNSUPPORTED_KEY');
    expect(code(() => prepareOffer({ serverName: '', groups: ['P-521'] }))).toBe('UNKNOWN_GROUP');
    expect(code(() => prepareOffer({ serverName: '', cipherSuites: ['AES'] }))).toBe('UNKNOWN_CIPHER_SUITE');
    expect(code(() => prepareOffer({ serverName: '', signatureSchemes: ['md5'] }))).toBe(
      'UNKNOWN_SIGNATURE_SCHEME',
    );
    expect(code(() => prepareOffer({ serverName: '', groups: [] }))).toBe('NOTHING_OFFERED');
    expect(code(() => prepareOffer({ serverName: '', alpn: [''] }))).toBe('BAD_ALPN');
    expect(code(() => prepareOffer({ serverName: '', groups: ['x25519'], shareGroups: ['secp256r1'] }))).toBe(
      'UNKNOWN_GROUP',
    );
  });
});
