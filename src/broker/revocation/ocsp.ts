import type { RevocationCheck } from './check.ts';
import { OcspAsker } from './ocsp/asker.ts';
import { ocspGuard } from './ocsp/guard.ts';

/** Asks the OCSP responder about each client that connects (RFC 6960). */
export const ocsp: RevocationCheck = {
  name: 'ocsp',
  async open(config, figures) {
    figures.begin('ocsp', ['requests', 'bytesReceived', 'failedOpen', 'failedClosed']);
    const asker = new OcspAsker(config.ocspUrl, config.settings.ocsp, figures);
    const ask = asker.ask.bind(asker);
    return ocspGuard(asker, { ask, askAnew: ask }, config, figures);
  },
};
