import { ServiceError } from './service-error.ts';

/** A serial number as it is looked up: hexadecimal, upper case, without leading zeros. Throws ServiceError. */
export function serialKey(text: string): string {
  const digits = text.replaceAll(':', '').replace(/^0x/i, '');
  if (!/^[0-9A-Fa-f]+$/.test(digits) || digits.length > 64)
    throw new ServiceError('ERR_SERVICE_SERIAL', `"${text}" is no serial number in hexadecimal`);
  return digits.toUpperCase().replace(/^0+(?=.)/, '');
}

/** The same from the contents octets of an INTEGER. */
export const serialKeyOf = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
    .toString('hex')
    .toUpperCase()
    .replace(/^0+(?=.)/, '');
