import { certificateFields } from './der-reader.ts';
import type { Corpus, Identity } from './identity.ts';
import { defectNamed } from './registry.ts';

/** One identity in a folder of PEM files; paths are relative to the folder, empty for a client without a certificate. */
export type FolderEntry = {
  identity: Identity;
  cohort: string;
  defect: string;
  /** Hexadecimal, upper case; empty where the certificate can't be read. */
  serialNumber: string;
  certFile: string;
  keyFile: string;
};

/** From this many identities on they are spread over subfolders. */
const shardFrom = 10_000;
const shardIdentities = 1_000;

/**
 * Names every file: by client id, or `c00001` and so on, counted over the identities that carry a certificate. More than 10,000 go into
 * subfolders `001`, `002`, … of 1,000 each.
 */
export function planFolder(corpus: Corpus, naming: 'client-id' | 'number'): FolderEntry[] {
  const all = corpus.cohorts.flatMap(({ name, defect, identities }) =>
    identities.map((identity) => ({ identity, cohort: name, defect })),
  );
  const withCertificate = all.filter(({ identity }) => identity.chain.length > 0).length;
  let number = 0;
  return all.map((entry) => {
    const leaf = entry.identity.chain[0];
    if (!leaf) return { ...entry, serialNumber: '', certFile: '', keyFile: '' };
    number += 1;
    const stem = naming === 'number' ? `c${String(number).padStart(5, '0')}` : entry.identity.clientId;
    const shard = String(Math.ceil(number / shardIdentities)).padStart(3, '0');
    const path = withCertificate > shardFrom ? `${shard}/${stem}` : stem;
    const serialNumber = Buffer.from(certificateFields(leaf)?.serialNumber ?? [])
      .toString('hex')
      .toUpperCase();
    return { ...entry, serialNumber, certFile: `${path}.crt`, keyFile: `${path}.key` };
  });
}

/** A field for a spreadsheet: quoted where it must be (RFC 4180), and never the start of a formula. */
export function csvField(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const indexHeader = 'client_id,cohort,serial,defect,certificate,key';

/** `index.csv`: every identity of the folder, with the names of its files. */
export function indexCsv(entries: readonly FolderEntry[]): string {
  const rows = entries.map(({ identity, cohort, serialNumber, defect, certFile, keyFile }) =>
    [identity.clientId, cohort, serialNumber, defect, certFile, keyFile].map(csvField).join(','),
  );
  return `${[indexHeader, ...rows].join('\r\n')}\r\n`;
}

/**
 * The database of `openssl ca`, which `openssl ocsp -index` answers from: what the client CA has issued. Status V or R; an expired
 * certificate stays V, since an OCSP answer is about revocation alone.
 */
export function opensslIndex(entries: readonly FolderEntry[], revocationTime: string): string {
  return entries
    .map(({ identity, defect, serialNumber }) => {
      const { revoked, issuer = 'client-ca' } = defectNamed(defect);
      const leaf = identity.chain[0];
      const fields = leaf && certificateFields(leaf);
      if (!fields || issuer !== 'client-ca') return '';
      const status = revoked
        ? `R\t${latin1(fields.notAfter)}\t${revocationTime}`
        : `V\t${latin1(fields.notAfter)}\t`;
      return `${status}\t${serialNumber}\tunknown\t/O=certstorm/CN=${identity.clientId}\n`;
    })
    .join('');
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
