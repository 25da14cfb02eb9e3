import { isIP, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  connect as connectTls,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import type { IClientOptions, MqttClient, connect as mqttConnect } from 'mqtt';
import type { ClientOptions as WebSocketOptions } from 'ws';
import type { Outcome } from '../../metrics/recorder.ts';
import { type MqttVersion, protocolLevel } from '../mqtt-version.ts';
import { httpRefused, localError } from '../outcomes.ts';
import type { TlsOrder } from '../tls-order.ts';
import type { Destination } from './driver.ts';
import { offerOf } from './socket-attempt.ts';
import { mqttPath } from './websocket.ts';

/** What MQTT.js connects as. */
export type MqttjsWho = {
  readonly clientId: string;
  readonly context: SecureContext;
  readonly credentials: { username?: string; password?: string };
  readonly keepAliveS: number;
  readonly mqttVersion: MqttVersion;
  readonly tls: TlsOrder;
};

export type MqttjsStreamOptions = {
  connect: typeof mqttConnect;
  verifyServer: boolean;
  /** A TLS session to resume. */
  ticket: Buffer | undefined;
  /** Told where the answer to the upgrade is a refusal, or no WebSocket: the socket has nothing to say of that. */
  unusable(outcome: Outcome): void;
};

/** The longest that a timer of Node takes: how long an attempt may last is the storm's to say. */
const neverMs = 2 ** 31 - 1;

/** A client object of MQTT.js that connects, and the TCP or TLS socket below whatever it speaks MQTT over. */
export function openMqttjs(
  who: MqttjsWho,
  to: Destination,
  options: MqttjsStreamOptions,
): { mqtt: MqttClient; socket: Socket } {
  const { connect } = options;
  const common: IClientOptions = {
    clientId: who.clientId,
    ...who.credentials,
    protocolVersion: protocolLevel(who.mqttVersion),
    clean: true,
    keepalive: who.keepAliveS,
    reconnectPeriod: 0,
    connectTimeout: neverMs,
  };
  const tcp = {
    host: to.ip,
    port: to.port,
    ...(to.sourceAddress === undefined ? {} : { localAddress: to.sourceAddress }),
  };
  if (to.transport === 'wss') {
    let socket: TLSSocket | undefined;
    const wsOptions = webSocketOptions(() => {
      socket = connectTls({ ...tcp, ...tlsOptions(who, to, options) });
      return socket;
    }, options);
    // The name goes into the request; where to is the socket's business.
    const host = isIP(to.serverName) === 6 ? `[${to.serverName}]` : to.serverName;
    const mqtt = connect({ ...common, protocol: 'wss', host, port: to.port, path: mqttPath, wsOptions });
    if (socket === undefined) throw new TypeError('MQTT.js opened no socket for its WebSocket');
    return { mqtt, socket };
  }
  // Whatever it does not know it hands on to node:net or node:tls.
  const mqtt = connect({
    ...common,
    ...tcp,
    ...(to.transport === 'tcp'
      ? { protocol: 'mqtt' as const }
      : { protocol: 'mqtts' as const, ...tlsOptions(who, to, options) }),
  } as IClientOptions);
  return { mqtt, socket: mqtt.stream as unknown as Socket };
}

function tlsOptions(
  { context, tls }: MqttjsWho,
  { serverName }: Destination,
  { verifyServer, ticket }: MqttjsStreamOptions,
): ConnectionOptions {
  return {
    ...offerOf(tls, serverName, ticket),
    secureContext: context,
    rejectUnauthorized: verifyServer,
    // By the name that the certificate must carry, whatever name is asked for.
    checkServerIdentity: (_, certificate) => checkServerIdentity(serverName, certificate),
  };
}

/** The `ws` package does as it always does for MQTT.js, offer of compression and all, on a socket that is ours to watch. */
function webSocketOptions(
  createConnection: () => TLSSocket,
  { unusable }: MqttjsStreamOptions,
): WebSocketOptions {
  return {
    createConnection: createConnection as NonNullable<WebSocketOptions['createConnection']>,
    finishRequest(request, webSocket) {
      webSocket.on('unexpected-response', (_, { statusCode }) => unusable(httpRefused(statusCode ?? 0)));
      webSocket.on('error', (error: Error & { code?: string }) => {
        const { code, message } = error;
        // Errors of the socket are told by the socket; these are what Node's HTTP parser and `ws` say of bytes that they cannot take.
        if (code === undefined || /^(HPE|WS_ERR)_/.test(code))
          unusable(localError(`no WebSocket: ${message}`));
      });
      request.end();
    },
  };
}
