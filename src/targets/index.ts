import { bundled } from './bundled.ts';
import { external } from './external.ts';
import { hivemq } from './hivemq.ts';
import { mochi } from './mochi.ts';
import { mosquitto } from './mosquitto.ts';
import { rabbitmq } from './rabbitmq.ts';
import { rumqttd } from './rumqttd.ts';
import type { TargetKind } from './target.ts';

/** Every kind of target that a scenario may name at `target.kind`. */
export const targets: readonly TargetKind[] = [
  bundled,
  mosquitto,
  mochi,
  rumqttd,
  rabbitmq,
  hivemq,
  external,
];

export const targetNames: readonly string[] = targets.map(({ kind }) => kind);

export { TargetError } from './target-error.ts';
