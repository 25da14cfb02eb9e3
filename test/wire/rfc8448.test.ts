import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ClientOutput, TlsClient } from '../../src/wire/client.ts';
import { cipherSuiteNamed } from '../../src/wire/crypto/cipher-suites.ts';
import { expandLabel, extract, sha256 } from '../../src/wire/crypto/hkdf.ts';
import type { Ending } from '../../src/wire/ending.ts';
import { type PreparedIdentity, prepareIdentity } from '../../src/wire/identity.ts';
import { trafficKeys, verifyData } from '../../src/wire/key-schedule.ts';
import { readCertificate } from '../../src/wire/messages/certificate.ts';
import { readCertificateVerify } from '../../src/wire/messages/certificate-verify.ts';
import type { Offer } from '../../src/wire/offer.ts';
import { binder, type Session } from '../../src/wire/session.ts';
import { checkServerSignature, serverKeyOf, signatureSchemes } from '../../src/wire/signature-schemes.ts';
import { prepareTrust } from '../../src/wire/trust/trust.ts';
import { octets, recordedHello, recordedOffer, shareOf, trace } from './traces.ts';

const nobody = prepareIdentity({ chain: [], key: null });
const unverified = prepareTrust({ ca: null, serverName: 'server', verifyServer: false });

type Played = { client: TlsClient; sent: Buffer[]; data: Buffer[]; endings: Ending[]; sessions: Session[] };

function play(offer: Offer, identity: PreparedIdentity = nobody): Played {
  const played: Omit<Played, 'client'> = { sent: [], data: [], endings: [], sessions: [] };
  const output: ClientOutput = {
    transmit: (bytes) => played.sent.push(Buffer.from(bytes)),
    onApplicationData: (bytes) => played.data.push(Buffer.from(bytes)),
    onSession: (session) => played.sessions.push(session),
    ended: (ending) => played.endings.push(ending),
  };
  const client = new TlsClient({ offer, identity, trust: unverified, applicationData: null }, output);
  client.start();
  return { client, ...played };
}

function hello(section: number, nth = 0, share = 0) {
  const kind = octetsKind(section, share);
  const message = octets(section, 'client', 'send handshake record', 'complete record', nth).subarray(5);
  return recordedHello(message, [
    shareOf(kind, octets(section, 'client', `create an ephemeral ${kind}`, 'private key')),
  ]);
}

function octetsKind(section: number, share: number): 'x25519' | 'P-256' {
  const steps = trace.filter(
    (each) => each.section === section && each.who === 'client' && each.step.startsWith('create'),
  );
  return steps[share]?.step.includes('P-256') === true ? 'P-256' : 'x25519';
}

function serverRecord(section: number, nth: number): Buffer {
  return octets(section, 'server', 'send handshake record', 'complete record', nth);
}

function clientRecord(section: number, nth: number): Buffer {
  return octets(section, 'client', 'send handshake record', 'complete record', nth);
}

