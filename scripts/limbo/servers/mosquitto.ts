import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeDeath, WatchedProcess } from '../../../src/targets/watched-process.ts';
import { stoppedClock } from '../clock.ts';
import type { Presented } from '../outcome.ts';
import type { ServerKey } from './bundled.ts';
import { own } from './children.ts';
import type { CaseFiles, Server } from './server.ts';

/** Debian puts it where a user's PATH may not reach. */
const places = ['mosquitto', '/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'];
const startLimitMs = 10_000;
/** Mosquitto can't choose a port itself, so another process may take ours in between. */
const portTries = 5;

/** The program and its version, or null where it is not installed. */
export function findMosquitto(): { program: string; version: string } | null {
  for (const program of places) {
    const { stdout, error } = spawnSync(program, ['-h'], { encoding: 'utf8' });
    const version = /mosquitto version (\S+)/.exec(stdout ?? '')?.[1];
    if (error === undefined && version !== undefined) return { program, version };
  }
  return null;
}

/** A process for each case: it starts within milliseconds. */
export function mosquittoServer(
  { program, version }: { program: string; version: string },
  { certFile, keyFile }: ServerKey,
  faketime: string | null,
): Server {
  return {
    name: 'mosquitto',
    version: `mosquitto ${version}`,
    // X509_V_FLAG_CRL_CHECK without …_CHECK_ALL.
    crlCheck: 'leaf',
    sendsAlerts: true,
    async serve(files, use) {
      for (let tries = 1; ; tries += 1) {
        const presented = await serveOnce(files, await freePort(), use);
        if (presented !== 'port-in-use') return presented;
        if (tries === portTries) return unserved({ kind: 'not-started', why: 'no free port was found' });
      }
    },
    close: async () => undefined,
  };

  async function serveOnce(
    files: CaseFiles,
    port: number,
    use: (port: number) => Promise<Omit<Presented, 'brokerSays'>>,
  ): Promise<Presented | 'port-in-use'> {
    const configFile = join(files.dir, 'mosquitto.conf');
    writeFileSync(configFile, configOf(files, port));
    const clock = files.time === null || faketime === null ? {} : stoppedClock(faketime, files.time);
    const child = own(
      spawn(program, ['-c', configFile], {
        env: { ...process.env, ...clock },
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    let said = '';
    const running = new Promise<'running'>((resolve) => {
      child.stderr?.on('data', (chunk) => {
        said += String(chunk);
        if (said.includes(' running\n')) resolve('running');
      });
    });
    const watched = await WatchedProcess.watch(child, 'Mosquitto');
    try {
      const state = await Promise.race([running, watched.died, limit(startLimitMs)]);
      if (state === 'late') return unserved({ kind: 'hung', why: 'Mosquitto did not start within 10 s' });
      if (state !== 'running') {
        if (/Address already in use/i.test(said)) return 'port-in-use';
        const crashed = state.signal !== null;
        return unserved({ kind: crashed ? 'died' : 'not-started', why: `Mosquitto ${describeDeath(state)}` });
      }
      const presented = await use(port);
      // A crash shows in the process a moment after the connection has broken.
      const death = await Promise.race([
        watched.died,
        sleep(presented.outcome.kind === 'closed' ? 200 : 0, null),
      ]);
      if (death !== null)
        return {
          ...presented,
          outcome: { kind: 'died', why: `Mosquitto ${describeDeath(death)}` },
          brokerSays: null,
        };
      return { ...presented, brokerSays: /OpenSSL Error[^:]*: (.*)/.exec(said)?.[1]?.trim() ?? null };
    } finally {
      await watched.stop(() => child.kill('SIGTERM'));
    }
  }

  function configOf({ rootsFile, crlFile }: CaseFiles, port: number): string {
    return `${[
      `listener ${port} 127.0.0.1`,
      `cafile ${rootsFile}`,
      `certfile ${certFile}`,
      `keyfile ${keyFile}`,
      ...(crlFile === null ? [] : [`crlfile ${crlFile}`]),
      'require_certificate true',
      'allow_anonymous true',
      // As root it would give up its rights, and with them the files of this folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      'persistence false',
      'log_dest stderr',
      'log_type all',
      'log_timestamp false',
    ].join('\n')}\n`;
  }
}

const unserved = (outcome: Presented['outcome']): Presented => ({
  outcome,
  shown: { signed: false, certificateSent: false },
  brokerSays: null,
});

const limit = (ms: number): Promise<'late'> => sleep(ms, 'late' as const, { ref: false });

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
