import type { DriverKind } from './driver.ts';
import { nodeDriver } from './node.ts';
import { wireDriver } from './wire.ts';

export const drivers: readonly DriverKind[] = [nodeDriver, wireDriver];

export const driverNames: readonly string[] = drivers.map(({ name }) => name);
