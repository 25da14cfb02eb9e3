import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyPem, type Party, pem } from './pki.ts';

/** Whether a program is there to be tested against. */
export function installed(command: string, args: string[] = ['--version']): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).error === undefined;
}

/** Go's minor version (1.N), 0 where it is missing: X25519MLKEM768 came with 1.24. */
export function goMinorVersion(): number {
  const said = spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '';
  return Number(/go1\.(\d+)/.exec(said)?.[1] ?? 0);
}

export type Peer = { port: number; process: ChildProcess; output: () => string; stop: () => Promise<void> };

/** Files and processes of one test file, gone when it ends. */
export class Servers {
  readonly folder = mkdtempSync(join(tmpdir(), 'certstorm-wire-'));
  private readonly running: Peer[] = [];

  file(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  files(server: Party, ca: Party): { cert: string; key: string; ca: string } {
    return {
      cert: this.file(`${server.commonName}.crt`, pem(server.certificate)),
      key: this.file(`${server.commonName}.key`, keyPem(server.key)),
      ca: this.file('ca.crt', pem(ca.certificate)),
    };
  }

  /** Starts a server and waits until `ready` finds its port in what it prints. */
  async start(command: string, args: string[], ready: (output: string) => number | null): Promise<Peer> {
    const child = spawn(command, args, { cwd: this.folder, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const port = await new Promise<number>((resolve, reject) => {
      const take = (data: Buffer) => {
        output += data.toString('latin1');
        const found = ready(output);
        if (found !== null) resolve(found);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      child.once('error', reject);
      child.once('exit', () => reject(new Error(`${command} ended: ${output}`)));
    });
    const stop = async () => {
      child.kill('SIGKILL');
      await ended;
    };
    const peer = { port, process: child, output: () => output, stop };
    this.running.push(peer);
    return peer;
  }

  openssl(files: { cert: string; key: string; ca: string }, args: string[]): Promise<Peer> {
    const all = ['s_server', '-accept', '127.0.0.1:0', '-tls1_3', '-cert', files.cert, '-key', files.key];
    return this.start('openssl', [...all, '-CAfile', files.ca, ...args], (output) => {
      const port = /ACCEPT \S*:(\d+)/.exec(output)?.[1];
      return port === undefined ? null : Number(port);
    });
  }

  async mosquitto(files: { cert: string; key: string; ca: string }): Promise<Peer> {
    const port = await freePort();
    const config = this.file(
      'mosquitto.conf',
      [
        `listener ${port} 127.0.0.1`,
        `cafile ${files.ca}`,
        `certfile ${files.cert}`,
        `keyfile ${files.key}`,
        'require_certificate true',
        'allow_anonymous true',
        'persistence false',
        'user root',
        '',
      ].join('\n'),
    );
    return this.start('mosquitto', ['-c', config, '-v'], (output) =>
      /mosquitto version \S+ running/.test(output) ? port : null,
    );
  }

  /** Go's crypto/tls, built from test/oracles/tls-server into this folder. */
  async go(files: { cert: string; key: string; ca: string }, args: string[] = []): Promise<Peer> {
    const binary = join(this.folder, 'tls-server');
    const source = fileURLToPath(new URL('../oracles/tls-server/', import.meta.url));
    execFileSync('go', ['build', '-o', binary, '.'], { cwd: source });
    return this.start(
      binary,
      ['-cert', files.cert, '-key', files.key, '-ca', files.ca, ...args],
      (output) => {
        const port = /^(\d+)$/m.exec(output)?.[1];
        return port === undefined ? null : Number(port);
      },
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((peer) => peer.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