describe('the traces of RFC 8448', () => {
  it('every Extract of sections 3 to 7 gives the secret printed', () => {
    const steps = trace.filter(
      (each) => each.step.startsWith('extract secret') && each.octets.IKM && each.octets.secret,
    );
    expect(steps.length).toBeGreaterThan(9);
    for (const {
      octets: { salt, IKM, secret },
    } of steps) {
      const saltKey = sha256.hmacKey(salt === undefined ? new Uint8Array(32) : Buffer.from(salt, 'hex'));
      expect(Buffer.from(extract(saltKey, Buffer.from(IKM ?? '', 'hex'))).toString('hex')).toBe(secret);
    }
  });

  it('every Derive-Secret of sections 3 to 7 gives the secret printed', () => {
    let checked = 0;
    for (const { step, octets: fields } of trace) {
      const label = /"tls13 ([^"]+)"/.exec(step)?.[1];
      if (label === undefined || !fields.PRK || !fields.expanded) continue;
      const context = Buffer.from(label === 'finished' ? '' : (fields.hash ?? ''), 'hex');
      const secret = sha256.hmacKey(Buffer.from(fields.PRK, 'hex'));
      expect(Buffer.from(expandLabel(secret, label, context, 32)).toString('hex'), step).toBe(
        fields.expanded,
      );
      checked++;
    }
    expect(checked).toBeGreaterThan(40);
  });

  it('every traffic key and iv of sections 3 to 7 is the one printed', () => {
    const suite = cipherSuiteNamed('TLS_AES_128_GCM_SHA256');
    let checked = 0;
    for (const { octets: fields } of trace) {
      if (!fields.PRK || !fields['key expanded']) continue;
      const { key, iv } = trafficKeys(suite, sha256.hmacKey(Buffer.from(fields.PRK, 'hex')));
      expect(Buffer.from(key).toString('hex')).toBe(fields['key expanded']);
      expect(Buffer.from(iv).toString('hex')).toBe(fields['iv expanded']);
      checked++;
    }
    expect(checked).toBeGreaterThan(12);
  });

  it('section 3: a plain handshake, a ticket, application data and close_notify, byte for byte', () => {
    const { client, sent, data, endings, sessions } = play(recordedOffer(hello(3)));
    client.receive(serverRecord(3, 0));
    client.receive(serverRecord(3, 1));
    expect(client.phase).toBe('open');
    client.receive(serverRecord(3, 2));
    expect(sessions).toHaveLength(1);
    expect(Buffer.from(sessions[0]?.psk ?? []).toString('hex')).toBe(
      octets(3, 'server', 'generate resumption secret', 'expanded').toString('hex'),
    );
    client.write(Buffer.from(Array.from({ length: 50 }, (_, i) => i)));
    client.receive(octets(3, 'server', 'send application_data record', 'complete record'));
    client.close();
    expect(sent.map((record) => record.toString('hex'))).toEqual(
      [
        clientRecord(3, 0),
        clientRecord(3, 1),
        octets(3, 'client', 'send application_data record', 'complete record'),
        octets(3, 'client', 'send alert record', 'complete record'),
      ].map((record) => record.toString('hex')),
    );
    expect(data).toEqual([Buffer.from(Array.from({ length: 50 }, (_, i) => i))]);
    expect(endings).toEqual([{ kind: 'local-close' }]);
  });

  it('section 3: the server closing first ends as close-notify', () => {
    const { client, endings } = play(recordedOffer(hello(3)));
    for (const nth of [0, 1, 2]) client.receive(serverRecord(3, nth));
    client.receive(octets(3, 'server', 'send application_data record', 'complete record'));
    client.receive(octets(3, 'server', 'send alert record', 'complete record'));
    expect(endings).toEqual([{ kind: 'close-notify' }]);
  });

  it('section 3: whatever pieces the bytes come in, the client says the same', () => {
    const flight = Buffer.concat([serverRecord(3, 0), serverRecord(3, 1), serverRecord(3, 2)]);
    for (const size of [1, 2, 3, 5, 7, 64, 250, flight.length]) {
      const { client, sent, sessions } = play(recordedOffer(hello(3)));
      for (let at = 0; at < flight.length; at += size) client.receive(flight.subarray(at, at + size));
      expect(Buffer.concat(sent).toString('hex')).toBe(
        Buffer.concat([clientRecord(3, 0), clientRecord(3, 1)]).toString('hex'),
      );
      expect(sessions).toHaveLength(1);
    }
  });

  it('sections 3 and 6: the CertificateVerify of the server is found good, and not with one bit changed', () => {
    const offered = new Set(signatureSchemes.map((scheme) => scheme.code));
    for (const section of [3, 6]) {
      const message = (step: string, field: string) => octets(section, 'server', step, field);
      const certificate = message('construct a Certificate handshake', 'Certificate');
      const request =
        section === 6 ? message('construct a CertificateRequest', 'CertificateRequest') : Buffer.alloc(0);
      const transcript = Buffer.concat([
        octets(section, 'client', 'construct a ClientHello', 'ClientHello'),
        message('construct a ServerHello', 'ServerHello'),
        message('construct an EncryptedExtensions', 'EncryptedExtensions'),
        request,
        certificate,
      ]);
      const [leaf] = readCertificate(certificate.subarray(4));
      const key = serverKeyOf(new X509Certificate(leaf ?? new Uint8Array(0)).publicKey);
      const verify = message('construct a CertificateVerify', 'CertificateVerify').subarray(4);
      const { scheme, signature } = readCertificateVerify(verify);
      const hash = () => sha256.digest(transcript);
      checkServerSignature(offered, scheme, key, hash, signature);
      const flipped = Uint8Array.from(signature);
      flipped[40] = (flipped[40] ?? 0) ^ 4;
      expect(() => checkServerSignature(offered, scheme, key, hash, flipped)).toThrow(/signature is wrong/);
    }
  });

  it('section 4: the PSK binder is the one printed', () => {
    const psk = octets(4, 'client', 'extract secret "early"', 'IKM');
    const prefix = octets(4, 'client', 'calculate PSK binder', 'ClientHello prefix');
    expect(Buffer.from(binder(sha256, psk, prefix)).toString('hex')).toBe(
      octets(4, 'client', 'calculate PSK binder', 'finished').toString('hex'),
    );
  });

  it('section 5: HelloRetryRequest with a cookie and a change to P-256, byte for byte', () => {
    const { client, sent, endings } = play(recordedOffer(hello(5), hello(5, 1, 1)));
    client.receive(serverRecord(5, 0));
    client.receive(serverRecord(5, 1));
    client.receive(serverRecord(5, 2));
    expect(client.handshake.retried).toBe(true);
    expect(client.handshake.group?.name).toBe('secp256r1');
    client.close();
    expect(sent.map((record) => record.toString('hex'))).toEqual(
      [
        clientRecord(5, 0),
        clientRecord(5, 1),
        clientRecord(5, 2),
        octets(5, 'client', 'send alert record', 'complete record'),
      ].map((record) => record.toString('hex')),
    );
    expect(endings).toEqual([{ kind: 'local-close' }]);
  });

  it('section 6: client authentication, byte for byte (with the signature that the trace prints, PSS being random)', () => {
    const verify = readCertificateVerify(
      octets(6, 'client', 'construct a CertificateVerify', 'CertificateVerify').subarray(4),
    );
    const rsa = signatureSchemes.filter((scheme) => scheme.code === verify.scheme);
    const identity: PreparedIdentity = {
      ...nobody,
      certificate: octets(6, 'client', 'construct a Certificate handshake', 'Certificate'),
      presents: true,
      schemes: rsa,
      sign: () => verify.signature,
    };
    const { client, sent, endings } = play(recordedOffer(hello(6)), identity);
    client.receive(serverRecord(6, 0));
    client.receive(serverRecord(6, 1));
    expect(client.handshake.presented).toBe('certificate');
    client.close();
    expect(sent.map((record) => record.toString('hex'))).toEqual(
      [
        clientRecord(6, 0),
        clientRecord(6, 1),
        octets(6, 'client', 'send alert record', 'complete record'),
      ].map((record) => record.toString('hex')),
    );
    expect(endings).toEqual([{ kind: 'local-close' }]);
  });

  it('section 6: what the client signed is what the server would check', () => {
    const verifyMessage = octets(6, 'client', 'construct a CertificateVerify', 'CertificateVerify');
    const finishedKeyPrk = octets(6, 'client', 'calculate finished', 'PRK');
    const transcript = Buffer.concat([
      octets(6, 'client', 'construct a ClientHello', 'ClientHello'),
      octets(6, 'server', 'construct a ServerHello', 'ServerHello'),
      octets(6, 'server', 'construct an EncryptedExtensions', 'EncryptedExtensions'),
      octets(6, 'server', 'construct a CertificateRequest', 'CertificateRequest'),
      octets(6, 'server', 'construct a Certificate handshake', 'Certificate'),
      octets(6, 'server', 'construct a CertificateVerify', 'CertificateVerify'),
      octets(6, 'server', 'construct a Finished', 'Finished'),
      octets(6, 'client', 'construct a Certificate handshake', 'Certificate'),
      verifyMessage,
    ]);
    const data = verifyData(sha256, sha256.hmacKey(finishedKeyPrk), sha256.digest(transcript));
    expect(Buffer.from(data).toString('hex')).toBe(
      octets(6, 'client', 'calculate finished', 'finished').toString('hex'),
    );
  });

  it('section 7: compatibility mode, with session id and change_cipher_spec both ways, byte for byte', () => {
    const { client, sent, endings } = play(recordedOffer(hello(7)));
    client.receive(serverRecord(7, 0));
    client.receive(octets(7, 'server', 'send change_cipher_spec record', 'complete record'));
    client.receive(serverRecord(7, 1));
    client.close();
    expect(Buffer.concat(sent).toString('hex')).toBe(
      Buffer.concat([
        clientRecord(7, 0),
        octets(7, 'client', 'send change_cipher_spec record', 'complete record'),
        clientRecord(7, 1),
        octets(7, 'client', 'send alert record', 'complete record'),
      ]).toString('hex'),
    );
    expect(endings).toEqual([{ kind: 'local-close' }]);
  });
});
