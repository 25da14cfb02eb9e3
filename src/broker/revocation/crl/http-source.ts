import { Agent, errors, request } from 'undici';
import { codeOf, messageOf } from '../../broker-error.ts';
import type { RevocationFigures } from '../figures.ts';
import type { CrlSource } from './source.ts';
import { CrlTrouble } from './trouble.ts';

/** A million entries are 28 MB; whoever sends more than this is stopped. */
export const largestCrlBytes = 256 * 2 ** 20;
/** From the question to the last octet, as long as it is between polls: one that drips must not hold up the next for ever. */
const [shortestTimeoutMs, longestTimeoutMs] = [1000, 10_000];

/** A CRL distribution point over HTTP (RFC 5280 4.2.1.13), asked with the entity tag of what was had before (RFC 9110 13.1.2). */
export function httpSource(url: string, pollMs: number, figures: RevocationFigures): CrlSource {
  const timeoutMs = Math.min(longestTimeoutMs, Math.max(shortestTimeoutMs, pollMs));
  const agent = new Agent({ connections: 1, pipelining: 1 });
  let etag: string | null = null;
  return {
    async read() {
      const signal = AbortSignal.timeout(timeoutMs);
      try {
        const { statusCode, headers, body } = await request(url, {
          dispatcher: agent,
          signal,
          headers: { accept: 'application/pkix-crl, */*', ...(etag !== null && { 'if-none-match': etag }) },
        });
        if (statusCode === 304) {
          await body.dump();
          return null;
        }
        if (statusCode !== 200) {
          await body.dump();
          throw new CrlTrouble('crl-http-status', `${url} answered ${statusCode}`);
        }
        const chunks: Buffer[] = [];
        let bytes = 0;
        for await (const chunk of body) {
          bytes += chunk.length;
          figures.add('bytesReceived', chunk.length);
          if (bytes > largestCrlBytes)
            throw new CrlTrouble('crl-too-large', `${url} sends more than ${largestCrlBytes >> 20} MiB`);
          chunks.push(chunk);
        }
        etag = typeof headers.etag === 'string' ? headers.etag : null;
        return Buffer.concat(chunks, bytes);
      } catch (error) {
        throw asTrouble(error, url, timeoutMs);
      }
    },
    forget() {
      etag = null;
    },
    close: () => agent.destroy(),
  };
}

function asTrouble(error: unknown, url: string, timeoutMs: number): CrlTrouble {
  if (error instanceof CrlTrouble) return error;
  const late =
    error instanceof errors.HeadersTimeoutError ||
    error instanceof errors.BodyTimeoutError ||
    (error instanceof Error && error.name === 'TimeoutError');
  return late
    ? new CrlTrouble('crl-timeout', `${url} did not answer within ${timeoutMs / 1000} s`, { cause: error })
    : new CrlTrouble('crl-unreachable', `${url} gives no answer (${codeOf(error) || messageOf(error)})`, {
        cause: error,
      });
}
