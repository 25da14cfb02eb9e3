import { type Agreement, Agreements } from '../../metrics/agreement.ts';
import type { Outcome } from '../../metrics/recorder.ts';
import {
  type ConnectionEvents,
  connect,
  type Ending,
  lies,
  messageOrders,
  type Offer,
  type OfferOptions,
  type PreparedIdentity,
  prepareIdentity,
  prepareOffer,
  prepareTrust,
  type Session,
  type TricklePace,
  type Trust,
  type Connection as WireConnection,
} from '../../wire/index.ts';
import { classifySystemError } from '../classify.ts';
import type { MqttVersion } from '../mqtt-version.ts';
import { closed, localError, tlsAlert } from '../outcomes.ts';
import { type SlowOrder, silences } from '../slow-order.ts';
import { suitesOfTlsConnect, type TlsOrder } from '../tls-order.ts';
import type {
  AttemptListener,
  Client,
  Connection,
  ConnectOptions,
  Destination,
  DriverKind,
  DriverOptions,
} from './driver.ts';
import { DriverAttempt } from './driver-attempt.ts';
import { ConnackReader, connectBytes, disconnectBytes } from './mqtt-bytes.ts';

/**
 * Attempts on certstorm's own TLS 1.3 client: half of `tls.connect`'s CPU, the time of every flight of the server, and identities that
 * OpenSSL would not load or handshakes that it would not make. TLS 1.3 only. CONNECT leaves in one write with the client's last flight.
 */
export const wireDriver: DriverKind = {
  name: 'wire',
  lies: lies.map(({ name }) => name),
  messageOrders,
  slow: true,
  transports: ['tls'],
  open(options) {
    const shared = new Shared(options);
    let bare: PreparedIdentity | undefined;
    const offers = new Set<TlsOrder | undefined>();
    return {
      expect: (serverName) => {
        for (const tls of offers) shared.greeting(serverName, tls);
      },
      prepare({ chain, key, clientId: userName }, connect) {
        const { lie, tls, slow } = connect;
        if (tls?.versions?.includes('1.2')) throw new Error('it speaks TLS 1.3 only');
        offers.add(tls);
        const told = [lie, slow?.stopAfter && silences[slow.stopAfter]].filter(
          (each) => typeof each === 'string',
        );
        let prepared: PreparedIdentity;
        if (told.length > 0) prepared = prepareIdentity({ chain, key }, told);
        else if (key === null && chain.length === 0) prepared = bare ??= prepareIdentity({ chain, key });
        else prepared = prepareIdentity({ chain, key });
        return new WireClient(shared, prepared, userName, connect);
      },
    };
  },
};

/** Ten writes a second are enough for any pace; a slower one has a byte each. */
function trickleOf({ bytesPerSecond }: SlowOrder): TricklePace | undefined {
  if (bytesPerSecond === undefined) return undefined;
  const bytes = Math.max(1, Math.round(bytesPerSecond / 10));
  return { bytes, everyMs: (1000 * bytes) / bytesPerSecond };
}

/** What is said to, and believed of, a server of this name. */
type Greeting = { serverName: string; tls: TlsOrder | undefined; trust: Trust; offer: Offer };

class Shared {
  readonly agreements = new Agreements();
  readonly #options: DriverOptions;
  readonly #greetings: Greeting[] = [];

  /** Throws WireError when the server cannot be verified with these roots. */
  constructor(options: DriverOptions) {
    this.#options = options;
    const { serverCa, verifyServer } = options;
    prepareTrust({ ca: serverCa, serverName: 'localhost', verifyServer });
  }

