import { hash } from 'node:crypto';
import { BrokerError } from '../broker-error.ts';
import { readConfigFile } from '../config-file.ts';
import type { GuardedBroker, Inquiry, RevocationCheck } from './check.ts';
import { latin1 } from './peer-certificate.ts';

/**
 * The SHA-256 fingerprints of all certificates that may come in: what many use in place of revocation. Whoever is not on the list is
 * refused, `not-listed`; a list of a million fills some 100 MB, and must follow each certificate that is issued.
 */
export const allowList: RevocationCheck = {
  name: 'allow-list',
  async open({ allowListFile }, figures) {
    if (!allowListFile)
      throw new BrokerError(
        'ERR_BROKER_ALLOW_LIST',
        'the revocation check allow-list needs a file of fingerprints: none was given',
      );
    figures.begin('allow-list', ['swaps']);
    let broker: GuardedBroker | null = null;
    let listed = await read(allowListFile);
    figures.set('entries', listed.size);

    // By the digest's octets, not its digits: half the memory, and nothing to be turned into text for each client.
    const inquire: Inquiry = ({ links: [leaf] }) =>
      leaf === undefined || listed.has(hash('sha256', leaf.certificate.der, 'binary')) ? null : 'not-listed';
    return {
      crl: null,
      refusal: inquire,
      recheck: inquire,
      attach: (guarded) => {
        broker = guarded;
      },
      async reload() {
        const before = listed;
        listed = await read(allowListFile);
        figures.set('entries', listed.size);
        figures.add('swaps');
        if ([...before].some((fingerprint) => !listed.has(fingerprint))) broker?.moreRevoked();
      },
      close: async () => undefined,
    };
  },
};

/** Throws BrokerError for a line that is no fingerprint; colons between the octets are as good as none. */
async function read(path: string): Promise<Set<string>> {
  const found = new Set<string>();
  const text = latin1(await readConfigFile('allow list', path));
  for (const [index, line] of text.split('\n').entries()) {
    const digits = line.trim().replaceAll(':', '');
    if (digits === '' || digits.startsWith('#')) continue;
    if (!/^[0-9a-f]{64}$/i.test(digits))
      throw new BrokerError(
        'ERR_BROKER_ALLOW_LIST',
        `${path}:${index + 1} is no SHA-256 fingerprint: 64 hexadecimal digits are`,
      );
    found.add(Buffer.from(digits, 'hex').toString('binary'));
  }
  return found;
}
