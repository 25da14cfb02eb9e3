#!/usr/bin/env node
// Plain JavaScript that any Node ≥ 20 runs: it hands over to the runtime that the lock file pins, because the TLS stack under test is
// part of what is measured. Where no pinned runtime was installed (macOS), this Node goes on itself if it is new enough.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Path of the pinned runtime, or undefined where its platform package was not installed. */
function pinnedRuntime() {
  try {
    const manifest = createRequire(import.meta.url).resolve(
      `node-${process.platform}-${process.arch}/package.json`,
    );
    const binary = fileURLToPath(new URL('bin/node', `file://${manifest}`));
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

const major = Number(process.versions.node.split('.')[0]);
const pinned = pinnedRuntime();

if (pinned === undefined || pinned === process.execPath || process.env.CERTSTORM_RUNTIME === 'own') {
  if (major < 24) {
    console.error(
      `certstorm needs Node 24 and this is ${process.version}: install it, or reinstall certstorm with optional dependencies on Linux`,
    );
    process.exit(1);
  }
  await import(entry);
} else {
  // A session of its own, so that a terminal's Ctrl-C reaches the run once, through here, and not twice.
  const child = spawn(pinned, [entry, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`certstorm could not start its runtime ${pinned}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
}
