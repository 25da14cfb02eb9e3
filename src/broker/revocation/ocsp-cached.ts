import type { RevocationCheck } from './check.ts';
import { AnswerMemory } from './ocsp/answer-memory.ts';
import { OcspAsker } from './ocsp/asker.ts';
import { ocspGuard } from './ocsp/guard.ts';

/** As `ocsp`, but an answer holds until its nextUpdate, and nobody is asked about one certificate twice at a time. */
export const ocspCached: RevocationCheck = {
  name: 'ocsp-cached',
  async open(config, figures) {
    figures.begin('ocsp-cached', ['requests', 'cacheHits', 'bytesReceived', 'failedOpen', 'failedClosed']);
    const asker = new OcspAsker(config.ocspUrl, config.settings.ocsp, figures);
    const memory = new AnswerMemory((link) => asker.ask(link));
    return ocspGuard(
      asker,
      {
        ask(link) {
          const remembered = memory.recall(link, Date.now());
          if (remembered === null) return memory.ask(link);
          figures.add('cacheHits');
          return remembered;
        },
        askAnew: (link) => memory.ask(link),
      },
      config,
      figures,
    );
  },
};
