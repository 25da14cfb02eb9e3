import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { corpusIssuers } from '../../src/pki/ocsp/corpus-issuers.ts';
import {
  certIdIssuerOf,
  encodeOcspRequest,
  makeCertId,
  verifyOcspResponse,
} from '../../src/pki/ocsp/index.ts';
import { startService } from '../../src/services/index.ts';
import { readProcessUsage } from '../../src/targets/process-usage.ts';

/**
 * Answers a second of the OCSP responder, beside `openssl ocsp` in the same run, over loopback from this process. A responder runs on one core; `answersPerCpuSecond` is what that core can do where the client,
 * on the other one, is the limit.
 */
const rounds = 2;
const roundMs = 900;
const connections = 16;
const graceMs = 5000;
const certificates = 500;

type Contender = {
  name: string;
  pid: number;
  port: number;
  method: 'GET' | 'POST';
  /** Whether a connection carries many requests; `openssl ocsp` closes after each. */
  keepsAlive: boolean;
};

type Figures = { answers: number; seconds: number; cpuSeconds: number };

const cpuMs = (pid: number): number => {
  const usage = readProcessUsage(pid);
  if (usage === null) throw new Error('the responder is gone, or this system has no /proc');
  return usage.cpuUserMs + usage.cpuSystemMs;
};

