import type { DriverKind } from './driver.ts';
import { mqttjsDriver } from './mqttjs.ts';
import { nodeDriver } from './node.ts';
import { wireDriver } from './wire.ts';

export const drivers: readonly DriverKind[] = [nodeDriver, wireDriver, mqttjsDriver];

export const driverNames: readonly string[] = drivers.map(({ name }) => name);
