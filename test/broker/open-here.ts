import { randomBytes } from 'node:crypto';
import { afterEach } from 'vitest';
import {
  type BrokerConfig,
  type BrokerSettings,
  type BrokerTally,
  defaultBrokerSettings,
} from '../../src/broker/config.ts';
import { ConnectionLedger, LedgerReader, type LedgerReading } from '../../src/broker/ledger.ts';
import { type OpenBroker, openBroker } from '../../src/broker/listener.ts';
import { RevocationFigures } from '../../src/broker/revocation/figures.ts';
import type { Corpus, Identity } from '../../src/pki/identity.ts';
import { pem } from '../../src/pki/pem.ts';
import { type Address, type Attempt, attemptConnect, type Ending } from './test-client.ts';

export type BrokerHere = OpenBroker & {
  address: Address;
  figures: RevocationFigures;
  read(): LedgerReading;
  tallies(): BrokerTally[];
};

const open = new Set<OpenBroker>();
afterEach(async () => {
  for (const broker of open) await broker.close();
  open.clear();
});

type Files = Pick<Corpus, 'clientCaFile' | 'serverCertFile' | 'serverKeyFile' | 'crlFile'>;

export type Changes = Partial<Omit<BrokerConfig, 'settings'>> & { settings?: Partial<BrokerSettings> };

/** Nothing looked up and nothing asked, on loopback; the files are still to be named. */
export const plainConfig = {
  host: '127.0.0.1',
  port: 0,
  revocation: 'none',
  connectAuth: 'none',
  usersFile: null,
  userTable: null,
  authUrl: null,
  sessionTickets: true,
  transport: 'tls',
  clientCertificates: 'required',
  ocspUrl: null,
  crlUrl: null,
  allowListFile: null,
  settings: defaultBrokerSettings,
} as const satisfies Partial<BrokerConfig>;

/** The broker in this process, closed after the test. */
export async function openHere(
  { clientCaFile, serverCertFile, serverKeyFile, crlFile }: Files,
  { settings, ...changes }: Changes = {},
): Promise<BrokerHere> {
  const ledger = new ConnectionLedger();
  const figures = new RevocationFigures();
  const config: BrokerConfig = {
    ...plainConfig,
    certFile: serverCertFile,
    keyFile: serverKeyFile,
    clientCaFile,
    crlFile,
    settings: { ...defaultBrokerSettings, ...settings },
    ...changes,
  };
  const broker = await openBroker(config, ledger, figures);
  open.add(broker);
  const reader = new LedgerReader(ledger.memory);
  return {
    ...broker,
    address: { host: '127.0.0.1', port: broker.port },
    figures,
    read: () => reader.read(),
    tallies: () => reader.read().tallies,
  };
}

/** What an identity of a corpus presents, as tls.connect wants it. */
export function tlsOf({ key, chain }: Identity) {
  if (key === null) return {};
  return {
    key: pem('PRIVATE KEY', key),
    cert: Buffer.concat(chain.map((certificate) => pem('CERTIFICATE', certificate))),
  };
}

/** One attempt with an identity; the server's certificate is not what these tests are about. */
export function connectAs(broker: BrokerHere, identity: Identity, more: Attempt = {}): Promise<Ending> {
  return attemptConnect(broker.address, {
    ...more,
    ...tlsOf(identity),
    rejectUnauthorized: false,
    clientId: randomBytes(8).toString('hex'),
  });
}
