import type { Outcome } from '../../metrics/recorder.ts';
import {
  type ConnectionEvents,
  connect,
  type Ending,
  lies,
  type Offer,
  type PreparedIdentity,
  prepareIdentity,
  prepareOffer,
  prepareTrust,
  type Trust,
  type Connection as WireConnection,
} from '../../wire/index.ts';
import { classifySystemError } from '../classify.ts';
import { closed, localError, tlsAlert } from '../outcomes.ts';
import type {
  AttemptListener,
  Client,
  Connection,
  Destination,
  DriverKind,
  DriverOptions,
} from './driver.ts';
import { connectBytes, disconnectBytes, readConnack } from './mqtt-bytes.ts';

/**
 * Attempts on certstorm's own TLS 1.3 client: half of `tls.connect`'s CPU, the time of every flight of the server, and identities that
 * OpenSSL would not load or handshakes that it would not make. TLS 1.3 only. CONNECT leaves in one write with the client's last flight.
 */
export const wireDriver: DriverKind = {
  name: 'wire',
  lies: lies.map(({ name }) => name),
  open(options) {
    const shared = new Shared(options);
    let bare: PreparedIdentity | undefined;
    return {
      expect: (serverName) => {
        shared.greeting(serverName);
      },
      prepare({ chain, key, clientId: userName }, { clientId, password, lie }) {
        let prepared: PreparedIdentity;
        if (lie !== null) prepared = prepareIdentity({ chain, key }, [lie]);
        else if (key === null && chain.length === 0) prepared = bare ??= prepareIdentity({ chain, key });
        else prepared = prepareIdentity({ chain, key });
        return new WireClient(shared, prepared, connectBytes(clientId, userName, password));
      },
    };
  },
};

/** What is said to, and believed of, a server of this name. */
type Greeting = { serverName: string; trust: Trust; offer: Offer };

class Shared {
  readonly #options: DriverOptions;
  readonly #greetings: Greeting[] = [];

  /** Throws WireError when the server cannot be verified with these roots. */
  constructor(options: DriverOptions) {
    this.#options = options;
    const { serverCa, verifyServer } = options;
    prepareTrust({ ca: serverCa, serverName: 'localhost', verifyServer });
  }

  greeting(serverName: string): Greeting {
    for (const greeting of this.#greetings) if (greeting.serverName === serverName) return greeting;
    const { serverCa, verifyServer, keyShares } = this.#options;
    const greeting = {
      serverName,
      trust: prepareTrust({ ca: serverCa, serverName, verifyServer }),
      offer: prepareOffer({ serverName, keyShares }),
    };
    this.#greetings.push(greeting);
    return greeting;
  }
}

const distrust = new Set([
  'bad_certificate',
  'unsupported_certificate',
  'certificate_expired',
  'certificate_unknown',
  'unknown_ca',
]);

class WireClient implements Client {
  readonly #shared: Shared;
  readonly #identity: PreparedIdentity;
  readonly #connect: Buffer;
  /** False for a lie that falls silent before its Finished: such a client never comes to the end of its handshake. */
  readonly #finishes: boolean;

  constructor(shared: Shared, identity: PreparedIdentity, packet: Buffer) {
    this.#shared = shared;
    this.#identity = identity;
    this.#connect = packet;
    this.#finishes = identity.conduct?.flight(['certificate', 'finished']).includes('finished') ?? true;
  }

  attempt(to: Destination, listener: AttemptListener): Connection {
    const greeting = this.#shared.greeting(to.serverName);
    return new WireAttempt(greeting, this.#identity, this.#connect, this.#finishes, to, listener);
  }
}

class WireAttempt implements Connection, ConnectionEvents {
  readonly #connection: WireConnection;
  readonly #listener: AttemptListener;
  readonly #finishes: boolean;
  /** Told its outcome, or told to stop: whatever happens now is no news. */
  #over = false;
  #partial: Buffer | undefined;

  constructor(
    { trust, offer }: Greeting,
    identity: PreparedIdentity,
    packet: Buffer,
    finishes: boolean,
    to: Destination,
    listener: AttemptListener,
  ) {
    this.#finishes = finishes;
    this.#listener = listener;
    this.#connection = connect(
      {
        host: to.ip,
        port: to.port,
        trust,
        offer,
        identity,
        applicationData: packet,
        ...(to.sourceAddress === undefined ? {} : { localAddress: to.sourceAddress }),
      },
      this,
    );
  }

  get bytesSent(): number {
    return this.#connection.tls.bytesSent;
  }

  get bytesReceived(): number {
    return this.#connection.tls.bytesReceived;
  }

  destroy(): void {
    if (!this.#over) this.#tellTimes();
    this.#over = true;
    this.#connection.destroy();
  }

  onApplicationData(bytes: Uint8Array): void {
    if (this.#over) return;
    const sofar: Uint8Array = this.#partial === undefined ? bytes : Buffer.concat([this.#partial, bytes]);
    const outcome = readConnack(sofar);
    if (outcome === undefined) {
      // The read buffer is everybody's: what must wait for more is copied.
      this.#partial = Buffer.from(sofar);
      return;
    }
    this.#tellTimes();
    this.#end(outcome);
    // MQTT 3.1.1, 3.14.4: a client says DISCONNECT, then closes. After a refusal there is no session to end.
    if (outcome.kind === 'accepted') this.#connection.close(disconnectBytes);
    else this.#connection.close();
  }

  onEnd(ending: Ending): void {
    if (ending.kind !== 'local-close') {
      this.#tellTimes();
      this.#end(this.#outcomeOf(ending));
      // Nothing waits to be sent but, perhaps, the alert that says why.
      if (ending.kind !== 'alert-sent') this.#connection.destroy();
    }
    // Whoever called `destroy()` has not returned from it yet.
    setImmediate(() => this.#listener.closed());
  }

  #end(outcome: Outcome): void {
    this.#over = true;
    const { verdictAt } = this.#connection.tls;
    // The verdict begins with its first byte; it is known with the last.
    this.#listener.ended(outcome, this.#partial === undefined ? verdictAt : performance.now());
  }

  #outcomeOf(ending: Exclude<Ending, { kind: 'local-close' }>): Outcome {
    const { phase } = this.#listener;
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
    const listener = this.#listener;
    const { tcpConnectedAt, tls } = this.#connection;
    const { serverHelloAt, serverFinishedAt, flightWrittenAt } = tls.handshake;
    if (tcpConnectedAt > 0) listener.connected(tcpConnectedAt);
    if (serverHelloAt > 0) listener.serverHello(serverHelloAt);
    if (serverFinishedAt > 0) listener.serverFinished(serverFinishedAt);
    if (flightWrittenAt > 0 && this.#finishes) listener.secured(flightWrittenAt);
  }
}
