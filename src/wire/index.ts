/**
 * certstorm's own TLS 1.3 client, on node:net and node:crypto alone. It is for load and for lies and is no general TLS library: it
 * speaks TLS 1.3 only, looks at no revocation, evaluates no name constraints (it refuses chains that have some), asks for no 0-RTT and
 * no post-handshake authentication, and its short-record AES is not constant-time, so that only throw-away test keys belong in it.
 */
export { type AlertName, alertName, alertNumbers } from './alerts.ts';
export type { ClientOutput, ClientSettings, Phase } from './client.ts';
export { TlsClient } from './client.ts';
export { Connection, type ConnectionEvents, type ConnectOptions, connect } from './connection.ts';
export { cipherSuites } from './crypto/cipher-suites.ts';
export { namedGroups } from './crypto/named-groups.ts';
export type { Ending } from './ending.ts';
export type { Presented } from './flight.ts';
export { Handshake, type HandshakePhase, type HandshakeSettings } from './handshake.ts';
export { type IdentityMaterial, type PreparedIdentity, prepareIdentity } from './identity.ts';
export type { KeyShares } from './key-share-pool.ts';
export { lies } from './lies/index.ts';
export type { Lie, MessageOrder } from './lies/lie.ts';
export { messageOrders } from './lies/message-orders.ts';
export { type Offer, type OfferOptions, prepareOffer } from './offer.ts';
export type { Session } from './session.ts';
export { signatureSchemes } from './signature-schemes.ts';
export type { TricklePace } from './trickle.ts';
export { prepareTrust, type Trust, type TrustOptions } from './trust/trust.ts';
export { WireError, type WireErrorCode } from './wire-error.ts';
