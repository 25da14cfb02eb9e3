/** Why a service does not serve, or does not do what it was told, in one sentence for the user. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const mistakes = ['FILE', 'INDEX', 'CRL', 'SIGNER', 'FAULT', 'KEY'].map((what) => `ERR_SERVICE_${what}`);

/** Whether it is about what the user gave: a file, a flag; nothing was started then. */
export const isMistake = (error: ServiceError): boolean => mistakes.includes(error.code);

/** The code of an error from the system, `''` where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Turns what `listen(2)` and the name lookup before it can answer into a sentence. */
export function listenError(error: unknown, host: string, port: number): ServiceError {
  const place = `port ${port} on ${host}`;
  const sentences: Record<string, string> = {
    EADDRINUSE: `${place} is in use: stop what listens there or choose another port (0 lets the system choose)`,
    EACCES: `${place} may not be opened by this user: choose a port above 1023 (0 lets the system choose)`,
    EADDRNOTAVAIL: `${host} is no address of this machine: choose one that is, for example 127.0.0.1`,
    ENOTFOUND: `${host} is a name that nothing resolves: choose an address, for example 127.0.0.1`,
  };
  const code = codeOf(error) || 'ERR_SERVICE_LISTEN';
  return new ServiceError(code, sentences[code] ?? `${place} can't be opened: ${messageOf(error)}`, {
    cause: error,
  });
}
