import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BrokerConfig } from '../../../src/broker/config.ts';
import { defaultBrokerSettings } from '../../../src/broker/index.ts';
import { describeDeath, WatchedProcess } from '../../../src/targets/watched-process.ts';
import { stoppedClock } from '../clock.ts';
import type { Presented } from '../outcome.ts';
import type { HostReply, HostRequest } from './bundled-host.ts';
import { own } from './children.ts';
import type { CaseFiles, Server } from './server.ts';

const hostEntry = fileURLToPath(new URL('./bundled-host.ts', import.meta.url));
/** A case after a case may be of the same time, or of another: so many hosts wait for one at most. */
const idleHosts = 4;
const answerLimitMs = 15_000;

export type ServerKey = { certFile: string; keyFile: string };

/** certstorm's own broker, on this Node. `faketime` is needed for cases of another time than now. */
export function bundledServer({ certFile, keyFile }: ServerKey, faketime: string | null): Server {
  const idle: { time: number | null; host: Host }[] = [];

  async function take(time: number | null): Promise<Host> {
    const at = idle.findIndex((waiting) => waiting.time === time);
    const [found] = at < 0 ? [] : idle.splice(at, 1);
    return found?.host ?? Host.start(time, faketime);
  }

  async function giveBack(time: number | null, host: Host): Promise<void> {
    if (!host.dead) idle.push({ time, host });
    if (idle.length > idleHosts) await idle.shift()?.host.end();
  }

  return {
    name: 'bundled',
    version: `certstorm's broker on Node ${process.versions.node}`,
    crlCheck: 'all',
    // Node completes the handshake, looks at the verify error, and closes.
    sendsAlerts: false,
    async serve(files, use) {
      const host = await take(files.time);
      try {
        return await host.serve(configOf(files), use);
      } finally {
        await giveBack(files.time, host);
      }
    },
    async close() {
      await Promise.all(idle.splice(0).map(({ host }) => host.end()));
    },
  };

  function configOf({ rootsFile, crlFile }: CaseFiles): BrokerConfig {
    return {
      host: '127.0.0.1',
      port: 0,
      certFile,
      keyFile,
      clientCaFile: rootsFile,
      crlFile: crlFile ?? '',
      revocation: crlFile === null ? 'none' : 'crl-native',
      connectAuth: 'none',
      usersFile: null,
      userTable: null,
      authUrl: null,
      sessionTickets: false,
      transport: 'tls',
      clientCertificates: 'required',
      ocspUrl: null,
      crlUrl: null,
      settings: defaultBrokerSettings,
    };
  }
}

/** One process, one case at a time. */
class Host {
  dead = false;
  readonly #child: ChildProcess;
  readonly #watched: WatchedProcess;
  readonly #died: Promise<{ died: string }>;

  private constructor(child: ChildProcess, watched: WatchedProcess) {
    this.#child = child;
    this.#watched = watched;
    this.#died = watched.ended.then((death) => {
      this.dead = true;
      return { died: `the broker's process ${describeDeath(death)}` };
    });
    // A request to a process that has just ended; `died` tells why.
    child.on('error', () => undefined);
  }

  static async start(time: number | null, faketime: string | null): Promise<Host> {
    const { NODE_OPTIONS: _, ...env } = process.env;
    const clock = time === null || faketime === null ? {} : stoppedClock(faketime, time);
    const child = own(
      spawn(process.execPath, [hostEntry], {
        env: { ...env, ...clock },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        // Ctrl-C is this command's affair; the process ends with its channel.
        detached: true,
      }),
    );
    return new Host(child, await WatchedProcess.watch(child, 'the bundled broker'));
  }

  async serve(
    config: BrokerConfig,
    use: (port: number) => Promise<Omit<Presented, 'brokerSays'>>,
  ): Promise<Presented> {
    const nothing = { shown: { signed: false, certificateSent: false }, brokerSays: null };
    const opened = await this.#ask({ open: config });
    if ('died' in opened) return { outcome: { kind: 'died', why: opened.died }, ...nothing };
    if ('hung' in opened) return { outcome: { kind: 'hung', why: opened.hung }, ...nothing };
    if ('refusal' in opened) return { outcome: { kind: 'not-started', why: opened.refusal }, ...nothing };
    if (!('port' in opened)) throw new Error('the host answers a request to open with a port or a refusal');
    const presented = await use(opened.port);
    const closed = await this.#ask({ close: true });
    if ('died' in closed)
      return { ...presented, outcome: { kind: 'died', why: closed.died }, brokerSays: null };
    if ('hung' in closed)
      return { ...presented, outcome: { kind: 'hung', why: closed.hung }, brokerSays: null };
    return { ...presented, brokerSays: 'cause' in closed ? closed.cause : null };
  }

  /** The answer, or what kept it away; a process that does not answer is killed. */
  async #ask(request: HostRequest): Promise<HostReply | { died: string } | { hung: string }> {
    if (this.dead) return this.#died;
    let timer: NodeJS.Timeout | undefined;
    const hung = new Promise<{ hung: string }>((resolve) => {
      timer = setTimeout(() => {
        void this.end();
        resolve({ hung: `the broker's process did not answer within ${answerLimitMs / 1000} s` });
      }, answerLimitMs);
    });
    const reply = new Promise<HostReply>((resolve) =>
      this.#child.once('message', (m) => resolve(m as HostReply)),
    );
    this.#child.send(request);
    try {
      return await Promise.race([reply, this.#died, hung]);
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    this.dead = true;
    await this.#watched.kill();
  }
}
