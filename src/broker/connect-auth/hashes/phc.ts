/** Base64 as the PHC string format has it: without padding. */
export const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

export const fromBase64 = (text: string): Buffer => Buffer.from(text, 'base64');
