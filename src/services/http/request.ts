/** One HTTP request (RFC 9112), whole. */
export type HttpRequest = {
  method: string;
  /** As it was sent, percent-encoding and query included. */
  target: string;
  /** By lower-case name. */
  headers: ReadonlyMap<string, string>;
  body: Buffer;
  /** Whether the connection is to be closed after the answer. */
  close: boolean;
};

/** A request that can't be served; `status` is what it is answered with, and the connection is closed. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Head = Omit<HttpRequest, 'body'> & { bodyOctets: number };

const headOctets = 16 * 1024;
const bodyOctets = 64 * 1024;
const separator = Buffer.from('\r\n\r\n', 'latin1');
const nothing = Buffer.alloc(0);

/** A client sends the same head again and again: what it parses to is kept, up to so many heads of so many characters. */
const rememberedHeads = 512;
const rememberedLength = 2048;

/**
 * Cuts what a connection receives into requests. On node:net rather than node:http because that was measured to carry three times as many
 * answers on a core, and because faults are about octets.
 */
export class RequestReader {
  static readonly #heads = new Map<string, Head>();
  #pending: Buffer = nothing;

  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
  }

  /** Octets of a request that is not whole yet. */
  get waiting(): number {
    return this.#pending.length;
  }

  /** The next whole request, or null where there is none yet. Throws HttpError. */
  next(): HttpRequest | null {
    if (this.#pending.length === 0) return null;
    const end = this.#pending.indexOf(separator);
    if (end > headOctets || (end < 0 && this.#pending.length > headOctets))
      throw new HttpError(431, 'the head of the request is too long');
    if (end < 0) return null;
    const head = RequestReader.#headOf(this.#pending.toString('latin1', 0, end));
    const from = end + separator.length;
    const to = from + head.bodyOctets;
    if (this.#pending.length < to) return null;
    const body = head.bodyOctets === 0 ? nothing : this.#pending.subarray(from, to);
    this.#pending = this.#pending.length === to ? nothing : this.#pending.subarray(to);
    const { method, target, headers, close } = head;
    return { method, target, headers, close, body };
  }

  static #headOf(text: string): Head {
    const known = RequestReader.#heads.get(text);
    if (known !== undefined) return known;
    const head = parseHead(text);
    if (text.length <= rememberedLength) {
      if (RequestReader.#heads.size >= rememberedHeads) RequestReader.#heads.clear();
      RequestReader.#heads.set(text, head);
    }
    return head;
  }
}

const requestLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/1\.([01])$/;
const fieldLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/;

function parseHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const [, method, target, minor] = requestLine.exec(first) ?? [];
  if (method === undefined || target === undefined) throw new HttpError(400, 'this is no HTTP/1 request');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const [, name, value = ''] = fieldLine.exec(line) ?? [];
    if (name === undefined || /[\0\r\n]/.test(value)) throw new HttpError(400, 'a header field is malformed');
    const key = name.toLowerCase();
    const earlier = headers.get(key);
    // Two lengths are how requests are smuggled (RFC 9112 6.3).
    if (earlier !== undefined && key === 'content-length')
      throw new HttpError(400, 'two lengths of the body');
    headers.set(key, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  if (minor === '1' && !headers.has('host')) throw new HttpError(400, 'the Host field is missing');
  if (headers.has('transfer-encoding'))
    throw new HttpError(411, 'the length of the body must be said before it');
  const length = headers.get('content-length') ?? '0';
  if (!/^\d{1,15}$/.test(length)) throw new HttpError(400, 'the length of the body is no number');
  if (Number(length) > bodyOctets) throw new HttpError(413, 'the body is too long');
  const close = minor === '0' || /\bclose\b/i.test(headers.get('connection') ?? '');
  return { method, target, headers, close, bodyOctets: Number(length) };
}
