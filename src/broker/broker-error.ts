/** Why the broker does not serve, in one sentence for the user. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The code of an error from the system or from OpenSSL, `''` where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Turns what `listen(2)` and the name lookup before it can answer into a sentence. */
export function listenError(error: unknown, host: string, port: number): BrokerError {
  const place = `port ${port} on ${host}`;
  const sentences: Record<string, string> = {
    EADDRINUSE: `${place} is in use: stop what listens there or choose another target.port (0 lets the system choose)`,
    EACCES: `${place} may not be opened by this user: choose a target.port above 1023 (0 lets the system choose)`,
    EADDRNOTAVAIL: `${host} is no address of this machine: choose a target.host that is, for example 127.0.0.1`,
    ENOTFOUND: `${host} is a name that nothing resolves: choose another target.host, for example 127.0.0.1`,
    EAI_AGAIN: `${host} could not be looked up just now: choose an address as target.host, for example 127.0.0.1`,
  };
  const code = codeOf(error) || 'ERR_BROKER_LISTEN';
  return new BrokerError(code, sentences[code] ?? `${place} can't be opened: ${messageOf(error)}`, {
    cause: error,
  });
}
