import { readConfigFile } from '../config-file.ts';
import type { GuardedBroker, RevocationCheck } from './check.ts';
import { ListInquiry } from './crl/list-inquiry.ts';
import { ListKeeper } from './crl/list-keeper.ts';
import { standInCrl } from './crl/stand-in.ts';
import { pemTexts } from './pem-blocks.ts';
import { takesOver } from './takes-over.ts';

/**
 * OpenSSL's own check (X509_V_FLAG_CRL_CHECK and …_CHECK_ALL): at every handshake it verifies the CRL's signature, so hashes the whole
 * CRL, and searches it for the serial number. Every certificate of a chain but the root needs a CRL of its issuer.
 *
 * The first file goes to OpenSSL as it is; what comes later is verified before it takes its place, which stops the thread that serves for
 * as long as OpenSSL reads it. A list that has run out OpenSSL refuses by itself, with all whom it is about: to fail open it has to be
 * switched off for everybody, until a good list is there.
 */
export const crlNative: RevocationCheck = {
  name: 'crl-native',
  async open(config, figures) {
    const { crl: settings, onUnavailable, verifyOnResumption, onRevocation } = config.settings;
    const failsOpen = onUnavailable === 'fail-open';
    const overHttp = settings.source === 'http';
    // OpenSSL can be asked within a handshake alone.
    const sets = verifyOnResumption || onRevocation.includes('cut-sessions');
    figures.begin('crl-native', [
      'swaps',
      ...(overHttp ? (['bytesReceived'] as const) : []),
      ...(sets ? (['failedOpen', 'failedClosed'] as const) : []),
    ]);
    let broker: GuardedBroker | null = null;
    let crls: Buffer[] | null | undefined;
    const inquiry = new ListInquiry(config, figures, (certificate) => keeper.prove(certificate));
    const keeper = await ListKeeper.start(config, figures, { sets, texts: true }, (change) => {
      const { newer, wanting, moreRevoked, lists, texts } = change;
      if (sets) inquiry.use(lists);
      const before = crls;
      if (failsOpen && wanting) crls = null;
      else if (newer || before === undefined) crls = texts.length > 0 ? texts.map(asBuffer) : [standInCrl()];
      const now = crls ?? null;
      if (now !== before) takesOver(figures, change, () => broker?.useCrls(now));
      if (moreRevoked) broker?.moreRevoked();
    });
    const asItIs = overHttp || failsOpen ? null : crlsIn(await readConfigFile('CRL', config.crlFile));
    return {
      crl: asItIs ?? crls ?? null,
      refusal: null,
      recheck: sets ? inquiry.inquire : null,
      attach: (guarded) => {
        broker = guarded;
      },
      reload: () => keeper.reload(),
      close: () => keeper.close(),
    };
  },
};

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Node reads the first CRL of each buffer and no other. A file without any goes as it is, for OpenSSL to refuse. */
function crlsIn(file: Buffer): Buffer[] {
  const crls = pemTexts(file, 'X509 CRL');
  return crls.length > 0 ? crls : [file];
}
