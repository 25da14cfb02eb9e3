import { Violation } from '../alerts.ts';
import { childrenOf, hexOf, readTlv, type Tlv } from './der.ts';

/** What a certificate says about its own use (RFC 5280, section 4.2.1). */
export type Constraints = {
  ca: boolean;
  /** pathLenConstraint, null for none. */
  pathLength: number | null;
  /** First octet of KeyUsage, null without the extension: 0x80 digitalSignature, 0x04 keyCertSign. */
  keyUsage: number | null;
  /** Whether serverAuth or anyExtendedKeyUsage is among the extended key usages; true without the extension. */
  serverAuth: boolean;
  /** Something a path validator would have to understand and this one does not, in words; null for nothing. */
  unsupported: string | null;
  /** Signed with MD5 or SHA-1. */
  weakSignature: boolean;
};

const basicConstraints = '551d13';
const keyUsage = '551d0f';
const extendedKeyUsage = '551d25';
const nameConstraints = '551d1e';
/** Subject alternative name (checked by node), certificate policies and their kin (no policy is asked for), AKI, SKI, CRL points, AIA. */
const harmless = new Set([
  '551d11',
  '551d20',
  '551d21',
  '551d36',
  '551d24',
  '551d23',
  '551d0e',
  '551d1f',
  '2b06010505070101',
]);
const serverAuthUsages = new Set(['2b06010505070301', '551d2500']);
/** md5, sha1 with RSA; sha1 with ECDSA, DSA. */
const weakSignatures = new Set([
  '2a864886f70d010104',
  '2a864886f70d010105',
  '2a8648ce3d0401',
  '2a8648ce380403',
]);

/** @throws Violation bad_certificate */
export function readConstraints(der: Uint8Array): Constraints {
  const certificate = readTlv(der, 0, der.length);
  const [tbs, algorithm] = childrenOf(der, certificate);
  if (!tbs || !algorithm) throw malformed();
  const [oid] = childrenOf(der, algorithm);
  const found: Constraints = {
    ca: false,
    pathLength: null,
    keyUsage: null,
    serverAuth: true,
    unsupported: null,
    weakSignature: oid !== undefined && weakSignatures.has(hexOf(der, oid)),
  };
  const wrapper = childrenOf(der, tbs).find((part) => part.tag === 0xa3);
  if (!wrapper) return found;
  const [list] = childrenOf(der, wrapper);
  if (!list) throw malformed();
  for (const extension of childrenOf(der, list)) readExtension(der, extension, found);
  return found;
}

function readExtension(der: Uint8Array, extension: Tlv, found: Constraints): void {
  const parts = childrenOf(der, extension);
  const [oid] = parts;
  const octets = parts.at(-1);
  if (!oid || !octets || octets.tag !== 4) throw malformed();
  const critical = parts.length === 3 && parts[1]?.tag === 1 && der[parts[1].start] !== 0;
  const name = hexOf(der, oid);
  if (name === basicConstraints) {
    for (const part of childrenOf(der, readTlv(der, octets.start, octets.end))) {
      if (part.tag === 1) found.ca = der[part.start] !== 0;
      if (part.tag === 2) found.pathLength = Number.parseInt(hexOf(der, part).padStart(1, '0'), 16);
    }
  } else if (name === keyUsage) {
    const bits = readTlv(der, octets.start, octets.end);
    found.keyUsage = bits.end - bits.start > 1 ? (der[bits.start + 1] as number) : 0;
  } else if (name === extendedKeyUsage) {
    const usages = childrenOf(der, readTlv(der, octets.start, octets.end));
    found.serverAuth = usages.some((usage) => serverAuthUsages.has(hexOf(der, usage)));
  } else if (name === nameConstraints) {
    // Evaluating them is no business of a load generator; passing over them would be an accept that may be wrong.
    found.unsupported = 'name constraints';
  } else if (critical && !harmless.has(name)) {
    found.unsupported = `a critical extension (${name})`;
  }
}

function malformed(): Violation {
  return new Violation('bad_certificate', 'the server certificate is no certificate of RFC 5280');
}
