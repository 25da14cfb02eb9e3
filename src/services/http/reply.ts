/** An answer before it is octets. */
export type HttpReply = { status: number; headers: readonly (readonly [string, string])[]; body: Uint8Array };

const reasons: Record<number, string> = {
  200: 'OK',
  304: 'Not Modified',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  411: 'Length Required',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Above this, a body is written by itself rather than copied behind its head. */
const copiedOctets = 16 * 1024;

/**
 * The octets of an answer, in one piece or, where the body is large, in two. `withBody` false for HEAD and 304, whose length is told all
 * the same (RFC 9110 8.6).
 */
export function encodeReply(reply: HttpReply, options: { close: boolean; withBody?: boolean }): Buffer[] {
  const { status, headers, body } = reply;
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const length = status === 304 ? '' : `Content-Length: ${body.length}\r\n`;
  const head =
    `HTTP/1.1 ${status} ${reasons[status] ?? 'Unknown'}\r\nDate: ${httpDate(Date.now())}\r\n${lines}${length}` +
    `${options.close ? 'Connection: close\r\n' : ''}\r\n`;
  const headBytes = Buffer.from(head, 'latin1');
  if (options.withBody === false || status === 304 || body.length === 0) return [headBytes];
  const bodyBytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return body.length > copiedOctets ? [headBytes, bodyBytes] : [Buffer.concat([headBytes, bodyBytes])];
}

export function textReply(status: number, text: string, headers: HttpReply['headers'] = []): HttpReply {
  return {
    status,
    headers: [['Content-Type', 'text/plain; charset=utf-8'], ...headers],
    body: Buffer.from(`${text}\n`),
  };
}

let dateSecond = -1;
let dateText = '';

/** IMF-fixdate (RFC 9110 5.6.7) of a time in milliseconds; the last one is kept. */
export function httpDate(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(ms).toUTCString();
  }
  return dateText;
}

/** Whether If-None-Match names this entity tag (RFC 9110 13.1.2, weak comparison). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((each) => [etag, '*'].includes(each.trim().replace(/^W\//, '')));
}
