import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { generate, parser } from 'mqtt-packet';
import { bundled } from '../../src/targets/bundled.ts';
import { plainOrder } from '../../src/targets/plain-order.ts';
import type { TestCorpus } from './corpus.ts';

export type TestServer = { port: number; close(): Promise<void> };

/** One of this process, which knows its connections. */
export type ServerHere = TestServer & { open(): number };

const sockets = new WeakMap<Server, Set<Socket>>();

async function listening(server: Server): Promise<ServerHere> {
  const open = new Set<Socket>();
  sockets.set(server, open);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => open.size,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A TCP server that does this with each connection. */
export function tcpServer(onConnection: (socket: Socket) => void): Promise<TestServer> {
  return listening(createServer({ allowHalfOpen: true }, onConnection));
}

/** A TLS server that does this with each connection whose handshake is done. */
export function tlsServer(
  { serverKey, serverCert, serverCa }: TestCorpus,
  onConnection: (socket: TLSSocket) => void,
  options: TlsOptions = {},
): Promise<ServerHere> {
  const server = createTlsServer({
    key: serverKey,
    cert: serverCert,
    ca: serverCa,
    requestCert: true,
    ...options,
  });
  server.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  server.on('tlsClientError', () => {});
  return listening(server);
}

/** Answers CONNECT with these bytes, and ends when the client does. */
export function answering(bytes: number[]): (socket: TLSSocket) => void {
  return (socket) => socket.once('data', () => socket.write(Buffer.from(bytes)));
}

export const acceptAll = answering([0x20, 2, 0, 0]);

/**
 * A TLS server that lets everybody in and notes the packets it hears, as `connect CLIENTID USER PASSWORD` or by their name. `ended` resolves
 * when a client has said close_notify: an end without it is an error, and no `end`.
 */
export function hearing(corpus: TestCorpus): {
  server: Promise<TestServer>;
  heard: string[];
  ended: Promise<void>;
} {
  const heard: string[] = [];
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const server = tlsServer(corpus, (socket) => {
    const packets = parser({ protocolVersion: 4 });
    packets.on('packet', (packet) => {
      const { cmd } = packet;
      heard.push(
        cmd === 'connect' ? `connect ${packet.clientId} ${packet.username} ${packet.password}` : cmd,
      );
      if (cmd === 'connect') socket.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
    });
    socket.on('data', (bytes) => packets.parse(bytes));
    socket.once('end', () => end());
  });
  return { server, heard, ended };
}

/** `openssl s_server`, which checks client certificates itself and refuses with alerts. */
export async function opensslServer({ corpus }: TestCorpus, flags: string[] = []): Promise<TestServer> {
  const server: ChildProcess = spawn(
    'openssl',
    // biome-ignore format: a command line
    [
      's_server', '-accept', '127.0.0.1:0', '-cert', corpus.serverCertFile, '-key', corpus.serverKeyFile,
      '-CAfile', corpus.clientCaFile, '-Verify', '2', '-verify_return_error', '-rev', ...flags,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const port = await new Promise<number>((resolve, reject) => {
    let told = '';
    server.stdout?.on('data', (text: Buffer) => {
      told += text.toString();
      const found = /ACCEPT (?:\S+:)?(\d+)/.exec(told)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    server.once('exit', (code) => reject(new Error(`openssl s_server ended with ${code}: ${told}`)));
  });
  return {
    port,
    async close() {
      if (server.exitCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

/** Lets a client see the flight of the server behind it, then an alert (or nothing), then a reset. */
export async function spoilingRelay(behind: TestServer, how: 'alert' | 'mute'): Promise<TestServer> {
  const entry = new URL('./spoiling-relay.ts', import.meta.url).pathname;
  const relay = spawn(process.execPath, [entry, String(behind.port), how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(relay.stdout, 'data')) as [Buffer];
  return {
    port: Number(port.toString()),
    async close() {
      relay.kill('SIGKILL');
      await once(relay, 'exit');
      await behind.close();
    },
  };
}

/** The broker that runs are made against, in its own process, with a CRL that OpenSSL looks at. */
export async function bundledBroker(
  { corpus, folder }: TestCorpus,
  transport: 'tls' | 'wss' = 'tls',
): Promise<TestServer> {
  const workDir = join(folder, 'broker');
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const broker = await bundled.start({
    ...plainOrder,
    revocation: 'crl-native',
    transport,
    clientCaFile: corpus.clientCaFile,
    serverCertFile: corpus.serverCertFile,
    serverKeyFile: corpus.serverKeyFile,
    crlFile: corpus.crlFile,
    workDir,
  });
  return { port: broker.address.port, close: () => broker.stop() };
}

export const mosquittoInstalled = spawnSync('mosquitto', ['-h'], { stdio: 'ignore' }).error === undefined;

/** Mosquitto, with the corpus' CRL unless told otherwise; `anonymous: false` refuses whoever comes without a password. */
export async function mosquitto(
  { corpus, folder }: TestCorpus,
  { crl = true, anonymous = true } = {},
): Promise<TestServer> {
  const probe = await tcpServer(() => {});
  await probe.close();
  const config = join(folder, `mosquitto-${crl}-${anonymous}.conf`);
  const lines = [
    `listener ${probe.port} 127.0.0.1`,
    `cafile ${corpus.clientCaFile}`,
    `certfile ${corpus.serverCertFile}`,
    `keyfile ${corpus.serverKeyFile}`,
    ...(crl ? [`crlfile ${corpus.crlFile}`] : []),
    'require_certificate true',
    `allow_anonymous ${anonymous}`,
    'persistence false',
    'user root',
  ];
  writeFileSync(config, lines.join('\n'), { mode: 0o600 });
  const broker = spawn('mosquitto', ['-c', config, '-v'], { stdio: ['ignore', 'ignore', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    let told = '';
    broker.stderr.on('data', (text: Buffer) => {
      told += text.toString();
      if (/mosquitto version \S+ running/.test(told)) resolve();
    });
    broker.once('exit', (code) => reject(new Error(`mosquitto ended with ${code}: ${told}`)));
  });
  return {
    port: probe.port,
    async close() {
      if (broker.exitCode !== null) return;
      broker.kill('SIGKILL');
      await once(broker, 'exit');
    },
  };
}
