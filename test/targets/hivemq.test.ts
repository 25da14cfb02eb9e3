import { hivemq } from '../../src/targets/hivemq.ts';
import { describeBroker } from './installed-brokers.ts';

describeBroker(hivemq, {
  revocation: 'none',
  version: /^HiveMQ CE \d+\.\d+ on Java \d+/,
  alerts: { expired: /CERTIFICATE_UNKNOWN/, 'unknown-ca': /CERTIFICATE_UNKNOWN/ },
});
