import {
  createCipheriv,
  diffieHellman,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { median } from 'simple-statistics';

/** Milliseconds that one kind of operation is repeated for; seven kinds and the set-up stay under 300 ms together. */
const standardBudgetMs = 30;
const batches = 9;

/** What `calibrate` measures, in the order of a report, with what a reader would call it. */
export const calibrationNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    p256Sign: 'P-256 sign',
    p256Verify: 'P-256 verify',
    x25519: 'X25519 key agreement',
    sha256Of16kB: 'SHA-256 of 16 kB',
    aes128GcmOf16kB: 'AES-128-GCM of 16 kB',
    loopbackRoundTrip: 'Loopback round trip',
    memoryCopyOf8MB: 'Memory copy of 8 MB',
  }),
);

/**
 * What this machine's parts cost just now: the median microseconds of an operation over nine short batches, so that a batch which
 * something else interrupted does not count. Takes under 300 ms on a quiet machine and one core of it; `budgetMs` is for each of the seven.
 */
export async function calibrate(budgetMs = standardBudgetMs): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const [name, operation] of cpuOperations()) figures[name] = microseconds(operation, budgetMs);
  figures.loopbackRoundTrip = await loopbackMicroseconds(budgetMs);
  figures.memoryCopyOf8MB = microseconds(memoryCopy(), budgetMs);
  return figures;
}

function cpuOperations(): [string, () => void][] {
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ours = generateKeyPairSync('x25519');
  const theirs = generateKeyPairSync('x25519');
  const digestInput = randomBytes(130);
  const signature = sign('sha256', digestInput, p256.privateKey);
  const block = randomBytes(16_384);
  return [
    ['p256Sign', () => sign('sha256', digestInput, p256.privateKey)],
    ['p256Verify', () => verify('sha256', digestInput, p256.publicKey, signature)],
    ['x25519', () => agree(ours.privateKey, theirs.publicKey)],
    ['sha256Of16kB', () => hash('sha256', block, 'buffer')],
    ['aes128GcmOf16kB', seal(block)],
  ];
}

function agree(privateKey: KeyObject, publicKey: KeyObject): void {
  diffieHellman({ privateKey, publicKey });
}

function seal(block: Buffer): () => void {
  const key = randomBytes(16);
  const iv = randomBytes(12);
  return () => {
    const cipher = createCipheriv('aes-128-gcm', key, iv);
    cipher.update(block);
    cipher.final();
    cipher.getAuthTag();
  };
}

function memoryCopy(): () => void {
  const from = Buffer.alloc(8_000_000, 7);
  const to = Buffer.alloc(8_000_000);
  return () => {
    from.copy(to);
  };
}

function microseconds(operation: () => void, budgetMs: number): number {
  const perBatch = repeatsWithin(operation, budgetMs / batches);
  const times = Array.from({ length: batches - 1 }, () => {
    const start = process.hrtime.bigint();
    for (let i = 0; i < perBatch; i += 1) operation();
    return Number(process.hrtime.bigint() - start) / 1000 / perBatch;
  });
  return median(times);
}

/** The first batch warms up and finds out how many repeats fill a batch. */
function repeatsWithin(operation: () => void, ms: number): number {
  const end = process.hrtime.bigint() + BigInt(Math.round(ms * 1e6));
  let repeats = 0;
  do {
    operation();
    repeats += 1;
  } while (process.hrtime.bigint() < end);
  return repeats;
}

/** One byte there and back between two sockets of this process: what the kernel and the event loop add to every exchange. */
async function loopbackMicroseconds(budgetMs: number): Promise<number> {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => socket.write(chunk));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the loopback server has no port');
  const socket = connect({ port: address.port, host: '127.0.0.1', noDelay: true });
  try {
    await once(socket, 'connect');
    return median(await roundTrips(socket, budgetMs));
  } finally {
    socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

async function roundTrips(socket: Socket, budgetMs: number): Promise<number[]> {
  const byte = Buffer.of(1);
  const times: number[] = [];
  const end = performance.now() + budgetMs;
  do {
    const start = process.hrtime.bigint();
    socket.write(byte);
    await once(socket, 'data');
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  } while (performance.now() < end);
  return times;
}
