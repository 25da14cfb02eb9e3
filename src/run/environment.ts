import { readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import type { Environment } from '../result/schema.ts';
import { calibrate } from '../stats/calibration.ts';
import { fileDescriptorLimit } from './capacity/open-files.ts';

/** The machine and the runtime that the figures belong to; takes about 0.3 s, most of it the calibration. */
export async function describeEnvironment(): Promise<Environment> {
  const processors = cpus();
  const limit = fileDescriptorLimit();
  return {
    certstorm: ownVersion(),
    runtime: `Node ${process.version}`,
    openssl: process.versions.openssl ?? 'none',
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    platform: `${process.platform}-${process.arch}`,
    ...(limit === undefined ? {} : { fileDescriptorLimit: limit }),
    calibration: await calibrate(),
  };
}

export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new Error('package.json has no version');
}
