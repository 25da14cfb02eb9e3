import type { CertStatus } from '../../pki/ocsp/index.ts';
import { serialKey } from '../serial.ts';
import { ServiceError } from '../service-error.ts';
import { reasonNamed } from './reasons.ts';

/** What a CA has issued, by serial number (hexadecimal, upper case, no leading zeros). What is not in it is unknown. */
export type StatusIndex = Map<string, CertStatus>;

const good: CertStatus = { kind: 'good' };

/**
 * Reads the database of `openssl ca` (`index.txt`): V, R or E, expiry, time of revocation and reason, serial number, file, subject, with
 * tabs between. An expired certificate is as good as it was: OCSP is about revocation alone. Throws ServiceError with the line.
 */
export function readStatusIndex(text: string, file: string): StatusIndex {
  const index: StatusIndex = new Map();
  let number = 0;
  for (const line of text.split('\n')) {
    number += 1;
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [state, , revoked = '', serial = ''] = line.trimEnd().split('\t');
    const place = `${file}:${number}`;
    if ((state !== 'V' && state !== 'R' && state !== 'E') || !/^[0-9A-Fa-f]+$/.test(serial))
      throw new ServiceError('ERR_SERVICE_INDEX', `${place} is no line of an index that openssl ca keeps`);
    index.set(serialKey(serial), state === 'R' ? readRevocation(revoked, place) : good);
  }
  return index;
}

/** `250501000000Z,keyCompromise`; the forms with a time of compromise or a hold instruction have a third field. */
function readRevocation(text: string, place: string): CertStatus {
  const [digits = '', word] = text.split(',');
  const [, year = '', rest = ''] = /^(\d{2}|\d{4})(\d{10})Z$/.exec(digits) ?? [];
  const [month, day, hour, minute, second] = rest.match(/\d\d/g) ?? [];
  // Two digits of a year: RFC 5280 4.1.2.5.1.
  const full = year.length === 4 ? year : `${Number(year) >= 50 ? 19 : 20}${year}`;
  const revocationTime = new Date(`${full}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(revocationTime.getTime()))
    throw new ServiceError('ERR_SERVICE_INDEX', `${place}: "${digits}" is no time of revocation`);
  if (word === undefined || word === '') return { kind: 'revoked', revocationTime };
  const synonyms: Record<string, string> = {
    keyTime: 'keyCompromise',
    CAkeyTime: 'CACompromise',
    holdInstruction: 'certificateHold',
  };
  return { kind: 'revoked', revocationTime, reason: reasonNamed(synonyms[word] ?? word) };
}
