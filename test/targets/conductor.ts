import { targets } from '../../src/targets/index.ts';

/**
 * Stands in for a run: starts the broker that it is told of in its first argument, of the kind in its second (the bundled one without),
 * prints its process id, and stays. At SIGINT it prints a snapshot's `connections` instead of ending.
 */
const kind = targets.find((each) => each.kind === (process.argv[3] ?? 'bundled'));
if (kind === undefined) throw new Error(`there is no target ${process.argv[3]}`);
const broker = await kind.start(JSON.parse(process.argv[2] ?? ''));
process.on(
  'SIGINT',
  () => void broker.snapshot().then(({ connections }) => process.stdout.write(`${connections}\n`)),
);
process.stdout.write(`${broker.pid}\n`);
