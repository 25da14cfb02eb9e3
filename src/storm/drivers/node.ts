import type { SecureContext } from 'node:tls';
import { Agreements } from '../../metrics/agreement.ts';
import type { MqttVersion } from '../mqtt-version.ts';
import type { TlsOrder } from '../tls-order.ts';
import type {
  AttemptListener,
  Client,
  Connection,
  ConnectOptions,
  Destination,
  DriverKind,
} from './driver.ts';
import { connectBytes } from './mqtt-bytes.ts';
import { NodeAttempt, type NodeClientSide, type NodeShared } from './node-attempt.ts';
import { SecureContexts } from './secure-contexts.ts';
import { ServerIdentity } from './server-identity.ts';

/**
 * `tls.connect` with what costs CPU and tells a storm nothing left out: one SecureContext for each identity for the whole run, the
 * server's chain verified once for each certificate, one read buffer, and a key share for X25519 alone (P-256 and P-384 stay on offer; a
 * server that wants one of them asks with a HelloRetryRequest).
 */
export const nodeDriver: DriverKind = {
  name: 'node',
  lies: [],
  transports: ['tls', 'wss', 'tcp'],
  open(options) {
    const shared: NodeShared = {
      serverIdentity: options.verifyServer ? new ServerIdentity(options.serverCa) : undefined,
      readBuffer: new Uint8Array(16 * 1024),
      agreements: new Agreements(),
    };
    // The server is judged by `ServerIdentity`.
    const contexts = new SecureContexts({ ...options, verifyServer: false });
    return {
      hidesMemory: true,
      prepare: (identity, connect) =>
        new NodeClient(shared, contexts.of(identity, connect.tls), identity.clientId, connect),
    };
  },
};

const noWishes: TlsOrder = {};

class NodeClient implements Client, NodeClientSide {
  readonly clientId: string;
  readonly context: SecureContext;
  readonly connectPacket: Buffer;
  readonly mqttVersion: MqttVersion;
  readonly resumes: boolean;
  readonly tls: TlsOrder;
  ticket: Buffer | undefined;
  readonly #shared: NodeShared;

  constructor(shared: NodeShared, context: SecureContext, userName: string, connect: ConnectOptions) {
    this.#shared = shared;
    this.context = context;
    this.clientId = connect.clientId;
    this.connectPacket = connectBytes(connect.clientId, userName, connect);
    this.mqttVersion = connect.mqttVersion ?? '3.1.1';
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
