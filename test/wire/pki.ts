import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A CA for the tests of this room, small enough to be wrong on purpose. */

export function der(tag: number, ...contents: (Uint8Array | number[])[]): Buffer {
  const body = Buffer.concat(contents.map((each) => Buffer.from(each)));
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), body]);
  const octets =
    length < 0x100
      ? [length]
      : length < 0x10000
        ? [length >> 8, length & 255]
        : [length >> 16, (length >> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from([tag, 0x80 | octets.length, ...octets]), body]);
}

const oid = (hex: string) => der(6, Buffer.from(hex, 'hex'));
const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);

function name(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
}

function time(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, '').replace(/\.\d+/, '');
  return text < '2050' ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}

export function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [der(1, [255])] : []), der(4, value));
}

export const extensions = {
  ca: (pathLength?: number) =>
    extension(
      '551d13',
      true,
      sequence(der(1, [255]), ...(pathLength === undefined ? [] : [der(2, [pathLength])])),
    ),
  keyUsage: (bits: number) => extension('551d0f', true, der(3, [0, bits])),
  serverAuth: extension('551d25', false, sequence(oid('2b06010505070301'))),
  clientAuth: extension('551d25', false, sequence(oid('2b06010505070302'))),
  names: (dns: string[], ips: string[] = []) =>
    extension(
      '551d11',
      false,
      sequence(
        ...dns.map((each) => der(0x82, Buffer.from(each))),
        ...ips.map((each) => der(0x87, each.split('.').map(Number))),
      ),
    ),
  nameConstraints: extension(
    '551d1e',
    true,
    sequence(der(0xa0, sequence(der(0x82, Buffer.from('example'))))),
  ),
  unknownCritical: extension('2a0304', true, der(5)),
};

const signatureAlgorithms: Record<string, { identifier: Buffer; digest: string | null }> = {
  ec: { identifier: sequence(oid('2a8648ce3d040302')), digest: 'sha256' },
  rsa: { identifier: sequence(oid('2a864886f70d01010b'), der(5)), digest: 'sha256' },
  ed25519: { identifier: sequence(oid('2b6570')), digest: null },
};

export type Party = { key: KeyObject; publicKey: KeyObject; certificate: Buffer; commonName: string };

export type IssueOptions = {
  commonName: string;
  issuer?: Party;
  pair?: { privateKey: KeyObject; publicKey: KeyObject };
  extensions?: Buffer[];
  notBefore?: number;
  notAfter?: number;
  breakSignature?: boolean;
};

const day = 86_400_000;

/** A certificate (self-signed without an issuer) and its key, P-256 unless a pair is given. */
export function issue(options: IssueOptions): Party {
  const pair = options.pair ?? generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = options.issuer?.key ?? pair.privateKey;
  const algorithm = signatureAlgorithms[signer.asymmetricKeyType ?? ''];
  if (algorithm === undefined)
    throw new Error(`the tests' CA does not sign with ${signer.asymmetricKeyType}`);
  const tbs = sequence(
    der(0xa0, der(2, [2])),
    der(2, [1, ...randomBytes(8)]),
    algorithm.identifier,
    name(options.issuer?.commonName ?? options.commonName),
    sequence(time(options.notBefore ?? Date.now() - day), time(options.notAfter ?? Date.now() + day)),
    name(options.commonName),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    ...(options.extensions?.length ? [der(0xa3, sequence(...options.extensions))] : []),
  );
  const signature = Buffer.from(sign(algorithm.digest, tbs, signer));
  if (options.breakSignature === true) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
  const certificate = sequence(tbs, algorithm.identifier, der(3, [0], signature));
  return { key: pair.privateKey, publicKey: pair.publicKey, certificate, commonName: options.commonName };
}

export function authority(commonName: string, issuer?: Party, more: Buffer[] = []): Party {
  return issue({
    commonName,
    ...(issuer ? { issuer } : {}),
    extensions: [extensions.ca(), extensions.keyUsage(0x06), ...more],
  });
}

export function serverParty(issuer: Party, options: Partial<IssueOptions> = {}): Party {
  return issue({
    commonName: 'server',
    issuer,
    extensions: [
      extensions.names(['localhost'], ['127.0.0.1']),
      extensions.serverAuth,
      extensions.keyUsage(0x80),
    ],
    ...options,
  });
}

export function clientParty(issuer: Party, options: Partial<IssueOptions> = {}): Party {
  return issue({
    commonName: 'device-1',
    issuer,
    extensions: [extensions.clientAuth, extensions.keyUsage(0x80)],
    ...options,
  });
}

export function pem(certificate: Uint8Array): string {
  const text = Buffer.from(certificate)
    .toString('base64')
    .replace(/(.{64})/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${text.trimEnd()}\n-----END CERTIFICATE-----\n`;
}

export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
