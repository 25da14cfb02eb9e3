import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '../../src/result/schema.ts';

const root = new URL('../../', import.meta.url).pathname;

export type Counted = {
  scenario: string;
  variant: string;
  round: number;
  clients: number;
  /** Attempts of which it is not known whether they sent a SYN. */
  unsure: number;
  /** null where the broker keeps no count. */
  broker: number | null;
  /** Taken by services that the broker asks. */
  services: number;
  activeOpens: number;
  passiveOpens: number;
  agree: boolean;
};

/** `sh` in a network namespace of its own, in which loopback is up: nobody else opens a connection there. */
const [program, args] = ['unshare', ['-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh']];

/** Whether this machine lets its users have network namespaces, and has `ip`. */
export function hasNamespaces(): boolean {
  return spawnSync(program, [...args, 'true'], { stdio: 'ignore' }).status === 0;
}

/**
 * Runs a scenario in a network namespace of its own and reads the three counts of each round from its result. Rejects when the run leaves no
 * result.
 */
export async function countedRun(
  scenario: string,
  out: string,
  settings: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Counted[]> {
  const command = [process.execPath, join(root, 'src/cli/main.ts'), 'run', scenario, '--out', out, '--quiet'];
  const child = spawn(program, [...args, ...command, ...settings], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  await once(child, 'exit');
  if (!existsSync(join(out, 'result.json'))) throw new Error(`${scenario} left no result: ${stderr.trim()}`);
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
  return result.variants.flatMap((variant) =>
    variant.rounds.flatMap((round): Counted[] => {
      const { kernel } = round;
      if (kernel === undefined) return [];
      const {
        activeOpens,
        passiveOpens,
        connects = 0,
        unsure = 0,
        brokerSaw = null,
        servicesSaw = 0,
      } = kernel;
      const agree =
        activeOpens >= connects + servicesSaw &&
        // A service whose port is shut on purpose refuses whoever asks it.
        activeOpens <= connects + servicesSaw + unsure + kernel.attemptFails &&
        (brokerSaw === null || (brokerSaw >= connects && brokerSaw <= passiveOpens)) &&
        passiveOpens <= activeOpens;
      return [
        {
          scenario: result.scenario.name,
          variant: variant.name,
          round: round.index,
          clients: connects,
          unsure,
          broker: brokerSaw,
          services: servicesSaw,
          activeOpens,
          passiveOpens,
          agree,
        },
      ];
    }),
  );
}
