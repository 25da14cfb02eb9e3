import { mochi } from '../../src/targets/mochi.ts';
import { describeBroker } from './installed-brokers.ts';

describeBroker(mochi, {
  revocation: 'crl-indexed',
  version: /^mochi-mqtt \d+\.\d+\.\d+ on go\d+/,
  alerts: { expired: /CERTIFICATE_EXPIRED/, revoked: /BAD_CERTIFICATE/, 'unknown-ca': /UNKNOWN_CA/ },
});
