import { expect } from 'vitest';
import { TlsClient } from '../../src/wire/client.ts';
import type { Ending } from '../../src/wire/ending.ts';
import { prepareIdentity, prepareOffer, prepareTrust } from '../../src/wire/index.ts';
import { authority, clientParty, pem, serverParty } from './pki.ts';
import { message, type Script, ScriptedServer, vector } from './scripted-server.ts';

/** A client and a scripted server that meet in memory. */

export const ca = authority('wire test CA');
export const party = serverParty(ca);
export const device = clientParty(ca);
export const trust = prepareTrust({ ca: pem(ca.certificate), serverName: 'localhost', verifyServer: true });
export const unverified = prepareTrust({ ca: null, serverName: 'localhost', verifyServer: false });
export const identity = prepareIdentity({ chain: [device.certificate], key: device.key });
export const offer = prepareOffer({ serverName: 'localhost', alpn: ['mqtt'] });
export const hello = Buffer.from('hello');

export type Told = {
  client: TlsClient;
  sent: Buffer[];
  data: Buffer[];
  endings: Ending[];
  /** The last ClientHello. */
  clientHello: Buffer;
};

export function begin(options: { trust?: typeof trust; offer?: typeof offer } = {}): Told {
  const told = { sent: [] as Buffer[], data: [] as Buffer[], endings: [] as Ending[] };
  const client = new TlsClient(
    { offer: options.offer ?? offer, trust: options.trust ?? trust, identity, applicationData: hello },
    {
      transmit: (bytes) => told.sent.push(Buffer.from(bytes)),
      onApplicationData: (bytes) => told.data.push(Buffer.from(bytes)),
      ended: (ending) => told.endings.push(ending),
    },
  );
  client.start();
  return { client, ...told, clientHello: (told.sent[0] as Buffer).subarray(5) };
}

/** A client and the server that answers it; nothing of the answer is sent yet. */
export function meet(script: Partial<Script> = {}, options: Parameters<typeof begin>[0] = {}) {
  const told = begin(options);
  const server = new ScriptedServer({ party, ...script }, told.clientHello, told.clientHello);
  return { ...told, server };
}

/** What the client ends with when the server says its usual flight. */
export function endingOf(script: Partial<Script>, options: Parameters<typeof begin>[0] = {}): string {
  const { client, server, endings } = meet(script, options);
  client.receive(server.hello);
  client.receive(server.sealed(22, server.flight(script.order)));
  return named(endings, client);
}

export function named(endings: Ending[], client: TlsClient): string {
  expect(endings.length).toBeLessThanOrEqual(1);
  const [ending] = endings;
  if (ending === undefined) return client.phase;
  return ending.kind === 'alert-sent' ? ending.alert : ending.kind;
}

export const emptyFlight = vector(2);

export function transcriptAfter(first: Buffer, retry: Buffer, second: Buffer): Buffer {
  const digest = Buffer.from(meet().server.suite.hash.digest(first));
  return Buffer.concat([message(254, digest), retry, second]);
}
