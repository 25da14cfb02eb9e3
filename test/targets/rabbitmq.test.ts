import { rabbitmq } from '../../src/targets/rabbitmq.ts';
import { describeBroker } from './installed-brokers.ts';

describeBroker(rabbitmq, {
  revocation: 'crl-native',
  version: /^RabbitMQ \d+\.\d+\.\d+ on Erlang \d+/,
  alerts: { expired: /CERTIFICATE_EXPIRED/, revoked: /CERTIFICATE_REVOKED/, 'unknown-ca': /UNKNOWN_CA/ },
});