  greeting(serverName: string, tls: TlsOrder | undefined): Greeting {
    for (const greeting of this.#greetings)
      if (greeting.serverName === serverName && greeting.tls === tls) return greeting;
    const { serverCa, verifyServer, keyShares } = this.#options;
    const greeting = {
      serverName,
      tls,
      trust: prepareTrust({ ca: serverCa, serverName, verifyServer }),
      offer: prepareOffer(offerOf(serverName, tls ?? {}, keyShares)),
    };
    this.#greetings.push(greeting);
    return greeting;
  }
}

function offerOf(
  serverName: string,
  { groups, ciphers, signatureAlgorithms, alpn, sni = serverName }: TlsOrder,
  keyShares: DriverOptions['keyShares'],
): OfferOptions {
  return {
    serverName: sni ?? '',
    keyShares,
    cipherSuites: ciphers ?? suitesOfTlsConnect,
    ...(groups === undefined ? {} : { groups: groups.map((name) => wireNames[name] ?? name) }),
    ...(signatureAlgorithms === undefined ? {} : { signatureSchemes: signatureAlgorithms }),
    ...(alpn === undefined ? {} : { alpn }),
  };
}

const distrust = new Set([
  'bad_certificate',
  'unsupported_certificate',
  'certificate_expired',
  'certificate_unknown',
  'unknown_ca',
]);

class WireClient implements Client {
  readonly clientId: string;
  readonly resumes: boolean;
  readonly identity: PreparedIdentity;
  readonly connectPacket: Buffer;
  readonly mqttVersion: MqttVersion;
  readonly tls: TlsOrder | undefined;
  readonly trickle: TricklePace | undefined;
  /** False for a lie that falls silent before its Finished, or that trickles: when such a client's handshake ends is not known. */
  readonly finishes: boolean;
  /** The newest one, kept where the client is to resume. */
  ticket: Session | undefined;
  readonly #shared: Shared;

  constructor(shared: Shared, identity: PreparedIdentity, userName: string, connect: ConnectOptions) {
    this.#shared = shared;
    this.clientId = connect.clientId;
    this.resumes = connect.resumes ?? false;
    this.mqttVersion = connect.mqttVersion ?? '3.1.1';
    this.tls = connect.tls;
    this.identity = identity;
    this.connectPacket = connectBytes(connect.clientId, userName, connect);
    this.trickle = connect.slow && trickleOf(connect.slow);
    this.finishes =
      this.trickle === undefined &&
      (identity.conduct?.flight(['certificate', 'finished']).includes('finished') ?? true);
  }

  attempt(to: Destination, listener: AttemptListener, offerTicket = false): Connection {
    return new WireAttempt(this.#shared, this, to, listener, offerTicket);
  }

  forgetTicket(): void {
    this.ticket = undefined;
  }
}

class WireAttempt extends DriverAttempt<Session, WireClient> implements Connection, ConnectionEvents {
  /** Left undefined where no ticket is wanted: the TLS client then frees its transcript at once. */
  readonly onSession: ((session: Session) => void) | undefined;
  readonly #connection: WireConnection;
  readonly #agreements: Agreements;
  readonly #connack = new ConnackReader();

  constructor(
    shared: Shared,
    client: WireClient,
    to: Destination,
    listener: AttemptListener,
    offerTicket: boolean,
  ) {
    super(client, listener, offerTicket);
    const { trust, offer } = shared.greeting(to.serverName, client.tls);
    this.#agreements = shared.agreements;
    this.onSession = client.resumes ? (ticket) => this.keepTicket(ticket) : undefined;
    this.#connection = connect(
      {
        host: to.ip,
        port: to.port,
        trust,
        offer,
        identity: client.identity,
        applicationData: client.connectPacket,
        session: this.offered ?? null,
        ...(client.tls?.fragment === undefined ? {} : { recordSize: client.tls.fragment }),
        ...(client.trickle === undefined ? {} : { trickle: client.trickle }),
        ...(to.sourceAddress === undefined ? {} : { localAddress: to.sourceAddress }),
      },
      this,
    );
  }

  get bytesSent(): number {
    return this.#connection.bytesSent;
  }

  get bytesReceived(): number {
    return this.#connection.tls.bytesReceived;
  }

  protected get resumed(): boolean {
    return this.#connection.tls.handshake.resumed;
  }

  destroy(): void {
    if (!this.over) this.#tellTimes();
    this.silence();
    this.#connection.destroy();
  }

