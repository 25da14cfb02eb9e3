/** Servers that a broker under test asks: what other rooms use of them. */

export { openAuthService } from './auth/auth-service.ts';
export { readUserLines, usersOf } from './auth/users.ts';
export { openControlPort } from './control/control-port.ts';
export type { ServiceOrder } from './control/protocol.ts';
export { RevisableCrls } from './crl/revisable-crls.ts';
export type { Fault, ServiceName } from './faults/fault.ts';
export { checkFault } from './faults/fault-set.ts';
export { faults } from './faults/index.ts';
export { type OcspIssuer, type OcspIssuerFiles, type OcspIssuerTexts, ocspIssuer } from './ocsp/issuer.ts';
export { type OcspServiceOptions, openOcspService } from './ocsp/ocsp-service.ts';
export type { SigningMode } from './ocsp/responder.ts';
export { openService } from './open-service.ts';
export type { OpenService, RevokeOrder, ServiceSnapshot } from './service.ts';
export { isMistake, ServiceError } from './service-error.ts';
export { type RunningService, startService } from './start-service.ts';
