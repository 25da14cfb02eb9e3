import { connectBytes, readConnack } from '../../src/storm/drivers/mqtt-bytes.ts';
import { connect, type Ending, prepareIdentity, prepareOffer, prepareTrust } from '../../src/wire/index.ts';
import type { LimboCase } from './cases.ts';
import type { Outcome, Shown } from './outcome.ts';

/** How long a client waits for the broker's verdict. */
export const verdictLimitMs = 10_000;

const offer = prepareOffer({ serverName: 'localhost' });
// The broker's own certificate is not in question, and it may be of another time than the case.
const trust = prepareTrust({ ca: null, serverName: 'localhost', verifyServer: false });
const connectPacket = connectBytes('limbo', 'limbo');

/**
 * Presents the peer certificate, its key and its chain as a client's, by the wire driver for all cases: it sends what no TLS library
 * loads. A client without a key that TLS 1.3 could sign with shows its certificate all the same, without a CertificateVerify, so that the
 * broker's judgement of the chain can be seen where it comes first.
 */
export async function present(
  { peer, untrusted, key }: LimboCase,
  port: number,
): Promise<{ outcome: Outcome; shown: Shown }> {
  const chain = peer === null ? [] : [peer, ...untrusted];
  const { identity, signed } = identityOf(chain, key);
  return new Promise((resolve) => {
    let outcome: Outcome | null = null;
    let received: Buffer = Buffer.alloc(0);
    const connection = connect(
      { host: '127.0.0.1', port, identity, trust, offer, applicationData: connectPacket },
      {
        onApplicationData(bytes, self) {
          received = Buffer.concat([received, bytes]);
          const connack = readConnack(received);
          if (connack === undefined) return;
          const { kind, detail } = connack.outcome;
          outcome =
            kind === 'accepted'
              ? { kind: 'accepted' }
              : kind === 'connack-refused'
                ? { kind: 'connack-refused', code: received[3] ?? 0 }
                : { kind: 'local-error', why: detail };
          self.close();
        },
        onEnd(ending, self) {
          clearTimeout(timer);
          const certificateSent = self.tls.handshake.presented !== 'nothing';
          resolve({ outcome: outcome ?? outcomeOf(ending), shown: { signed, certificateSent } });
        },
      },
    );
    const timer = setTimeout(() => {
      outcome = { kind: 'hung', why: `no verdict within ${verdictLimitMs / 1000} s` };
      connection.destroy();
    }, verdictLimitMs);
  });
}

function identityOf(chain: readonly Uint8Array[], key: LimboCase['key']) {
  try {
    if (key !== null) return { identity: prepareIdentity({ chain, key }), signed: true };
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'UNSUPPORTED_KEY')) throw error;
  }
  return { identity: prepareIdentity({ chain, key: null }, ['no-certificate-verify']), signed: false };
}

function outcomeOf(ending: Ending): Outcome {
  switch (ending.kind) {
    case 'alert-received':
      return { kind: 'tls-alert', alert: ending.alert };
    case 'close-notify':
    case 'closed':
    case 'reset':
      return { kind: 'closed' };
    case 'alert-sent':
    case 'local-error':
      return { kind: 'local-error', why: ending.reason };
    case 'connect-failed':
      return { kind: 'local-error', why: `the broker's port could not be reached (${ending.code})` };
    case 'local-close':
      return { kind: 'local-error', why: 'the client closed' };
  }
}
