import { rumqttd } from '../../src/targets/rumqttd.ts';
import { describeBroker } from './installed-brokers.ts';

describeBroker(rumqttd, {
  revocation: 'none',
  version: /^rumqttd \d+\.\d+\.\d+ on rustls/,
  alerts: { expired: /ALERT/, 'unknown-ca': /ALERT/ },
});