/** The octets of each request as a client sends them. */
function encodeRequests(bodies: readonly Uint8Array[], { method, keepsAlive }: Contender): Buffer[] {
  const end = `Host: 127.0.0.1\r\n${keepsAlive ? '' : 'Connection: close\r\n'}`;
  return bodies.map((der) => {
    const body = Buffer.from(der);
    if (method === 'GET')
      return Buffer.from(`GET /${encodeURIComponent(body.toString('base64'))} HTTP/1.1\r\n${end}\r\n`);
    const head = `POST / HTTP/1.1\r\n${end}Content-Type: application/ocsp-request\r\nContent-Length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  });
}

/** Length of the whole answer that starts here, or null while its head is not whole. Throws for anything but 200. */
function answerLength(received: Buffer): number | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = received.toString('latin1', 0, end);
  if (!/^HTTP\/1\.[01] 200 /.test(head)) throw new Error(`the answer was ${head.slice(0, 40)}`);
  return end + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1]);
}

/** Asks over so many connections at once, each waiting for its answer before the next request. */
async function storm(
  contender: Contender,
  requests: readonly Buffer[],
  durationMs: number,
): Promise<Figures> {
  const startCpu = cpuMs(contender.pid);
  const startedAt = performance.now();
  let answers = 0;
  let next = 0;
  let over = false;
  let failure: unknown = null;
  const open = new Set<Socket>();
  const request = () => requests[next++ % requests.length] ?? Buffer.alloc(0);

  const oneConnection = (): Promise<void> =>
    new Promise((resolve) => {
      const socket: Socket = connect(contender.port, '127.0.0.1', () => socket.write(request()));
      let received: Buffer = Buffer.alloc(0);
      let answered = false;
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', (error) => {
        failure ??= error;
      });
      socket.on('close', () => {
        open.delete(socket);
        resolve();
      });
      socket.on('data', (chunk) => {
        try {
          received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
          const length = answerLength(received);
          if (length === null || received.length < length || answered) return;
          answers += 1;
          received = Buffer.alloc(0);
          answered = !contender.keepsAlive;
          if (over || answered) socket.end();
          else socket.write(request());
        } catch (error) {
          failure ??= error;
          socket.destroy();
        }
      });
    });
  const oneClient = async () => {
    while (!over && failure === null) await oneConnection();
  };

  const clients = Array.from({ length: connections }, oneClient);
  await sleep(durationMs);
  const [seconds, cpuSeconds] = [
    (performance.now() - startedAt) / 1000,
    (cpuMs(contender.pid) - startCpu) / 1000,
  ];
  const figures = { answers, seconds, cpuSeconds };
  over = true;
  // What is in flight is waited for: a client that goes away before its request has come blocks `openssl ocsp` for good.
  const late = setTimeout(() => {
    failure ??= new Error(`${contender.name} did not answer within ${graceMs / 1000} s`);
    for (const socket of open) socket.destroy();
  }, graceMs);
  await Promise.all(clients);
  clearTimeout(late);
  if (failure !== null) throw failure;
  if (answers === 0) throw new Error(`${contender.name} answered nothing`);
  return figures;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** It says so on stderr; a connection that only tries its port blocks it for good. */
async function untilItListens(child: ChildProcess): Promise<void> {
  const told = once(child.stderr ?? child, 'data').then(() => true);
  // It writes a line for each request.
  child.stderr?.resume();
  const ended = once(child, 'exit').then(() => false);
  if (!(await Promise.race([told, ended]))) throw new Error('openssl ocsp did not start');
}

function summary({ answers, seconds, cpuSeconds }: Figures) {
  return {
    answersPerSecond: Math.round(answers / seconds),
    answersPerCpuSecond: Math.round(answers / cpuSeconds),
    cpuUsPerAnswer: Number(((1e6 * cpuSeconds) / answers).toFixed(1)),
  };
}

export type ResponderFigures = {
  certificates: number;
  contenders: Record<string, ReturnType<typeof summary>>;
  timesOpenssl: number;
  timesOpensslNewConnection: number;
  opensslVersion: string;
};

/** `dir`: a folder to work in. */
export async function measureResponder(dir: string): Promise<ResponderFigures> {
  const spec = {
    seed: 7,
    algorithm: 'ecdsa-p256',
    crlEntries: 0,
    cohorts: [{ name: 'good', defect: 'none', identities: certificates }],
  };
  const [issuer] = corpusIssuers(spec, join(dir, 'cache'));
  if (issuer === undefined) throw new Error('a corpus has an issuing CA');
  const ca = new X509Certificate(issuer.caPem).raw;
  const hashed = certIdIssuerOf(ca);
  const serials = issuer.indexText.match(/(?<=\t)[0-9A-F]{32}(?=\t)/g) ?? [];
  const bodies = serials.map((serial) => encodeOcspRequest([makeCertId(hashed, Buffer.from(serial, 'hex'))]));

  const order = {
    service: 'ocsp',
    host: '127.0.0.1',
    port: 0,
    issuers: [issuer],
    nonce: 'echo',
    faults: [],
  } as const;
  const preSigned = await startService({ ...order, signing: 'ahead', validityMs: 3_600_000 });
  const onRequest = await startService({ ...order, signing: 'on-request', validityMs: 3_600_000 });

  const port = await freePort();
  for (const [name, text] of Object.entries({
    'ca.crt': issuer.caPem,
    'index.txt': issuer.indexText,
    'ocsp.crt': issuer.responderCertPem,
  }))
    writeFileSync(join(dir, name), text);
  writeFileSync(join(dir, 'ocsp.key'), issuer.responderKeyPem, { mode: 0o600 });
  const flags = [
    '-index',
    'index.txt',
    '-CA',
    'ca.crt',
    '-rsigner',
    'ocsp.crt',
    '-rkey',
    'ocsp.key',
    '-ndays',
    '1',
  ];
  const openssl = spawn('openssl', ['ocsp', '-port', String(port), ...flags], {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const opensslEnded = once(openssl, 'exit');

  try {
    await untilItListens(openssl);
    const of = (name: string, { pid, port: itsPort }: { pid: number; port: number }) => ({
      name,
      pid,
      port: itsPort,
    });
    const contenders: Contender[] = [
      { ...of('preSigned', preSigned), method: 'POST', keepsAlive: true },
      { ...of('preSignedGet', preSigned), method: 'GET', keepsAlive: true },
      { ...of('preSignedNewConnection', preSigned), method: 'POST', keepsAlive: false },
      { ...of('onRequest', onRequest), method: 'POST', keepsAlive: true },
      { ...of('openssl', { pid: openssl.pid ?? 0, port }), method: 'POST', keepsAlive: false },
    ];
    const totals = new Map<string, Figures>();
    for (let round = -1; round < rounds; round += 1) {
      for (const contender of contenders) {
        const warmup = round < 0;
        const figures = await storm(
          contender,
          encodeRequests(bodies, contender),
          warmup ? roundMs / 3 : roundMs,
        );
        const before = totals.get(contender.name) ?? { answers: 0, seconds: 0, cpuSeconds: 0 };
        if (warmup) continue;
        totals.set(contender.name, {
          answers: before.answers + figures.answers,
          seconds: before.seconds + figures.seconds,
          cpuSeconds: before.cpuSeconds + figures.cpuSeconds,
        });
      }
    }
    await checkAnswer(preSigned.port, { ca, serial: serials[0] ?? '', body: bodies[0] ?? new Uint8Array(0) });
    const figures = Object.fromEntries([...totals].map(([name, total]) => [name, summary(total)]));
    const perCpu = (name: string) => figures[name]?.answersPerCpuSecond ?? 0;
    return {
      certificates,
      contenders: figures,
      timesOpenssl: Number((perCpu('preSigned') / perCpu('openssl')).toFixed(1)),
      timesOpensslNewConnection: Number((perCpu('preSignedNewConnection') / perCpu('openssl')).toFixed(1)),
      opensslVersion: spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout.trim(),
    };
  } finally {
    openssl.kill('SIGKILL');
    await Promise.all([opensslEnded, preSigned.stop(), onRequest.stop()]);
  }
}

/** What is counted is worth counting: an answer of the responder verifies. */
async function checkAnswer(
  from: number,
  { ca, serial, body }: { ca: Uint8Array; serial: string; body: Uint8Array },
): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${from}/`, { method: 'POST', body: Buffer.from(body) });
  const serialNumber = Buffer.from(serial, 'hex');
  const verdict = verifyOcspResponse(Buffer.from(await answer.arrayBuffer()), { issuer: ca, serialNumber });
  if (!verdict.valid || verdict.status.kind !== 'good')
    throw new Error(`the answer does not verify: ${JSON.stringify(verdict)}`);
}

export function printResponder({
  contenders,
  timesOpenssl,
  timesOpensslNewConnection,
  opensslVersion,
}: ResponderFigures): void {
  for (const [name, { answersPerSecond, answersPerCpuSecond, cpuUsPerAnswer }] of Object.entries(
    contenders,
  )) {
    const numbers = [answersPerSecond, answersPerCpuSecond, cpuUsPerAnswer].map((number) =>
      String(number).padStart(10),
    );
    process.stdout.write(`${name.padEnd(24)}${numbers.join('')}\n`);
  }
  process.stdout.write(
    `${' '.repeat(24)}${['answers/s', '/CPU s', 'CPU µs'].map((word) => word.padStart(10)).join('')}\n`,
  );
  process.stdout.write(
    `pre-signed per CPU second: ${timesOpenssl}× ${opensslVersion}, ${timesOpensslNewConnection}× with a new connection each\n`,
  );
}
