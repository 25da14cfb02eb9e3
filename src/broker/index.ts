export { paddedRules } from './authorization/index.ts';
export { type AuthorizationRule, unknownPlaceholder } from './authorization/rule.ts';
export { BrokerError } from './broker-error.ts';
export {
  type BrokerConfig,
  type BrokerSettings,
  type BrokerSnapshot,
  type BrokerTally,
  defaultBrokerSettings,
  type RefusalLayer,
} from './config.ts';
export type { Prepared } from './connect-auth/auth.ts';
export { databaseNames } from './connect-auth/database/index.ts';
export { passwordAlgorithms } from './connect-auth/hashes/index.ts';
export { connectAuthNames, prepareConnectAuth } from './connect-auth/index.ts';
export { requestFormatNames } from './connect-auth/webservice/index.ts';
export { ControlClient } from './control-client.ts';
export { type ProcessMemory, readProcessMemory } from './process-memory.ts';
export { revocationCounters } from './revocation/figures.ts';
export { revocationNames } from './revocation/index.ts';

/** The module that a broker's process is started with: `node --expose-gc`, the control channel as file descriptor 3. */
export const brokerEntry = new URL(
  import.meta.url.endsWith('.ts') ? './main.ts' : './main.js',
  import.meta.url,
);
