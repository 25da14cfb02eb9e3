import type { BrokerConfig } from '../../config.ts';
import type { GuardedBroker, RevocationGuard } from '../check.ts';
import type { Link } from '../client-cas.ts';
import type { RevocationFigures } from '../figures.ts';
import { unavailable } from '../unavailable.ts';
import type { OcspAnswer, OcspAsker } from './asker.ts';

/** An answer at hand is given as it is: whoever has one makes no promise. */
export type Ask = (link: Link) => OcspAnswer | Promise<OcspAnswer>;

/**
 * A guard that asks about the client's own certificate, as servers do by default (`SSLOCSPEnable leaf`, `ssl_ocsp leaf`): what CAs revoke
 * of other CAs they publish in CRLs. Refuses with `ocsp-revoked`; with `ocsp-unknown`, whatever `onUnavailable` says, for a responder that
 * does not know the certificate has answered (RFC 6960 2.2); and with `ocsp-unavailable`.
 */
export function ocspGuard(
  asker: OcspAsker,
  { ask, askAnew }: { ask: Ask; askAnew: Ask },
  { settings }: BrokerConfig,
  figures: RevocationFigures,
): RevocationGuard {
  let broker: GuardedBroker | null = null;
  const verdict = (answer: OcspAnswer): string | null => {
    if ('trouble' in answer) return unavailable('ocsp-unavailable', settings.onUnavailable, figures);
    return answer.status === 'good' ? null : `ocsp-${answer.status}`;
  };
  const inquiry =
    (question: Ask): NonNullable<RevocationGuard['refusal']> =>
    ({ links: [leaf], complete }) => {
      if (leaf === undefined)
        return complete ? null : unavailable('ocsp-unavailable', settings.onUnavailable, figures);
      const answer = question(leaf);
      return answer instanceof Promise ? answer.then(verdict) : verdict(answer);
    };
  return {
    crl: null,
    refusal: inquiry(ask),
    recheck: inquiry(askAnew),
    attach: (guarded) => {
      broker = guarded;
    },
    // No file has been read; but whoever says so has revoked somebody.
    reload: async () => broker?.moreRevoked(),
    close: () => asker.close(),
  };
}
