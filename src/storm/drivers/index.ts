import type { DriverKind } from './driver.ts';
import { nodeDriver } from './node.ts';

export const drivers: readonly DriverKind[] = [nodeDriver];

export const driverNames: readonly string[] = drivers.map(({ name }) => name);
