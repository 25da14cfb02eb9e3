import { readFileSync } from 'node:fs';
import { codeOf, messageOf, ServiceError } from './service-error.ts';

/** Reads a file that the configuration names. Throws ServiceError saying which. */
export function readNamedFile(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ServiceError(
      'ERR_SERVICE_FILE',
      `${what} ${path} can't be read (${codeOf(error) || messageOf(error)}): check that it is there and readable`,
      { cause: error },
    );
  }
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** Contents (DER) of the PEM blocks with one of these labels (RFC 7468), in order. */
export function pemBlocks(text: string, labels: readonly string[]): Buffer[] {
  return [...text.matchAll(block)]
    .filter(([, label = '']) => labels.includes(label))
    .map(([, , base64 = '']) => Buffer.from(base64, 'base64'));
}
