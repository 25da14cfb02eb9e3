import { BrokerError, codeOf, messageOf } from './broker-error.ts';
import type { ControlAnswers, ControlRequest } from './control.ts';
import { ConnectionLedger } from './ledger.ts';
import { type OpenBroker, openBroker } from './listener.ts';
import { measureLoop } from './measured-loop.ts';
import { RevocationFigures } from './revocation/figures.ts';

/**
 * Entry of the bundled broker's process. The main thread serves; everything about measuring and being told goes through the control
 * thread. Started by targets/bundled.ts with `--expose-gc` and a pipe as file descriptor 3.
 */
const ledger = new ConnectionLedger();
const figures = new RevocationFigures();
const loop = measureLoop(
  { ledger: ledger.memory, figures: figures.memory },
  (request) => void serve(request),
);
let broker: OpenBroker | null = null;

async function serve(request: ControlRequest): Promise<void> {
  const { id } = request;
  try {
    loop.reply({ id, answer: await answer(request) });
  } catch (error) {
    loop.reply({ id, error: { code: codeOf(error) || 'ERR_BROKER', message: messageOf(error) } });
  }
}

async function answer(request: ControlRequest): Promise<ControlAnswers[ControlRequest['verb']]> {
  switch (request.verb) {
    case 'start':
      if (broker !== null) throw new BrokerError('ERR_BROKER_STARTED', 'the broker serves already');
      broker = await openBroker(request.config, ledger, figures);
      return { port: broker.port, version: broker.version };
    case 'mark':
      await loop.mark();
      return null;
    case 'reload-revocation':
      await broker?.reloadRevocation();
      return null;
    case 'stop':
      await broker?.close();
      process.exit(0);
      return null;
    case 'snapshot':
      throw new BrokerError('ERR_BROKER_SNAPSHOT', 'a snapshot is answered by the control thread');
  }
}
