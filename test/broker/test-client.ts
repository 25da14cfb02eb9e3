import { readFileSync } from 'node:fs';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import mqttPacket from 'mqtt-packet';
import type { ClientFiles, TestPki } from './test-pki.ts';

export type Attempt = ConnectionOptions & {
  localAddress?: string;
  clientId?: string;
  userName?: string;
  password?: string;
  /** Sent in place of CONNECT; null sends nothing. */
  instead?: Buffer | null;
  /** Called when the handshake is done, as the client sees it. */
  secured?: (socket: TLSSocket) => void;
  /** Called when the CONNECT is on its way. */
  sent?: (socket: TLSSocket) => void;
  /** Called when the CONNACK is there; without it the client leaves then. */
  stay?: (socket: TLSSocket) => void;
};

/** How a client's attempt ended, as the client sees it: a CONNACK's return code, or how the connection was lost. */
export type Ending = number | 'closed' | `error ${string}`;

export type Address = { host: string; port: number };

/** TLS options of a client that presents these files and trusts the test CA. */
export function clientOptions(pki: TestPki, files: ClientFiles | null) {
  return { ca: readFileSync(pki.caFile), servername: 'localhost', ...files };
}

/** One attempt over a real socket: TLS, CONNECT, and whatever the broker answers. */
export function attemptConnect(address: Address, options: Attempt): Promise<Ending> {
  const { clientId = 'client', userName, password, instead, secured, sent, stay, ...tls } = options;
  return new Promise((resolve) => {
    const socket = connect({ ...address, ...tls });
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => {
      if (packet.cmd !== 'connack') return;
      resolve(packet.returnCode ?? -1);
      if (stay === undefined) socket.destroy();
      else stay(socket);
    });
    socket.on('secureConnect', () => {
      secured?.(socket);
      const connectPacket = mqttPacket.generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        clientId,
        keepalive: 60,
        ...(userName !== undefined && { username: userName }),
        ...(password !== undefined && { password: Buffer.from(password) }),
      });
      if (instead !== null) socket.write(instead ?? connectPacket, () => sent?.(socket));
    });
    socket.on('data', (chunk) => parser.parse(chunk));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(`error ${error.code ?? error.message}`));
    socket.on('close', () => resolve('closed'));
  });
}
