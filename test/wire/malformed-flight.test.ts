import { describe, expect, it } from 'vitest';
import { encodeCertificate } from '../../src/wire/messages/certificate.ts';
import { emptyFlight, endingOf, party, unverified } from './meeting.ts';
import { authority, serverParty } from './pki.ts';
import { extension, message, type Script, vector } from './scripted-server.ts';

describe('a flight that is wrong', () => {
  const all = ['EncryptedExtensions', 'CertificateRequest', 'Certificate', 'CertificateVerify', 'Finished'];
  const without = (...names: string[]) => all.filter((name) => !names.includes(name));
  const flip = (at: number) => (spoken: Buffer) => {
    const copy = Buffer.from(spoken);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy;
  };
  const scheme = (code: number) => (spoken: Buffer) => {
    const copy = Buffer.from(spoken);
    copy.writeUInt16BE(code, 4);
    return copy;
  };
  const longer = (spoken: Buffer) =>
    message(spoken[0] ?? 0, Buffer.concat([spoken.subarray(4), Buffer.from([0])]));
  const alpn = (...names: string[]) =>
    extension(16, vector(2, ...names.map((name) => vector(1, Buffer.from(name)))));
  const request = (...extensions: Buffer[]) => Buffer.concat([Buffer.from([0]), vector(2, ...extensions)]);
  const algorithms = extension(13, vector(2, Buffer.from([4, 3])));
  const entry = (...parts: Buffer[]) => Buffer.concat([Buffer.from([0]), vector(3, ...parts)]);

  it.each<[string, Partial<Script>, string]>([
    ['no EncryptedExtensions', { order: without('EncryptedExtensions') }, 'unexpected_message'],
    ['no Certificate', { order: without('Certificate', 'CertificateVerify') }, 'unexpected_message'],
    ['no CertificateVerify', { order: without('CertificateVerify') }, 'unexpected_message'],
    [
      'CertificateRequest behind Certificate',
      {
        order: ['EncryptedExtensions', 'Certificate', 'CertificateRequest', 'CertificateVerify', 'Finished'],
      },
      'unexpected_message',
    ],
    [
      'CertificateRequest twice',
      {
        order: [
          'EncryptedExtensions',
          'CertificateRequest',
          'CertificateRequest',
          'Certificate',
          'CertificateVerify',
          'Finished',
        ],
      },
      'unexpected_message',
    ],
    ['Finished at once', { order: ['EncryptedExtensions', 'Finished'] }, 'unexpected_message'],
    ['EncryptedExtensions twice', { order: ['EncryptedExtensions', ...all] }, 'unexpected_message'],
    ['server_name with content', { encryptedExtensions: extension(0, Buffer.from([1])) }, 'decode_error'],
    ['an application protocol not offered', { encryptedExtensions: alpn('h2') }, 'illegal_parameter'],
    ['two application protocols', { encryptedExtensions: alpn('mqtt', 'mqtt') }, 'decode_error'],
    [
      'an extension not offered',
      { encryptedExtensions: extension(0x1234, Buffer.alloc(0)) },
      'unsupported_extension',
    ],
    [
      'early_data not offered',
      { encryptedExtensions: extension(42, Buffer.alloc(0)) },
      'unsupported_extension',
    ],
    [
      'key_share in EncryptedExtensions',
      { encryptedExtensions: extension(51, Buffer.alloc(0)) },
      'illegal_parameter',
    ],
    [
      'supported_groups of odd length',
      { encryptedExtensions: extension(10, vector(2, Buffer.from([0, 29, 0]))) },
      'decode_error',
    ],
    [
      'a CertificateRequest with context',
      { certificateRequest: Buffer.concat([vector(1, Buffer.from([1])), vector(2, algorithms)]) },
      'illegal_parameter',
    ],
    [
      'a CertificateRequest without signature_algorithms',
      { certificateRequest: request(extension(47, vector(2, vector(2, Buffer.from('x'))))) },
      'missing_extension',
    ],
    [
      'a CertificateRequest with signature_algorithms twice',
      { certificateRequest: request(algorithms, algorithms) },
      'illegal_parameter',
    ],
    [
      'a CertificateRequest with an odd list',
      { certificateRequest: request(extension(13, vector(2, Buffer.from([4, 3, 8])))) },
      'decode_error',
    ],
    [
      'a CertificateRequest with bytes behind',
      { certificateRequest: Buffer.concat([request(algorithms), Buffer.from([0])]) },
      'decode_error',
    ],
    [
      'an unknown extension in CertificateRequest, which is to be ignored',
      { certificateRequest: request(algorithms, extension(0x4444, Buffer.from([1]))) },
      'open',
    ],
    ['an empty Certificate', { certificate: entry() }, 'decode_error'],
    [
      'a Certificate with context',
      { certificate: Buffer.concat([vector(1, Buffer.from([1])), vector(3)]) },
      'illegal_parameter',
    ],
    ['a certificate of no bytes', { certificate: entry(vector(3), emptyFlight) }, 'decode_error'],
    [
      'a certificate that is none',
      { certificate: entry(vector(3, Buffer.from('junk')), emptyFlight) },
      'bad_certificate',
    ],
    [
      'a certificate cut in half',
      { certificate: entry(vector(3, party.certificate.subarray(0, 200)), emptyFlight) },
      'bad_certificate',
    ],
    [
      'an extension of a certificate',
      { certificate: entry(vector(3, party.certificate), vector(2, extension(5, Buffer.alloc(0)))) },
      'unsupported_extension',
    ],
    [
      'a Certificate with bytes behind',
      { certificate: Buffer.concat([encodeCertificate([party.certificate]).subarray(4), Buffer.from([0])]) },
      'decode_error',
    ],
    ['a CertificateVerify with one bit changed', { certificateVerify: flip(30) }, 'decrypt_error'],
    [
      'a CertificateVerify of a scheme not offered',
      { certificateVerify: scheme(0x0203) },
      'illegal_parameter',
    ],
    [
      'a CertificateVerify with RSASSA-PKCS1-v1_5',
      { certificateVerify: scheme(0x0401) },
      'illegal_parameter',
    ],
    [
      'a CertificateVerify of a scheme that does not fit the key',
      { certificateVerify: scheme(0x0804) },
      'illegal_parameter',
    ],
    ['a CertificateVerify with bytes behind', { certificateVerify: longer }, 'decode_error'],
    ['a Finished with one bit changed', { finished: flip(10) }, 'decrypt_error'],
    ['a Finished that is too long', { finished: longer }, 'decode_error'],
    ['a Finished that is too short', { finished: (m) => message(20, m.subarray(5)) }, 'decode_error'],
  ])('%s', (_name, script, alert) => {
    expect(endingOf(script)).toBe(alert);
  });

  it('unverified skips chain, name and the signature of CertificateVerify, and nothing else', () => {
    const other = serverParty(authority('another CA'), { extensions: [] });
    expect(endingOf({ party: other })).not.toBe('open');
    expect(endingOf({ party: other }, { trust: unverified })).toBe('open');
    expect(endingOf({ certificateVerify: flip(30) }, { trust: unverified })).toBe('open');
    expect(endingOf({ finished: flip(10) }, { trust: unverified })).toBe('decrypt_error');
    expect(endingOf({ certificateVerify: scheme(0x0203) }, { trust: unverified })).toBe('illegal_parameter');
    expect(endingOf({ certificate: entry() }, { trust: unverified })).toBe('decode_error');
  });
});
