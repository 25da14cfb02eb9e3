import { ConnectionLedger } from '../../src/broker/ledger.ts';
import { measureLoop } from '../../src/broker/measured-loop.ts';
import { RevocationFigures } from '../../src/broker/revocation/figures.ts';

/**
 * A broker's process without a broker: its main thread books one connection and then stands still when it is asked to `mark`, for as
 * many milliseconds as the first argument says.
 */
const blockMs = Number(process.argv[2]);
const ledger = new ConnectionLedger();
const figures = new RevocationFigures();
const loop = measureLoop({ ledger: ledger.memory, figures: figures.memory }, ({ id }) => {
  ledger.open();
  figures.begin('crl-indexed', ['swaps']);
  figures.add('swaps');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockMs);
  loop.reply({ id, answer: null });
});