  write(packets: Buffer): void {
    if (this.session !== undefined) this.#connection.write(packets);
  }

  close(last: Buffer): void {
    if (this.endSession()) this.#connection.close(last);
  }

  protected disconnect(): void {
    this.#connection.close(disconnectBytes);
  }

  onApplicationData(bytes: Uint8Array): void {
    if (this.over) {
      this.session?.received(bytes);
      return;
    }
    const connack = this.#connack.take(bytes, this.client.mqttVersion);
    if (connack === undefined) return;
    const { outcome, rest } = connack;
    this.#tellTimes();
    this.#endNow(outcome);
    if (outcome.kind === 'accepted') this.goOn(rest);
    else this.#connection.close();
  }

  onEnd(ending: Ending): void {
    this.stopWaiting();
    if (ending.kind !== 'local-close') {
      this.#tellTimes();
      this.#endNow(this.#outcomeOf(ending));
      // Nothing waits to be sent but, perhaps, the alert that says why.
      if (ending.kind !== 'alert-sent') this.#connection.destroy();
    }
    // Whoever called `destroy()` has not returned from it yet.
    setImmediate(() => this.listener.closed());
  }

  /** The verdict begins with its first byte; it is known with the last. */
  #endNow(outcome: Outcome): void {
    this.end(outcome, this.#connack.inPieces ? performance.now() : this.#connection.tls.verdictAt);
  }

  #outcomeOf(ending: Exclude<Ending, { kind: 'local-close' }>): Outcome {
    const { phase } = this.listener;
    switch (ending.kind) {
      case 'alert-received':
        return tlsAlert(ending.number);
      case 'alert-sent':
        return localError(
          this.#distrusts(ending.alert) ? `server not trusted: ${ending.reason}` : ending.reason,
        );
      case 'close-notify':
      case 'closed':
        return closed;
      case 'reset':
      case 'connect-failed':
        return classifySystemError(ending.code, phase);
      case 'local-error':
        // The operating system's errors have a short name that says all; ours have a sentence.
        return /^E[A-Z0-9]+$/.test(ending.code)
          ? classifySystemError(ending.code, phase)
          : localError(ending.reason);
    }
  }

  /** Whether this alert of ours says that the server is none that we believe (RFC 8446, 6.2), not that it breaks the protocol. */
  #distrusts(alert: string): boolean {
    // A signature that is wrong: in its chain or its CertificateVerify, unless it is that of its Finished.
    if (alert === 'decrypt_error') return this.#connection.tls.handshake.phase !== 'finished';
    return distrust.has(alert);
  }

  /** The flights were timed as they came; telling them together, at the end, saves a call for each. */
  #tellTimes(): void {
    const listener = this.listener;
    const { tcpConnectedAt, tls } = this.#connection;
    const { serverHelloAt, serverFinishedAt, flightWrittenAt } = tls.handshake;
    if (tcpConnectedAt > 0) listener.connected(tcpConnectedAt);
    if (serverHelloAt > 0) listener.serverHello(serverHelloAt);
    if (serverFinishedAt > 0) listener.serverFinished(serverFinishedAt);
    if (flightWrittenAt > 0 && this.client.finishes) listener.secured(flightWrittenAt, this.#agreement());
  }

  #agreement(): Agreement {
    const { suite, group, protocol, resumed } = this.#connection.tls.handshake;
    const name = group?.name ?? 'none';
    return this.#agreements.of(
      'TLSv1.3',
      suite?.name ?? 'unknown',
      groupNames[name] ?? name,
      protocol ?? 'none',
      resumed,
      this.offered === undefined ? 'none' : String(this.offered.lifetimeSeconds),
    );
  }
}

/** Names of groups as scenarios and results write them; IANA calls P-256 `secp256r1`. */
const groupNames: Record<string, string> = { x25519: 'X25519', secp256r1: 'P-256', secp384r1: 'P-384' };

/** The other way round. */
const wireNames: Record<string, string> = { X25519: 'x25519', 'P-256': 'secp256r1', 'P-384': 'secp384r1' };
