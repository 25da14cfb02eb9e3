import { expect } from 'vitest';
import { rabbitmq } from '../../src/targets/rabbitmq.ts';
import { attemptConnect, clientOptions } from '../broker/test-client.ts';
import { describeBroker } from './installed-brokers.ts';

describeBroker(rabbitmq, {
  revocation: 'crl-native',
  version: /^RabbitMQ \d+\.\d+\.\d+ on Erlang \d+/,
  alerts: { expired: /CERTIFICATE_EXPIRED/, revoked: /CERTIFICATE_REVOKED/, 'unknown-ca': /UNKNOWN_CA/ },
  also: [
    {
      claim: 'takes the name in a certificate for the user, who must be one of its own',
      changes: { connectAuth: 'certificate', users: { clientIds: ['good', 'another'], password: '' } },
      async check(broker, pki) {
        const attempt = (client: 'good' | 'revoked') =>
          attemptConnect(broker.address, { ...clientOptions(pki, pki.clients[client]), clientId: client });
        expect(await attempt('good')).toBe(0);
        // Its certificate is good here, for nothing is looked up, and its name is nobody's.
        expect(await attempt('revoked')).toBe(4);
      },
    },
  ],
});
