import { bundled } from '../../src/targets/bundled.ts';

/**
 * Stands in for a run: starts the bundled broker that it is told of in its first argument, prints its process id, and stays. At SIGINT
 * it prints a snapshot's `connections` instead of ending.
 */
const broker = await bundled.start(JSON.parse(process.argv[2] ?? ''));
process.on(
  'SIGINT',
  () => void broker.snapshot().then(({ connections }) => process.stdout.write(`${connections}\n`)),
);
process.stdout.write(`${broker.pid}\n`);
