import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Counted, countedRun, hasNamespaces } from './counts/counted-run.ts';

/**
 * Whether clients, broker and kernel count the same connections, to the last one: each scenario is run in a network namespace of its own, where
 * nobody else connects, and the three counts of every round are held against one another. `bench:counts [SCENARIO…] [--set …]`; all files of
 * scenarios/ when none is named. Exit code 1 when a count differs.
 *
 * A broker that asks a service opens connections too, which the kernel counts with the others: those that the services took are added.
 */
const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    /** Default: rounds of one second, where the scenario takes that. */
    set: { type: 'string', multiple: true },
    variant: { type: 'string', multiple: true, default: [] },
  },
});
const root = new URL('..', import.meta.url).pathname;
if (!hasNamespaces())
  throw new Error(
    'this machine gives no network namespace (`unshare -rn`, and `ip` of iproute2): without one others are counted too',
  );

const scenarios =
  positionals.length > 0
    ? positionals
    : readdirSync(join(root, 'scenarios'))
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => join(root, 'scenarios', name));
const chosen = flags.variant.flatMap((name) => ['--variant', name]);
const settings = [...(flags.set ?? ['load.duration=1s']).flatMap((set) => ['--set', set]), ...chosen];
const folder = mkdtempSync(join(tmpdir(), 'certstorm-bench-'));
const found: Counted[] = [];
try {
  for (const [index, scenario] of scenarios.entries()) {
    const out = join(folder, String(index));
    const rows = await countedRun(scenario, out, settings).catch((error: unknown) => {
      // Events and stages have a length of their own.
      if (flags.set !== undefined) throw error;
      return countedRun(scenario, out, chosen);
    });
    if (!flags.json) for (const row of rows) process.stdout.write(`${line(row)}\n`);
    found.push(...rows);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (flags.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
process.exitCode = found.some(({ agree }) => !agree) ? 1 : 0;

function line({
  scenario,
  variant,
  round,
  clients,
  unsure,
  broker,
  services,
  activeOpens,
  passiveOpens,
  agree,
}: Counted): string {
  const doubt = unsure === 0 ? '' : ` (and ${unsure} of which it is not known)`;
  const asked = services === 0 ? '' : `services that it asks ${services}, `;
  const seen = broker === null ? 'keeps no count' : `counts ${broker}`;
  return (
    `${scenario}, ${variant}, round ${round + 1}: clients count ${clients}${doubt}, the broker ${seen}, ${asked}` +
    `the kernel ${activeOpens} opened and ${passiveOpens} taken: ${agree ? 'they agree' : 'THEY DIFFER'}`
  );
}
