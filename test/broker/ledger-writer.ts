import { parentPort } from 'node:worker_threads';
import { ConnectionLedger } from '../../src/broker/ledger.ts';
import { connackVerdict, tlsRefusal } from '../../src/broker/verdict.ts';

/** Opens and settles connections as fast as it can, under ever new keys. */
const ledger = new ConnectionLedger();
parentPort?.postMessage({ memory: ledger.memory });
for (let index = 0; index < 250_000; index++) {
  ledger.open();
  if (index % 3 === 0) ledger.open();
  ledger.settle(
    `127.0.${index % 250}`,
    index % 2 === 0 ? connackVerdict(0) : tlsRefusal(`CAUSE_${index % 7}`),
  );
}
