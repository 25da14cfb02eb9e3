import { accessSync, constants, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { exitCodes } from '../gate/exit-codes.ts';
import { makeDirectories } from '../pki/whole-file.ts';
import { readMachineLimits } from '../run/capacity/check-capacity.ts';
import { mostSessions } from '../run/capacity/most-sessions.ts';
import { fileDescriptorLimit } from '../run/capacity/open-files.ts';
import { cacheDir } from './cache-dir.ts';

type Finding = { subject: string; state: 'good' | 'warning' | 'bad'; found: string; mend?: string };

/** `certstorm doctor`: what this machine can carry. Exit code 0 when a run can go on, 1 when something forbids it. */
export async function doctor(flags: { json?: true }): Promise<void> {
  const findings = [
    runtime(),
    tlsStack(),
    fileDescriptors(),
    cores(),
    ports(),
    sessions(),
    await loopback(),
    cache(),
    clock(),
  ];
  if (flags.json === true) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else {
    const marks = { good: '✓', warning: '!', bad: '✗' };
    for (const { subject, state, found, mend } of findings) {
      process.stdout.write(
        `${marks[state]} ${subject.padEnd(18)} ${found}${mend === undefined ? '' : `\n  ${' '.repeat(18)} → ${mend}`}\n`,
      );
    }
  }
  if (findings.some(({ state }) => state === 'bad')) process.exitCode = exitCodes.internalError;
}

function runtime(): Finding {
  const pinned = /[\\/]node_modules[\\/]node-linux-/.test(process.execPath);
  const found = `Node ${process.version}${pinned ? ', pinned by the lock file' : ", this machine's own"}`;
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 24)
    return { subject: 'runtime', state: 'bad', found, mend: 'certstorm needs Node 24 or later' };
  if (pinned) return { subject: 'runtime', state: 'good', found };
  return {
    subject: 'runtime',
    state: 'warning',
    found,
    mend: 'results compare only with runs on the same runtime; on Linux `npm ci` installs the pinned one, `npm run` uses it',
  };
}

function tlsStack(): Finding {
  return { subject: 'TLS stack', state: 'good', found: `OpenSSL ${process.versions.openssl}` };
}

function fileDescriptors(): Finding {
  const limit = fileDescriptorLimit();
  if (limit === undefined)
    return { subject: 'file descriptors', state: 'warning', found: 'the system does not tell its limit' };
  const found = `${limit} open files`;
  if (limit < 256)
    return {
      subject: 'file descriptors',
      state: 'bad',
      found,
      mend: 'raise the limit with `ulimit -n 4096`',
    };
  if (limit < 4096) {
    return {
      subject: 'file descriptors',
      state: 'warning',
      found,
      mend: 'for storms with many attempts in flight: `ulimit -n 65536`',
    };
  }
  return { subject: 'file descriptors', state: 'good', found };
}

function cores(): Finding {
  const count = availableParallelism();
  if (count >= 2)
    return {
      subject: 'cores',
      state: 'good',
      found: `${count}: one for the broker, ${count - 1} for storm workers`,
    };
  return {
    subject: 'cores',
    state: 'warning',
    found: '1: broker and generator share it',
    mend: 'latencies then contain the wait for the core; use 2 or more',
  };
}

function ports(): Finding {
  const subject = 'ephemeral ports';
  try {
    const [low, high] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    const count = (high ?? 0) - (low ?? 0) + 1;
    return {
      subject,
      state: 'good',
      found: `${low}–${high}: ${count} for each of the loopback addresses that storms rotate over`,
    };
  } catch {
    return { subject, state: 'warning', found: 'the system does not tell its range' };
  }
}

/** What of this machine would be used up first by sessions that are held. */
function sessions(): Finding {
  const limits = readMachineLimits();
  const workers = Math.max(1, availableParallelism() - 1);
  const { sessions: count, of } = mostSessions(limits, workers, 'node');
  return {
    subject: 'held sessions',
    state: 'good',
    found: `about ${count} over TLS at the bundled broker, with driver node; then there is no more of ${of}`,
  };
}

/** Source addresses rotate over 127.0.0.0/8: Linux has them all, macOS only 127.0.0.1. */
async function loopback(): Promise<Finding> {
  const subject = 'loopback addresses';
  const server = createServer();
  const failure = await new Promise<Error | undefined>((resolve) => {
    server.once('error', resolve);
    server.listen(0, '127.77.88.99', () => resolve(undefined));
  });
  server.close();
  if (failure === undefined) return { subject, state: 'good', found: '127.0.0.0/8 can be bound' };
  return {
    subject,
    state: 'bad',
    found: `127.77.88.99 cannot be bound (${failure.message})`,
    mend: 'run on Linux, or add loopback aliases',
  };
}

function cache(): Finding {
  const dir = cacheDir();
  try {
    makeDirectories(dir, 0o700);
    accessSync(dir, constants.W_OK);
    return { subject: 'corpus cache', state: 'good', found: dir };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      subject: 'corpus cache',
      state: 'bad',
      found: `${dir} (${reason})`,
      mend: 'name a folder of yours in CERTSTORM_CACHE',
    };
  }
}

/** The forge's certificates are valid from 2025 to 2049. */
function clock(): Finding {
  const now = new Date();
  const found = now.toISOString();
  if (now.getUTCFullYear() >= 2025 && now.getUTCFullYear() < 2049)
    return { subject: 'clock', state: 'good', found };
  return {
    subject: 'clock',
    state: 'bad',
    found,
    mend: "set the machine's clock: every certificate would be expired or not yet valid",
  };
}
