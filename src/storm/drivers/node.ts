import { createSecureContext, type SecureContext } from 'node:tls';
import { Agreements } from '../../metrics/agreement.ts';
import type { Identity } from '../../pki/identity.ts';
import type { TlsOrder } from '../tls-order.ts';
import type {
  AttemptListener,
  Client,
  Connection,
  ConnectOptions,
  Destination,
  DriverKind,
  DriverOptions,
} from './driver.ts';
import { connectBytes } from './mqtt-bytes.ts';
import { NodeAttempt, type NodeClientSide, type NodeShared } from './node-attempt.ts';
import { pem } from './pem.ts';
import { ServerIdentity } from './server-identity.ts';

/**
 * `tls.connect` with what costs CPU and tells a storm nothing left out: one SecureContext for each identity for the whole run, the
 * server's name compared once for each certificate, one read buffer, and a key share for X25519 alone (P-256 and P-384 stay on offer; a
 * server that wants one of them asks with a HelloRetryRequest).
 */
export const nodeDriver: DriverKind = {
  name: 'node',
  lies: [],
  transports: ['tls', 'wss', 'tcp'],
  open(options) {
    const shared: NodeShared = {
      serverIdentity: options.verifyServer ? new ServerIdentity() : undefined,
      readBuffer: new Uint8Array(16 * 1024),
      agreements: new Agreements(),
    };
    let bare: { tls: TlsOrder | undefined; context: SecureContext } | undefined;
    return {
      prepare(identity, connect) {
        const { tls } = connect;
        // Those without a certificate share one context, as long as they offer the same.
        if (identity.key === null && (bare === undefined || bare.tls !== tls))
          bare = { tls, context: secureContext(identity, options, tls) };
        const context = identity.key === null ? bare?.context : undefined;
        return new NodeClient(
          shared,
          context ?? secureContext(identity, options, tls),
          identity.clientId,
          connect,
        );
      },
    };
  },
};

const defaultGroups = ['X25519', 'P-256', 'P-384'];

function secureContext(
  { key, chain }: Identity,
  { serverCa, verifyServer }: DriverOptions,
  { versions, groups, ciphers, signatureAlgorithms }: TlsOrder = {},
): SecureContext {
  return createSecureContext({
    // Without `ca` each context would hold the system's whole root store.
    ca: verifyServer ? serverCa : [],
    ecdhCurve: (groups ?? defaultGroups).join(':'),
    ...(versions === undefined
      ? {}
      : {
          minVersion: versions.includes('1.2') ? 'TLSv1.2' : 'TLSv1.3',
          maxVersion: versions.includes('1.3') ? 'TLSv1.3' : 'TLSv1.2',
        }),
    ...(ciphers === undefined ? {} : { ciphers: ciphers.join(':') }),
    ...(signatureAlgorithms === undefined ? {} : { sigalgs: signatureAlgorithms.join(':') }),
    ...(key === null
      ? {}
      : { key: pem('PRIVATE KEY', key), cert: chain.map((der) => pem('CERTIFICATE', der)).join('') }),
  });
}

const noWishes: TlsOrder = {};

class NodeClient implements Client, NodeClientSide {
  readonly clientId: string;
  readonly context: SecureContext;
  readonly connectPacket: Buffer;
  readonly resumes: boolean;
  readonly tls: TlsOrder;
  ticket: Buffer | undefined;
  readonly #shared: NodeShared;

  constructor(shared: NodeShared, context: SecureContext, userName: string, connect: ConnectOptions) {
    this.#shared = shared;
    this.context = context;
    this.clientId = connect.clientId;
    this.connectPacket = connectBytes(connect.clientId, userName, connect.password, connect.keepAliveS);
    this.resumes = connect.resumes ?? false;
    this.tls = connect.tls ?? noWishes;
  }

  attempt(to: Destination, listener: AttemptListener, offerTicket = false): Connection {
    return new NodeAttempt(this.#shared, this, to, listener, offerTicket);
  }

  forgetTicket(): void {
    this.ticket = undefined;
  }
}
