import { certificateFields } from './der-reader.ts';
import type { IdentityFormat } from './formats/format.ts';
import type { Identity } from './identity.ts';
import { defectNamed } from './registry.ts';

/** One identity in a folder of files; paths are relative to the folder, empty for a client without a certificate. */
export type FolderEntry = {
  identity: Identity;
  cohort: string;
  defect: string;
  /** Hexadecimal, upper case; empty where the certificate can't be read. */
  serialNumber: string;
  /** Its path without the ending. */
  stem: string;
  certFile: string;
  keyFile: string;
};

const shardIdentities = 1_000;

/** What identities of a folder are called. */
export type FolderNames = {
  naming: 'client-id' | 'number';
  format: IdentityFormat;
  /** Identities of the whole folder that carry a certificate. */
  total: number;
  /** With more than this many they are spread over subfolders. */
  shardFrom: number;
};

/**
 * Names the files of one identity: by client id, or `c00001` and so on. More than `shardFrom` go into subfolders `001`, `002`, … of 1,000 each.
 * `number` counts the identities that carry a certificate, from 1.
 */
export function folderEntry(
  about: { identity: Identity; cohort: string; defect: string },
  number: number,
  { naming, format, total, shardFrom }: FolderNames,
): FolderEntry {
  const leaf = about.identity.chain[0];
  if (!leaf) return { ...about, serialNumber: '', stem: '', certFile: '', keyFile: '' };
  const own = naming === 'number' ? `c${String(number).padStart(5, '0')}` : about.identity.clientId;
  const shard = String(Math.ceil(number / shardIdentities)).padStart(3, '0');
  const stem = total > shardFrom ? `${shard}/${own}` : own;
  const { certificate: certFile, key: keyFile } = format.names(stem);
  const serialNumber = Buffer.from(certificateFields(leaf)?.serialNumber ?? [])
    .toString('hex')
    .toUpperCase();
  return { ...about, serialNumber, stem, certFile, keyFile };
}

/** A field for a spreadsheet: quoted where it must be (RFC 4180), and never the start of a formula. */
export function csvField(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const indexHeader = 'client_id,cohort,serial,defect,certificate,key\r\n';

/** A row of `index.csv`. */
export const indexRow = ({
  identity,
  cohort,
  serialNumber,
  defect,
  certFile,
  keyFile,
}: FolderEntry): string =>
  `${[identity.clientId, cohort, serialNumber, defect, certFile, keyFile].map(csvField).join(',')}\r\n`;

/** CRLReasons as `openssl ca` spells them; it knows no others, and an unknown one makes its whole index unreadable. */
const opensslReasons: Readonly<Record<number, string>> = {
  0: 'unspecified',
  1: 'keyCompromise',
  2: 'CACompromise',
  3: 'affiliationChanged',
  4: 'superseded',
  5: 'cessationOfOperation',
};

/**
 * Rows of the database of `openssl ca`, which `openssl ocsp -index` answers from: what the client CA has issued. Status V or R; an expired
 * certificate stays V, since an OCSP answer is about revocation alone. No serial number comes twice, for the command takes none that does.
 */
export function opensslIndexRows(revocationTime: string): (entry: FolderEntry) => string {
  const seen = new Set<string>();
  return ({ identity, defect: name, serialNumber }) => {
    const { revoked, issuer = 'client-ca', ...defect } = defectNamed(name);
    const leaf = identity.chain[0];
    const fields = leaf && certificateFields(leaf);
    if (!fields || serialNumber === '' || issuer !== 'client-ca' || defect.encoding) return '';
    if (defect.shape || defect.sharesSerialNumbers) {
      if (seen.has(serialNumber)) return '';
      seen.add(serialNumber);
    }
    const reason = revoked?.reason === undefined ? undefined : opensslReasons[revoked.reason];
    const status = revoked
      ? `R\t${latin1(fields.notAfter)}\t${revocationTime}${reason === undefined ? '' : `,${reason}`}`
      : `V\t${latin1(fields.notAfter)}\t`;
    return `${status}\t${serialNumber}\tunknown\t/O=certstorm/CN=${identity.clientId}\n`;
  };
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
