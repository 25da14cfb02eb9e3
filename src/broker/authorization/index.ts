import type { Duplex } from 'node:stream';
import type { BrokerSettings } from '../config.ts';
import type { Grants } from '../connect-auth/auth.ts';
import { leafDer } from '../revocation/peer-chain.ts';
import { tlsSocketOf } from '../tls-socket-of.ts';
import { certificateFacts } from './certificate-facts.ts';
import { compileRules, grantsOf } from './grants.ts';
import type { AuthorizationRule } from './rule.ts';

export { mayPublish, maySubscribe } from './authorizer.ts';
export { type AuthorizationRule, namedPlaceholders, type RuleCondition, unknownPlaceholder } from './rule.ts';

/** What the client behind a connection may do by its certificate. */
export type Authorization = (connection: Duplex, clientId: string, userName: string | null) => Grants;

/** Null where there are no rules: then a session may do anything. Rules that fit nobody come first, as many as `padding` says. */
export function openAuthorization(settings: BrokerSettings): Authorization | null {
  const padded = paddedRules(settings);
  if (padded === null) return null;
  const rules = compileRules(padded);
  return (connection, clientId, userName) => {
    const socket = tlsSocketOf(connection);
    const der = socket && leafDer(socket);
    const certificate = der === null ? null : certificateFacts(der);
    return grantsOf(rules, { clientId, userName, certificate }, Date.now());
  };
}

/** The rules that each client is held against, in their order; null where there are none. */
export function paddedRules({ authorization }: BrokerSettings): AuthorizationRule[] | null {
  return authorization && [...idleRules(authorization.padding), ...authorization.rules];
}

/** Looked through for each client like any other: what is measured is how the cost grows with their number. */
function idleRules(count: number): AuthorizationRule[] {
  return Array.from({ length: count }, (_, index) => ({
    when: { subject: { CN: `nobody-${index}-*`, O: 'nobody' } },
    publish: [`idle/${index}/#`],
    subscribe: [],
  }));
}
