import { delay } from './delay.ts';
import { drip } from './drip.ts';
import { drop } from './drop.ts';
import { expired } from './expired.ts';
import type { Fault } from './fault.ts';
import { garbage } from './garbage.ts';
import { hang } from './hang.ts';
import { html } from './html.ts';
import { httpError } from './http-error.ts';
import { largeBody } from './large-body.ts';
import { ocspError } from './ocsp-error.ts';
import { refuse } from './refuse.ts';
import { wrongCertId } from './wrong-cert-id.ts';
import { wrongSignature } from './wrong-signature.ts';

/** Every way in which a service can fail on purpose. */
export const faults: readonly Fault[] = [
  delay,
  hang,
  refuse,
  httpError,
  html,
  garbage,
  largeBody,
  drop,
  drip,
  ocspError,
  wrongSignature,
  expired,
  wrongCertId,
];
