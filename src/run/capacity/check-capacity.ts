import type { VariantPlan } from '../../scenario/plan.ts';
import { RunError } from '../run-error.ts';
import { demandOf } from './demand.ts';
import { availableBytes, memoryShort } from './memory.ts';
import { fileDescriptorLimit, openFilesShort } from './open-files.ts';
import { ephemeralPorts, type PortRange, sourcePortsShort } from './source-ports.ts';

/** What there is; undefined where the system does not tell. */
export type MachineLimits = {
  openFiles: number | undefined;
  ports: PortRange | undefined;
  availableBytes: number;
};

export function readMachineLimits(): MachineLimits {
  return { openFiles: fileDescriptorLimit(), ports: ephemeralPorts(), availableBytes: availableBytes() };
}

/**
 * Holds what a plan asks for against what this machine has, before anything is started: a starved generator measures itself, and a machine
 * without memory measures nothing. Returns a sentence for each thing that may be too little. Throws RunError, with a sentence for each
 * thing that is.
 */
export function checkCapacity(
  variants: readonly VariantPlan[],
  workers: number,
  limits: MachineLimits,
): string[] {
  return variants
    .filter(({ impossible }) => impossible === undefined)
    .flatMap((variant) => {
      const demand = demandOf(variant);
      const found = [
        openFilesShort(variant, demand, limits.openFiles),
        sourcePortsShort(variant, demand, limits.ports, workers),
        memoryShort(variant, demand, limits.availableBytes),
      ].filter((shortage) => shortage !== undefined);
      const [first, ...others] = found.filter(({ certain }) => certain);
      if (first !== undefined)
        throw new RunError(first.code, [first, ...others].map(({ sentence }) => sentence).join('\n'));
      return found.map(({ sentence }) => sentence);
    });
}
