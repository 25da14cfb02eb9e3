import type { GuardedBroker, RevocationCheck } from './check.ts';
import { ListInquiry } from './crl/list-inquiry.ts';
import { ListKeeper } from './crl/list-keeper.ts';
import { takesOver } from './takes-over.ts';

/**
 * The CRLs, read once into sets of serial numbers: each certificate of a chain but the root's is looked up after the handshake, as
 * OpenSSL would have done within it. Reading and verifying happen in a thread of their own, and what is read takes over in one step.
 */
export const crlIndexed: RevocationCheck = {
  name: 'crl-indexed',
  async open(config, figures) {
    const overHttp = config.settings.crl.source === 'http';
    figures.begin('crl-indexed', [
      ...(['swaps', 'failedOpen', 'failedClosed'] as const),
      ...(overHttp ? (['bytesReceived'] as const) : []),
    ]);
    let broker: GuardedBroker | null = null;
    const inquiry = new ListInquiry(config, figures, (certificate) => keeper.prove(certificate));
    const keeper = await ListKeeper.start(config, figures, { sets: true, texts: false }, (change) => {
      takesOver(figures, change, () => inquiry.use(change.lists));
      if (change.moreRevoked) broker?.moreRevoked();
    });
    return {
      crl: null,
      refusal: inquiry.inquire,
      recheck: inquiry.inquire,
      attach: (guarded) => {
        broker = guarded;
      },
      reload: () => keeper.reload(),
      close: () => keeper.close(),
    };
  },
};
