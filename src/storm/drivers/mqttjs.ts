import { createRequire } from 'node:module';
import type { SecureContext } from 'node:tls';
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
} from './driver.ts';
import { MqttjsAttempt, type MqttjsClientSide, type MqttjsShared } from './mqttjs-attempt.ts';
import { SecureContexts } from './secure-contexts.ts';

/**
 * MQTT.js whole, as an application has it: its parser, its stores, its keep-alive, a client object for each connection. What a device on
 * Node is like, at several times the CPU of `node`; for realism and for a second opinion, not for load. It gets one SecureContext for each
 * identity, as applications that connect often keep one, and is told never to connect again by itself. Over WebSocket it has its `ws` as applications have it, which offers to compress and has a frame
 * for each piece that MQTT.js writes, on a TLS socket of ours.
 */
export const mqttjsDriver: DriverKind = {
  name: 'mqttjs',
  lies: [],
  transports: ['tls', 'wss', 'tcp'],
  open(options) {
    const contexts = new SecureContexts(options);
    // It takes a fifth of a second to load: only who storms with it waits for it.
    const { connect } = createRequire(import.meta.url)('mqtt') as typeof import('mqtt');
    const shared: MqttjsShared = {
      connect,
      verifyServer: options.verifyServer,
      agreements: new Agreements(),
    };
    return {
      hidesMemory: true,
      prepare: (identity, settings) =>
        new MqttjsClient(shared, contexts.of(identity, settings.tls), identity, settings),
    };
  },
};

const noWishes: TlsOrder = {};

class MqttjsClient implements Client, MqttjsClientSide {
  readonly clientId: string;
  readonly context: SecureContext;
  readonly credentials: MqttjsClientSide['credentials'];
  readonly keepAliveS: number;
  readonly mqttVersion: MqttjsClientSide['mqttVersion'];
  readonly resumes: boolean;
  readonly tls: TlsOrder;
  ticket: Buffer | undefined;
  readonly #shared: MqttjsShared;

  constructor(shared: MqttjsShared, context: SecureContext, identity: Identity, settings: ConnectOptions) {
    const { clientId, password, keepAliveS = 60, mqttVersion = '3.1.1', resumes = false, tls } = settings;
    this.#shared = shared;
    this.context = context;
    this.clientId = clientId;
    this.credentials = password === null ? {} : { username: identity.clientId, password };
    this.keepAliveS = keepAliveS;
    this.mqttVersion = mqttVersion;
    this.resumes = resumes;
    this.tls = tls ?? noWishes;
  }

  attempt(to: Destination, listener: AttemptListener, offerTicket = false): Connection {
    return new MqttjsAttempt(this.#shared, this, to, listener, offerTicket);
  }

  forgetTicket(): void {
    this.ticket = undefined;
  }
}
