import {
  createECDH,
  createPublicKey,
  decapsulate,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { Violation } from '../alerts.ts';
import { WireError } from '../wire-error.ts';

/** One ephemeral key pair of the client. */
export type KeyShare = {
  group: NamedGroup;
  /** KeyShareEntry.key_exchange as sent. */
  publicBytes: Uint8Array;
  /**
   * The shared secret with the server's share.
   * @throws Violation illegal_parameter where the share is none of this group, or leads to the all-zero secret (RFC 8446, section 7.4.2)
   */
  agree(serverShare: Uint8Array): Uint8Array;
};

/** A group of key exchange (RFC 8446, section 4.2.7). */
export type NamedGroup = { name: string; code: number; clientLength: number; create(): KeyShare };

function importX25519(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: raw as Buffer, format: 'raw-public', asymmetricKeyType: 'x25519' } as never);
}

function exportRaw(key: KeyObject): Uint8Array {
  return key.export({ format: 'raw-public' } as never) as unknown as Uint8Array;
}

/** The public key comes out as bytes: a KeyObject for it that is only exported costs 3 µs more. */
function x25519Pair(): { privateKey: KeyObject; publicKey: Uint8Array } {
  const encoding = { publicKeyEncoding: { format: 'raw-public' } };
  return generateKeyPairSync('x25519', encoding as never) as unknown as {
    privateKey: KeyObject;
    publicKey: Uint8Array;
  };
}

/** X25519 with a private key of the caller's making: the tests' published traces need one. */
export function x25519Share(privateKey: KeyObject, publicBytes: Uint8Array): KeyShare {
  return {
    group: x25519,
    publicBytes,
    agree: (serverShare) => x25519Agree(privateKey, serverShare),
  };
}

function x25519Agree(privateKey: KeyObject, serverShare: Uint8Array): Uint8Array {
  if (serverShare.length !== 32)
    throw new Violation('illegal_parameter', `an x25519 key share of ${serverShare.length} bytes`);
  try {
    return diffieHellman({ privateKey, publicKey: importX25519(serverShare) });
  } catch {
    // OpenSSL refuses the all-zero secret of small-order points.
    throw new Violation('illegal_parameter', 'the x25519 key share leads to no secret');
  }
}

export const x25519: NamedGroup = {
  name: 'x25519',
  code: 0x001d,
  clientLength: 32,
  create: () => {
    const { privateKey, publicKey } = x25519Pair();
    return x25519Share(privateKey, publicKey);
  },
};

function ecdhGroup(name: string, code: number, curve: string, pointLength: number): NamedGroup {
  const group: NamedGroup = {
    name,
    code,
    clientLength: pointLength,
    create: () => ecdhShare(group, curve, pointLength, null),
  };
  return group;
}

/** ECDH over a NIST curve, uncompressed points only (section 4.2.8.2); `privateKey` null makes a fresh one. */
export function ecdhShare(
  group: NamedGroup,
  curve: string,
  pointLength: number,
  privateKey: Uint8Array | null,
): KeyShare {
  const ecdh = createECDH(curve);
  if (privateKey === null) ecdh.generateKeys();
  else ecdh.setPrivateKey(privateKey);
  return {
    group,
    publicBytes: ecdh.getPublicKey(),
    agree: (serverShare) => {
      if (serverShare.length !== pointLength || serverShare[0] !== 4)
        throw new Violation('illegal_parameter', `${group.name}: the key share is no uncompressed point`);
      try {
        return ecdh.computeSecret(serverShare);
      } catch {
        throw new Violation('illegal_parameter', `${group.name}: the key share is not on the curve`);
      }
    },
  };
}

export const secp256r1 = ecdhGroup('secp256r1', 0x0017, 'prime256v1', 65);
export const secp384r1 = ecdhGroup('secp384r1', 0x0018, 'secp384r1', 97);

/** ML-KEM-768 and X25519 together (draft-ietf-tls-ecdhe-mlkem): ML-KEM's part first, in shares and secret. */
const kemKeyLength = 1184;
const kemCiphertextLength = 1088;

export const x25519MlKem768: NamedGroup = {
  name: 'X25519MLKEM768',
  code: 0x11ec,
  clientLength: kemKeyLength + 32,
  create: () => {
    const kem = generateKeyPairSync('ml-kem-768' as never) as unknown as {
      privateKey: KeyObject;
      publicKey: KeyObject;
    };
    const ecdh = x25519Pair();
    return {
      group: x25519MlKem768,
      publicBytes: Buffer.concat([exportRaw(kem.publicKey), ecdh.publicKey]),
      agree: (serverShare) => {
        if (serverShare.length !== kemCiphertextLength + 32)
          throw new Violation(
            'illegal_parameter',
            `X25519MLKEM768: a key share of ${serverShare.length} bytes`,
          );
        const kemSecret = decapsulate(kem.privateKey, serverShare.subarray(0, kemCiphertextLength) as Buffer);
        return Buffer.concat([
          kemSecret,
          x25519Agree(ecdh.privateKey, serverShare.subarray(kemCiphertextLength)),
        ]);
      },
    };
  },
};

function runtimeHasMlKem(): boolean {
  if (typeof decapsulate !== 'function') return false;
  try {
    generateKeyPairSync('ml-kem-768' as never);
    return true;
  } catch {
    // A runtime before OpenSSL 3.5 knows no such key type.
    return false;
  }
}

/** In the order in which they are offered by default. */
export const namedGroups: readonly NamedGroup[] = [
  x25519,
  secp256r1,
  secp384r1,
  ...(runtimeHasMlKem() ? [x25519MlKem768] : []),
];

/** Other tools' names for the same groups. */
const aliases: Readonly<Record<string, string>> = {
  X25519: 'x25519',
  'P-256': 'secp256r1',
  prime256v1: 'secp256r1',
  'P-384': 'secp384r1',
};

/** @throws WireError UNKNOWN_GROUP */
export function groupNamed(name: string): NamedGroup {
  const group = namedGroups.find((each) => each.name === (aliases[name] ?? name));
  if (group) return group;
  throw new WireError(
    'UNKNOWN_GROUP',
    `group ${name} is not known to this runtime; use ${namedGroups.map((each) => each.name).join(', ')}`,
  );
}
