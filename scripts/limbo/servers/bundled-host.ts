import type { BrokerConfig } from '../../../src/broker/config.ts';
import { ConnectionLedger, LedgerReader } from '../../../src/broker/ledger.ts';
import { type OpenBroker, openBroker } from '../../../src/broker/listener.ts';

/**
 * Entry of a process that opens the bundled broker for one case after the other: its start takes a hundred times as long as a case. Ends
 * with its IPC channel.
 */
export type HostRequest = { open: BrokerConfig } | { close: true };
export type HostReply = { port: number } | { refusal: string } | { closed: true; cause: string | null };

let open: { broker: OpenBroker; ledger: ConnectionLedger } | null = null;

process.on('disconnect', () => process.exit(0));
process.on('message', (request: HostRequest) => {
  void answer(request).then((reply: HostReply) => process.send?.(reply));
});

async function answer(request: HostRequest): Promise<HostReply> {
  if ('open' in request) {
    const ledger = new ConnectionLedger(64);
    try {
      open = { broker: await openBroker(request.open, ledger), ledger };
      return { port: open.broker.port };
    } catch (error) {
      return { refusal: error instanceof Error ? error.message : String(error) };
    }
  }
  if (open === null) return { closed: true, cause: null };
  const { broker, ledger } = open;
  open = null;
  await broker.close();
  // The broker's own word for its one verdict, such as CERT_HAS_EXPIRED.
  const [tally] = new LedgerReader(ledger.memory).read().tallies;
  return { closed: true, cause: tally?.cause ?? null };
}
